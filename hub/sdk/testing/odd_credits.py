"""Credit memos: applied whole, in parts, over two invoices or not at all. Each returns whether it could be done."""

from typing import TYPE_CHECKING

from hub.sdk.testing.books import ZERO
from hub.sdk.testing.market import part_of

if TYPE_CHECKING:
    from hub.sdk.testing.lives import Life

BAD_DEBT = "Bad debt"


def whole_credit(life: "Life") -> bool:
    """A credit memo for the whole of an invoice."""
    return _credited(life, 1, 1.0)


def part_credit(life: "Life") -> bool:
    """A credit memo for a part of an invoice."""
    return _credited(life, 1, 0.1 + 0.4 * life.chance.random())


def split_credit(life: "Life") -> bool:
    """One credit memo, applied to two invoices."""
    return _credited(life, 2, 0.3 + 0.4 * life.chance.random())


def excess_credit(life: "Life") -> bool:
    """A credit memo of which a part stays unapplied."""
    return _credited(life, 1, 1.0, excess=0.3)


def loose_credit(life: "Life") -> bool:
    """A credit memo that waits for the next invoice."""
    party = life.market.any_customer()
    amount = part_of(life.market.total(party), 0.4, party.currency)
    return life.payers.set_aside("credit_memo", life.books.credit(party.id, amount, memo="Goodwill").id)


def write_off(life: "Life") -> bool:
    """What nobody will pay goes as a credit memo."""
    invoice = life.market.some_open()
    if not invoice:
        return False
    amount = life.books.open_of(invoice.id)
    memo = life.books.credit(invoice.party, amount, memo=BAD_DEBT)
    life.books.apply("credit_memo", memo.id, invoice.id, amount)
    return True


def delete_credit(life: "Life") -> bool:
    """A credit memo that was a mistake."""
    for id in list(reversed(life.books.credit_memos))[:40]:
        memo = life.books.credit_memos[id]
        if memo.status == "open" and memo.memo != BAD_DEBT and life.payers.is_unrefunded("credit_memo", id):
            life.books.delete_credit_memo(id)
            return True
    return False


def _credited(life: "Life", invoices: int, share: float, *, excess: float = 0.0) -> bool:
    """A credit memo for a share of each of so many open invoices of one customer, and some excess."""
    party = life.market.some_party(invoices)
    if party is None:
        return False
    chosen = life.books.open_invoices(party)[-invoices:]
    currency = chosen[0].currency
    opens = [(each.id, life.books.open_of(each.id)) for each in chosen]
    parts = [(id, min(part_of(amount, share, currency), amount)) for id, amount in opens]
    total = sum((amount for _, amount in parts), ZERO)
    more = part_of(total, excess, currency) if excess else ZERO
    memo = life.books.credit(party, total + more, memo="Returned goods")
    for id, amount in parts:
        life.books.apply("credit_memo", memo.id, id, amount)
    return life.payers.set_aside("credit_memo", memo.id)
