"""Payments out of the ordinary. Each returns whether it could be done today."""

from typing import TYPE_CHECKING

from hub.sdk.testing.market import part_of

if TYPE_CHECKING:
    from hub.sdk.testing.lives import Life


def short_payment(life: "Life") -> bool:
    """A few percent are missing; the customer is of another opinion, or kept a discount."""
    invoice = life.market.some_open()
    if not invoice or not life.payers.receive(invoice.party, [invoice.id], share=0.9 + 0.08 * life.chance.random()):
        return False
    if life.chance.random() < 0.5:
        life.payers.stuck.add(invoice.id)
    return True


def instalment(life: "Life") -> bool:
    """A part now, the rest later."""
    invoice = life.market.some_open()
    if not invoice or not life.payers.receive(invoice.party, [invoice.id], share=0.25 + 0.5 * life.chance.random()):
        return False
    life.payers.plan_in(14, invoice.id)
    return True


def joint_payment(life: "Life") -> bool:
    """One payment for several invoices."""
    party = life.market.some_party(2)
    if party is None:
        return False
    invoices = life.books.open_invoices(party)[-2 - int(life.chance.random() * 3) :]
    return life.payers.receive(party, [each.id for each in invoices]) is not None


def overpayment(life: "Life") -> bool:
    """More than what was asked for."""
    invoice = life.market.some_open()
    if not invoice:
        return False
    more = part_of(invoice.total, 0.05 + 0.2 * life.chance.random(), invoice.currency)
    receipt = life.payers.receive(invoice.party, [invoice.id], more=more)
    return receipt is not None and life.payers.set_aside("payment", receipt.id)


def deposit(life: "Life") -> bool:
    """Money without a word what for."""
    if life.payers.may_pay == 0:
        return False
    party = life.market.any_customer()
    receipt = life.books.pay(party.id, life.market.total(party), reference=life.market.reference())
    return life.payers.set_aside("payment", life.payers.booked(receipt).id)


def journal(life: "Life") -> bool:
    """A receipt that was booked by hand against the receivables account."""
    invoice = life.market.some_open()
    if not invoice:
        return False
    amount = life.books.open_of(invoice.id)
    reference = life.market.reference("JE")
    life.books.pay(invoice.party, amount, [(invoice.id, amount)], kind="journal", reference=reference)
    return True


def placing(life: "Life") -> bool:
    """What lay unapplied finds its invoice."""
    books, loose = life.books, life.payers.loose
    for i, (kind, id) in enumerate(loose):
        left = books.unapplied_of(kind, id)
        party = (books.receipts[id] if kind == "payment" else books.credit_memos[id]).party
        if left and (invoices := books.open_invoices(party)):
            books.apply(kind, id, invoices[0].id, min(left, books.open_of(invoices[0].id)))
            if not books.unapplied_of(kind, id):
                del loose[i]
            return True
        if not left:
            del loose[i]
            return False
    return False


def refund(life: "Life") -> bool:
    """Unapplied money or credit is paid back."""
    for i, (kind, id) in enumerate(life.payers.loose):
        if left := life.books.unapplied_of(kind, id):
            life.books.refund(kind, id, left)
            del life.payers.loose[i]
            return True
    return False
