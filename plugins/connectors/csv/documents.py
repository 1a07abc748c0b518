"""The settlements of one document: what a row says was paid, credited, given up, or settled without saying how."""

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from hub.sdk.records import Allocation, AllocationKind, CreditMemo, Invoice, Payment, Record
from plugins.connectors.csv.cells import Cells
from plugins.connectors.csv.vocabulary import Standing

ZERO = Decimal(0)


class Document(NamedTuple):
    """What every row states of its document. `part`: which of several rows of one invoice the row is."""

    external_id: str
    customer_id: str
    currency: str
    issued_on: date
    part: Literal["first", "later"] | None
    standing: Standing | None


class Books(NamedTuple):
    """What the columns of the whole file say about settlements."""

    states_amount: bool
    states_applied: bool
    as_of: date


def settle_invoice(
    cells: Cells, document: Document, books: Books, invoice: Invoice, balance: Decimal | None
) -> list[Record]:
    """The payment and allocations of an invoice's row. `balance` is its open amount where the file states one."""
    total, paid_on = invoice.total, cells.day("paid_date")
    discount = abs(cells.money("discount_amount") or ZERO)
    paid = _paid(cells, document, balance if books.states_amount else None, total - discount, paid_on)
    rest = _rest(cells, document, books, total - paid - discount, balance)
    given_up = rest if document.standing == "written_off" else ZERO
    # Settled, but the file does not say when or by what.
    unexplained = (ZERO if paid_on else min(paid, total)) + (rest - given_up)
    records: list[Record] = []
    if paid and paid_on:
        records += _payment_on(cells, document, paid, min(paid, total), paid_on)
    if discount:
        records.append(_allocation(document, books, invoice, "discount", discount, paid_on))
    if given_up:
        given_up_on = cells.day("written_off_date") or paid_on
        records.append(_allocation(document, books, invoice, "write_off", given_up, given_up_on))
    if unexplained:
        records.append(_allocation(document, books, invoice, "opening", unexplained, None))
    return records


def apply_memo(cells: Cells, memo: CreditMemo, balance: Decimal | None) -> list[Record]:
    """What a credit memo's row says it settled, besides the memo."""
    invoice_id = cells.text("applies_to")
    applied = memo.total - abs(balance or ZERO)
    if not invoice_id or not applied or memo.status != "open":
        return []
    return [
        Allocation(
            external_id=f"{memo.external_id}>{invoice_id}",
            invoice_id=invoice_id,
            kind="credit_memo",
            amount=applied,
            applied_on=cells.day("paid_date") or memo.issued_on,
            source_id=memo.external_id,
        )
    ]


def apply_payment(cells: Cells, payment: Payment, balance: Decimal | None) -> list[Record]:
    """What a payment's own row says it settled, besides the payment."""
    invoice_id = cells.text("applies_to")
    applied = payment.amount - abs(balance or ZERO)
    if not invoice_id or not applied:
        return []
    return [_applied(payment, f"{payment.external_id}>{invoice_id}", invoice_id, applied)]


def _paid(cells: Cells, document: Document, balance: Decimal | None, due: Decimal, paid_on: date | None) -> Decimal:
    """How much of the invoice this row says was paid, of the `due` that a discount left."""
    standing = document.standing
    stated = cells.money("paid_amount")
    if stated is not None:
        return abs(stated)
    if document.part:
        if paid_on or cells.text("payment_id"):
            raise cells.error("paid_amount", "the amount of this payment, as several rows state this invoice")
        return ZERO
    if standing == "written_off":
        return ZERO
    if balance is not None:
        return due - balance
    if standing == "paid" or (paid_on and standing is None):
        return due
    if standing == "partial":
        raise cells.error("paid_amount", "the amount paid or the open balance, as the status says partly paid")
    if paid_on:
        raise cells.error("paid_date", f"no payment date, as the status says {cells.text('status')}")
    return ZERO


def _rest(cells: Cells, document: Document, books: Books, unsettled: Decimal, balance: Decimal | None) -> Decimal:
    """What is settled beyond the row's own payment and discount."""
    given_up = document.standing == "written_off"
    if document.part or books.states_applied:
        # Other rows settle it too; only a stated balance says what was left to give up.
        return balance if given_up and balance and document.part != "later" else ZERO
    if given_up:
        return max(unsettled, ZERO)
    if balance is None and document.standing != "paid":
        return ZERO
    rest = unsettled - (balance or ZERO)
    if rest < 0 < unsettled:
        raise cells.error("balance", f"{unsettled}, the amount less what was paid")
    return max(rest, ZERO)


def _payment_on(cells: Cells, document: Document, paid: Decimal, applied: Decimal, paid_on: date) -> list[Record]:
    invoice_id, payment_id = document.external_id, cells.text("payment_id")
    if payment_id and cells.item.get("_payment_ambiguous"):
        payment_id = f"{payment_id}/{document.customer_id}/{paid_on}/{document.currency}"
    allocation_id = f"{payment_id}>{invoice_id}"
    if not payment_id:
        # A single row, or the first, keeps its id when a later file states more payments.
        later = f":{paid_on}:{paid.normalize():f}" if document.part == "later" else ""
        payment_id = allocation_id = f"{invoice_id}#payment{later}"
    shared = cells.item.get("_payment_total")
    payment = Payment(
        external_id=payment_id,
        customer_id=document.customer_id,
        paid_on=paid_on,
        currency=document.currency,
        amount=Decimal(shared) if shared else paid,
    )
    return [payment, _applied(payment, allocation_id, invoice_id, applied)] if applied else [payment]


def _applied(payment: Payment, allocation_id: str, invoice_id: str, amount: Decimal) -> Allocation:
    return Allocation(
        external_id=allocation_id,
        invoice_id=invoice_id,
        kind="payment",
        amount=amount,
        applied_on=payment.paid_on,
        source_id=payment.external_id,
    )


def _allocation(
    document: Document, books: Books, invoice: Invoice, kind: AllocationKind, amount: Decimal, on: date | None
) -> Allocation:
    later = f":{on}:{amount.normalize():f}" if document.part == "later" else ""
    return Allocation(
        external_id=f"{invoice.external_id}#{kind}{later}",
        invoice_id=invoice.external_id,
        kind=kind,
        amount=amount,
        # Unknown: the due date is the least surprising day, and never one after the file was made.
        applied_on=on or max(min(invoice.due_on, books.as_of), invoice.issued_on),
    )
