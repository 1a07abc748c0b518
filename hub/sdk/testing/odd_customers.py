"""What becomes of customers: they come, are renamed, entered twice, merged, and go. Each returns whether it could."""

from datetime import timedelta
from typing import TYPE_CHECKING

from hub.sdk.testing.market import TRIES

if TYPE_CHECKING:
    from hub.sdk.testing.lives import Life


def customer(life: "Life") -> bool:
    """A new one."""
    return life.market.new_customer() is not None


def renamed(life: "Life") -> bool:
    """A customer has another name from now on."""
    party = life.market.any_customer()
    life.books.rename(party.id, f"{party.name.split(' (')[0][:45]} ({next(life.market.names)})")
    return True


def address(life: "Life") -> bool:
    """A customer's mail goes elsewhere."""
    party = life.market.any_customer()
    life.books.edit_customer(party.id, email=f"ar{len(life.books.changes)}@customer{party.id}.example")
    return True


def twin(life: "Life") -> bool:
    """A customer is entered a second time, and gets an invoice."""
    party = life.market.any_customer()
    if any(party.id in pair for pair in life.market.twins):
        return False
    name = f"{party.name[:85]} - {len(life.books.parties) + 1}"
    second = life.books.add_customer(name, party.currency, email=party.email)
    life.payers.plan(life.books.issue(second.id, life.market.total(second)))
    life.market.twins.append((second.id, party.id, life.books.today))
    return True


def merger(life: "Life") -> bool:
    """The second entry of a customer is found and merged into the first."""
    for i, (loser, winner, since) in enumerate(life.market.twins):
        if life.books.today - since >= timedelta(days=3):
            del life.market.twins[i]
            if life.books.parties[loser].merged_into or life.books.parties[winner].merged_into:
                return False  # somebody was quicker
            life.books.merge(loser, winner)
            return True
    return False


def farewell(life: "Life") -> bool:
    """A customer that owes nothing is made inactive."""
    if len(life.market.customers) < 10:
        return False
    for _ in range(TRIES):
        party = life.market.any_customer()
        if not life.books.open_invoices(party.id) and not any(party.id in pair for pair in life.market.twins):
            life.books.edit_customer(party.id, is_active=False)
            return True
    return False
