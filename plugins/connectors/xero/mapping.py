"""From one item of Xero's lists to the ledger records that it states. Pure; what cannot be used raises RecordError."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from hub.sdk.errors import RecordError
from hub.sdk.records import (
    Allocation,
    AllocationsComplete,
    CreditMemo,
    Customer,
    DocumentStatus,
    Gone,
    Invoice,
    Payment,
    Record,
)
from plugins.connectors.xero.rates import currency_of, exchange_rate
from plugins.connectors.xero.values import (
    Item,
    amount,
    day,
    is_true,
    optional_amount,
    optional_day,
    optional_text,
    part,
    parts,
    text,
    updated_at,
)

# Paid and credited are not said: they follow from the allocations.
_STATUSES: dict[str, DocumentStatus] = {
    "DRAFT": "draft",
    "SUBMITTED": "draft",
    "AUTHORISED": "open",
    "PAID": "open",
    "VOIDED": "void",
}
_PAYABLES = {
    "ACCPAY", "ACCPAYCREDIT", "APOVERPAYMENT", "APPREPAYMENT", "SPEND-OVERPAYMENT", "SPEND-PREPAYMENT",
    "ACCPAYPAYMENT", "APCREDITPAYMENT", "APOVERPAYMENTPAYMENT", "APPREPAYMENTPAYMENT",
}  # fmt: skip
# What a payment out of the bank pays back, by the payment's type: where the document is, its id and what it is here.
_REFUNDS: dict[str, tuple[str, str, Literal["payment", "credit_memo"]]] = {
    "ARCREDITPAYMENT": ("CreditNote", "CreditNoteID", "credit_memo"),
    "AROVERPAYMENTPAYMENT": ("Overpayment", "OverpaymentID", "payment"),
    "ARPREPAYMENTPAYMENT": ("Prepayment", "PrepaymentID", "payment"),
}

PARTS = "_parts"
"""Beside Xero's own fields: the items that share the id of a payment, each for another invoice."""


def records(stream: str, item: Mapping[str, Any]) -> Iterator[Record]:
    """The records of an item of a stream. An item of the payables side states none."""
    if not isinstance(item, Mapping):
        raise RecordError(f"{item!r:.80} is no {stream} item", value=str(item)[:80], expected="an object")
    return _MAPPERS[stream](item)


def _contact(item: Item) -> Iterator[Record]:
    # Archived and merged contacts stay customers: documents may still name them.
    addresses = {each.get("AddressType"): optional_text(each, "Country") for each in parts(item, "Addresses")}
    yield Customer(
        external_id=text(item, "ContactID"),
        name=optional_text(item, "Name") or text(item, "ContactID"),
        email=optional_text(item, "EmailAddress"),
        currency=optional_text(item, "DefaultCurrency"),
        country=addresses.get("POBOX") or addresses.get("STREET"),
        updated_at=updated_at(item),
    )


def _invoice(item: Item) -> Iterator[Record]:
    if not _is_receivable(item, "ACCREC"):
        return
    external_id = text(item, "InvoiceID")
    status = _status(item)
    if status is None:
        yield Gone(entity="invoice", external_id=external_id, gone_on=_changed_on(item))
        return
    issued_on, total = day(item, "Date"), amount(item, "Total")
    balance = optional_amount(item, "AmountDue")
    withheld = _withheld(item, total, balance) if status == "open" else Decimal(0)
    yield Invoice(
        external_id=external_id,
        customer_id=text(part(item, "Contact"), "ContactID"),
        number=optional_text(item, "InvoiceNumber") or external_id,
        issued_on=issued_on,
        due_on=optional_day(item, "DueDate") or issued_on,
        currency=text(item, "CurrencyCode"),
        total=total,
        balance={"open": balance, "void": Decimal(0)}.get(status),
        status=status,
        exchange_rate=exchange_rate(item),
        updated_at=updated_at(item),
    )
    if withheld:
        yield Allocation(
            external_id=f"{external_id}:cis",
            invoice_id=external_id,
            kind="withholding",
            amount=withheld,
            applied_on=issued_on,
            updated_at=updated_at(item),
        )


def _withheld(item: Item, total: Decimal, balance: Decimal | None) -> Decimal:
    """Tax that a British contractor's customer keeps back, where it is why less is due than the documents say."""
    deduction = optional_amount(item, "CISDeduction")
    if not deduction or balance is None:
        return Decimal(0)
    settled = (optional_amount(item, "AmountPaid") or 0) + (optional_amount(item, "AmountCredited") or 0)
    return deduction if total - settled - balance == deduction else Decimal(0)


