"""QuickBooks entities as ledger records. Pure: the item decides everything.

What an item needs of the company beside its own fields stands in it under names that begin with `_`; see `context.py`.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from hub.sdk.errors import RecordError
from hub.sdk.records import Allocation, AllocationsComplete, CreditMemo, Customer, Gone, Invoice, Payment, Record
from plugins.connectors.quickbooks.fields import ZERO, Fields
from plugins.connectors.quickbooks.journals import journal_records
from plugins.connectors.quickbooks.payments import payment_records

PAYMENTS = "_payments"
"""Beside the fields of a credit memo or journal entry: all the payments of the company that link it."""

_NET = re.compile(r"\bnet\s*(\d{1,3})\b", re.IGNORECASE)


def records(entity: str, item: Mapping[str, Any]) -> list[Record]:
    """The ledger records that one entity states. Raises RecordError naming field, value and what was expected."""
    return list(_MAPPERS[entity](item))


def _customer(item: Mapping[str, Any]) -> Iterator[Record]:
    fields = Fields.of("Customer", item)
    if fields.is_deleted:
        yield Gone(entity="customer", external_id=fields.id, gone_on=fields.saved_on())
        return
    address = fields.part("BillAddr")
    # FullyQualifiedName tells the job "Kitchen" of one customer from that of another.
    names = ("FullyQualifiedName", "DisplayName", "CompanyName", "PrintOnCheckName")
    yield Customer(
        external_id=fields.id,
        name=next((name for name in map(fields.text, names) if name), fields.id),
        email=fields.part("PrimaryEmailAddr").text("Address"),
        currency=fields.ref("CurrencyRef"),
        country=address.text("CountryCode") or address.text("Country"),
        updated_at=fields.updated_at,
    )


def _invoice(item: Mapping[str, Any]) -> Iterator[Record]:
    fields = Fields.of("Invoice", item)
    if fields.is_deleted:
        yield Gone(entity="invoice", external_id=fields.id, gone_on=fields.saved_on())
        return
    total, balance = fields.required_money("TotalAmt"), fields.money("Balance")
    issued_on = fields.required_day("TxnDate")
    is_void = total == ZERO and not balance and fields.is_voided()
    yield Invoice(
        external_id=fields.id,
        customer_id=fields.required_ref("CustomerRef"),
        number=fields.text("DocNumber") or fields.id,
        issued_on=issued_on,
        due_on=fields.day("DueDate") or _due_by_terms(fields.ref_name("SalesTermRef"), issued_on),
        currency=fields.currency(),
        total=total,
        balance=None if is_void else balance,
        status="void" if is_void else "open",
        terms=fields.ref_name("SalesTermRef"),
        exchange_rate=fields.exchange_rate(),
        updated_at=fields.updated_at,
    )


def _credit_memo(item: Mapping[str, Any]) -> Iterator[Record]:
    fields = Fields.of("CreditMemo", item)
    if fields.is_deleted:
        yield Gone(entity="credit_memo", external_id=fields.id, gone_on=fields.saved_on())
        return
    total = fields.required_money("TotalAmt")
    yield CreditMemo(
        external_id=fields.id,
        customer_id=fields.required_ref("CustomerRef"),
        number=fields.text("DocNumber") or fields.id,
        issued_on=fields.required_day("TxnDate"),
        currency=fields.currency(),
        total=total,
        status="void" if total == ZERO and fields.is_voided() else "open",
        exchange_rate=fields.exchange_rate(),
        updated_at=fields.updated_at,
    )
    if PAYMENTS in item:
        yield from _uses("credit_memo", fields.id, item[PAYMENTS])
        yield AllocationsComplete(entity="credit_memo", external_id=fields.id, gone_on=fields.saved_on())


def _journal_entry(item: Mapping[str, Any]) -> Iterator[Record]:
    for record in journal_records(item):
        yield record
        if PAYMENTS in item and isinstance(record, Payment):
            yield from _uses("payment", record.external_id, item[PAYMENTS])
            gone_on = Fields.of("JournalEntry", item).saved_on()
            yield AllocationsComplete(entity="payment", external_id=record.external_id, gone_on=gone_on)


def _uses(entity: str, source_id: str, payments: list[Mapping[str, Any]]) -> Iterator[Record]:
    """Where a credit went, by the payments that apply it."""
    for payment in payments:
        try:
            found = list(payment_records(payment))
        except RecordError:
            continue  # the payment's own mapping says what is wrong with it
        for record in found:
            if isinstance(record, Allocation) and record.source_id == source_id and _source(record) == entity:
                yield record


def _source(allocation: Allocation) -> str:
    return allocation.source_kind or ("credit_memo" if allocation.kind == "credit_memo" else "payment")


def _due_by_terms(terms: str | None, issued_on: date) -> date:
    """The due date of an invoice without one: as its terms name it, else the day it was issued."""
    found = _NET.search(terms or "")
    return issued_on + timedelta(days=int(found[1])) if found else issued_on


_MAPPERS = {
    "Customer": _customer,
    "Invoice": _invoice,
    "Payment": payment_records,
    "CreditMemo": _credit_memo,
    "JournalEntry": _journal_entry,
}
