"""Mistakes and what puts them right, and disputes. Each returns whether it could be done today."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from hub.sdk.testing.entries import Receipt
from hub.sdk.testing.market import part_of

if TYPE_CHECKING:
    from hub.sdk.testing.lives import Life

_DISPUTES = ("Goods damaged", "Price differs from the order", "Quantity short", "Not ordered", "No proof of delivery")


def void_invoice(life: "Life") -> bool:
    """An invoice nobody has paid yet is void."""
    invoice = life.market.some_open(untouched=True)
    return bool(invoice and life.books.void_invoice(invoice.id))


def delete_invoice(life: "Life") -> bool:
    """A draft that should never have been booked: one of the last."""
    for id in list(reversed(life.books.invoices))[:30] if life.books.invoices else ():
        if life.books.invoices[id].status == "open" and not life.books.settled_of(id):
            life.books.delete_invoice(id)
            life.invoices_gone += 1
            return True
    return False


def void_payment(life: "Life") -> bool:
    """A payment that bounced; the customer pays again later."""
    return _undo(life, life.books.void_payment)


def delete_payment(life: "Life") -> bool:
    """A payment booked by mistake; the right one follows."""
    if not _undo(life, life.books.delete_payment):
        return False
    life.payers.made -= 1
    return True


def moved_application(life: "Life") -> bool:
    """A payment that was set against the wrong invoice goes to another one of the customer."""
    books = life.books
    for id in life.payers.recent():
        for application in books.applications_from("payment", id):
            others = [each for each in books.open_invoices(books.receipts[id].party) if each.id != application.invoice]
            if application.invoice is not None and others:
                books.unapply(application.id)
                life.payers.plan_again(application.invoice)
                left = min(application.amount, books.open_of(others[0].id))
                books.apply("payment", id, others[0].id, left)
                return life.payers.set_aside("payment", id)
    return False


def unapplication(life: "Life") -> bool:
    """A payment is taken off its invoice and waits."""
    for id in life.payers.recent():
        if applied := [each for each in life.books.applications_from("payment", id) if each.invoice is not None]:
            life.books.unapply(applied[-1].id)
            life.payers.plan_again(applied[-1].invoice)
            return life.payers.set_aside("payment", id)
    return False


def due_date(life: "Life") -> bool:
    """An invoice's due date is changed afterwards."""
    invoice = life.market.some_open()
    if not invoice:
        return False
    days = 5 + int(life.chance.random() * 40) if life.chance.random() < 0.7 else -5
    life.books.edit_invoice(invoice.id, due_on=max(invoice.issued_on, invoice.due_on + timedelta(days=days)))
    return True


def total_changed(life: "Life") -> bool:
    """An invoice nobody has paid yet is put right."""
    invoice = life.market.some_open(untouched=True)
    if not invoice:
        return False
    total = part_of(invoice.total, 0.8 + 0.5 * life.chance.random(), invoice.currency)
    life.books.edit_invoice(invoice.id, total=total)
    return True


def dispute(life: "Life") -> bool:
    """The customer does not accept an invoice, and keeps its money for now."""
    invoice = life.market.some_open()
    if not invoice or invoice.dispute:
        return False
    life.books.edit_invoice(invoice.id, dispute=life.chance.choice(_DISPUTES))
    life.payers.disputed.append(invoice.id)
    return True


def settlement(life: "Life") -> bool:
    """A dispute is settled."""
    if not life.payers.disputed:
        return False
    life.books.edit_invoice(life.payers.disputed.pop(0), dispute="")
    return True


def _undo(life: "Life", end: Callable[[int], Receipt]) -> bool:
    for id in life.payers.recent():
        if applied := life.books.applications_from("payment", id):
            end(id)
            for each in applied:
                life.payers.plan_again(each.invoice)
            return True
    return False