def _payment(item: Item) -> Iterator[Record]:
    kind = _payment_type(item)
    if kind in _PAYABLES:
        return
    external_id = text(item, "PaymentID")
    if kind in _REFUNDS:
        yield from _refund_payment(item, external_id, *_REFUNDS[kind])
        return
    if kind != "ACCRECPAYMENT":
        raise _unknown(item, "PaymentType", kind)
    invoice = part(item, "Invoice")
    counted = [each for each in item.get(PARTS) or (item,) if _is_authorised(each)]
    if not counted and not part(invoice, "Contact"):
        yield Gone(entity="payment", external_id=external_id, gone_on=_changed_on(item))
        return
    paid_on = day(item, "Date")
    yield Payment(
        external_id=external_id,
        customer_id=text(part(invoice, "Contact"), "ContactID"),
        paid_on=paid_on,
        currency=_currency(item),
        amount=sum((amount(each, "Amount") for each in counted[1:]), amount((counted or [item])[0], "Amount")),
        status="open" if counted else "void",
        exchange_rate=exchange_rate(item),
        updated_at=updated_at(item),
    )
    if not counted:
        # Xero keeps a payment that was taken back for ever as DELETED; it cannot come back.
        yield AllocationsComplete(entity="payment", external_id=external_id, gone_on=_changed_on(item))
    for number, each in enumerate(counted):
        invoice_id = text(part(each, "Invoice"), "InvoiceID")
        yield Allocation(
            external_id=f"{external_id}:{invoice_id}" if number else external_id,
            invoice_id=invoice_id,
            kind="payment",
            amount=amount(each, "Amount"),
            applied_on=paid_on,
            source_id=external_id,
            updated_at=updated_at(item),
        )


def _refund_payment(
    item: Item, external_id: str, holder: str, id_name: str, source_kind: Literal["payment", "credit_memo"]
) -> Iterator[Record]:
    if not _is_authorised(item):
        yield Gone(entity="allocation", external_id=external_id, gone_on=_changed_on(item))
        return
    # The list of payments shows the document in the place of an invoice, whatever it is.
    source_id = optional_text(part(item, holder), id_name) or text(part(item, "Invoice"), "InvoiceID")
    yield _refund(item, external_id, source_id, source_kind)


def _refund(item: Item, external_id: str, source_id: str, source_kind: Literal["payment", "credit_memo"]) -> Allocation:
    return Allocation(
        external_id=external_id,
        invoice_id=None,
        kind="refund",
        amount=amount(item, "Amount"),
        applied_on=day(item, "Date"),
        source_id=source_id,
        source_kind=source_kind,
        updated_at=updated_at(item),
    )


def _credit_note(item: Item) -> Iterator[Record]:
    if not _is_receivable(item, "ACCRECCREDIT"):
        return
    external_id = text(item, "CreditNoteID")
    status = _status(item)
    if status is None:
        yield Gone(entity="credit_memo", external_id=external_id, gone_on=_changed_on(item))
        return
    yield CreditMemo(
        external_id=external_id,
        customer_id=text(part(item, "Contact"), "ContactID"),
        number=optional_text(item, "CreditNoteNumber") or external_id,
        issued_on=day(item, "Date"),
        currency=text(item, "CurrencyCode"),
        total=amount(item, "Total"),
        status=status,
        exchange_rate=exchange_rate(item),
        updated_at=updated_at(item),
    )
    yield from _uses(item, external_id, "credit_memo", "credit_memo", status)


def _overpayment(item: Item) -> Iterator[Record]:
    if _is_receivable(item, "RECEIVE-OVERPAYMENT", "AROVERPAYMENT"):
        yield from _unapplied_money(item, "OverpaymentID", "overpayment")


def _prepayment(item: Item) -> Iterator[Record]:
    if _is_receivable(item, "RECEIVE-PREPAYMENT", "ARPREPAYMENT"):
        yield from _unapplied_money(item, "PrepaymentID", "prepayment")


def _unapplied_money(item: Item, id_name: str, kind: Literal["overpayment", "prepayment"]) -> Iterator[Record]:
    external_id = text(item, id_name)
    status = _status(item)
    if status is None:
        yield Gone(entity="payment", external_id=external_id, gone_on=_changed_on(item))
        return
    if status == "draft":
        raise _unknown(item, "Status", item.get("Status"))
    yield Payment(
        external_id=external_id,
        customer_id=text(part(item, "Contact"), "ContactID"),
        paid_on=day(item, "Date"),
        currency=text(item, "CurrencyCode"),
        amount=amount(item, "Total"),
        status="void" if status == "void" else "open",
        exchange_rate=exchange_rate(item),
        updated_at=updated_at(item),
    )
    yield from _uses(item, external_id, kind, "payment", status)


def _uses(
    item: Item,
    source_id: str,
    kind: Literal["credit_memo", "overpayment", "prepayment"],
    source_kind: Literal["payment", "credit_memo"],
    status: DocumentStatus,
) -> Iterator[Record]:
    """Where a credit note, overpayment or prepayment went. All of it is stated where the figures say so."""
    used, repeated = Decimal(0), Counter[str]()
    for each in parts(item, "Allocations"):
        if is_true(each, "IsDeleted"):
            continue
        invoice_id, applied, applied_on = (
            text(part(each, "Invoice"), "InvoiceID"),
            amount(each, "Amount"),
            day(each, "Date"),
        )
        # Older allocations have no id of their own.
        key = f"{source_id}:{invoice_id}:{applied_on}"
        repeated[key] += 1
        used += applied
        yield Allocation(
            external_id=optional_text(each, "AllocationID") or f"{key}:{repeated[key]}",
            invoice_id=invoice_id,
            kind=kind,
            amount=applied,
            applied_on=applied_on,
            source_id=source_id,
            updated_at=updated_at(item),
        )
    for each in parts(item, "Payments"):
        if each.get("Status") != "DELETED":
            refund = _refund(each, text(each, "PaymentID"), source_id, source_kind)
            used += refund.amount
            yield refund
    remaining = optional_amount(item, "RemainingCredit")
    if status != "open" or remaining is None or amount(item, "Total") - used == remaining:
        yield AllocationsComplete(entity=source_kind, external_id=source_id, gone_on=_changed_on(item))


def _is_receivable(item: Item, *types: str) -> bool:
    """Whether it is on the receivables side. Raises RecordError for a type that nobody knows."""
    kind = text(item, "Type")
    if kind in types:
        return True
    if kind in _PAYABLES:
        return False
    raise _unknown(item, "Type", kind)


def _payment_type(item: Item) -> str:
    """The type of a payment; one that is shown without follows from what it is for."""
    kind = optional_text(item, "PaymentType")
    if kind is not None:
        return kind
    found = optional_text(part(item, "Invoice"), "Type")
    by_document = {"ACCREC": "ACCRECPAYMENT", "ACCPAY": "ACCPAYPAYMENT", "ACCRECCREDIT": "ARCREDITPAYMENT"}
    return by_document.get(found or "", text(item, "PaymentType") if found is None else found)


def _status(item: Item) -> DocumentStatus | None:
    """The status of a document; None where it was deleted."""
    status = item.get("Status")
    if status == "DELETED":
        return None
    if not isinstance(status, str) or status not in _STATUSES:
        raise _unknown(item, "Status", status)
    return _STATUSES[status]


def _is_authorised(item: Item) -> bool:
    """Whether a payment counts. One shown within another document has no status, and counts."""
    status = item.get("Status", "AUTHORISED")
    if status not in ("AUTHORISED", "DELETED"):
        raise _unknown(item, "Status", status)
    return bool(status == "AUTHORISED")


def _unknown(item: Item, name: str, value: Any) -> RecordError:
    return RecordError(
        f"{name} {value!r} is none that Xero is known to have", field=name, value=str(value), expected="a known one"
    )


def _currency(item: Item) -> str:
    currency = currency_of(item)
    return text(item, "CurrencyCode") if currency is None else currency


def _changed_on(item: Item) -> date:
    """The day of the item's last change, in UTC; what Xero removes has no other date."""
    changed = updated_at(item)
    return day(item, "Date") if changed is None else changed.date()


_MAPPERS: dict[str, Callable[[Item], Iterator[Record]]] = {
    "contacts": _contact,
    "invoices": _invoice,
    "credit_notes": _credit_note,
    "overpayments": _overpayment,
    "prepayments": _prepayment,
    "payments": _payment,
}
