"""Journal entries that post to accounts receivable: credits there are payments, debits there are invoices."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hub.sdk.records import Gone, Invoice, Payment, Record
from plugins.connectors.quickbooks.fields import Fields

RECEIVABLE_ACCOUNTS = "_receivable_accounts"
"""Beside the provider's own fields: the ids of the accounts of type Accounts Receivable."""
FORGET = "_forget"
"""Beside the provider's own fields: what the item stated before is to be let go of, as it may state less now."""
MOST_LINES = 24
"""So many lines of one entry, or credits of one payment, are let go of without knowing how many there were."""

_PREFIX = "journal-"
_RECEIVABLE = re.compile(r"receivable|\(a/?r\)|\bdebtors\b|debitoren|clients", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an entry on accounts receivable; `number` counts those lines from 1."""

    number: int
    line_id: str | None
    customer_id: str
    amount: Decimal
    is_credit: bool


def journal_id(entry_id: str, number: int) -> str:
    """The id of the payment or invoice that a line is."""
    return f"{_PREFIX}{entry_id}-{number}"


def entry_of(record_id: str) -> str | None:
    """The id of the entry that a payment or invoice is a line of; None for any other."""
    if not record_id.startswith(_PREFIX):
        return None
    return record_id.removeprefix(_PREFIX).rpartition("-")[0] or None


def receivable_lines(item: Mapping[str, Any]) -> list[Line]:
    """The lines of a journal entry that post to accounts receivable.

    By the company's accounts where they are known, else by the account's name: a customer may stand on any line.
    """
    entry = Fields.of("JournalEntry", item)
    accounts = item.get(RECEIVABLE_ACCOUNTS)
    lines: list[Line] = []
    for line in entry.parts("Line"):
        detail = line.part("JournalEntryLineDetail")
        entity = detail.part("Entity")
        customer = entity.ref("EntityRef")
        if customer is None or (entity.text("Type") or "Customer").casefold() != "customer":
            continue
        name, account = detail.ref_name("AccountRef") or "", detail.ref("AccountRef")
        if account in accounts if accounts is not None else _RECEIVABLE.search(name):
            side = (detail.text("PostingType") or "").casefold()
            if side not in ("debit", "credit"):
                raise detail.error("PostingType", "Debit or Credit")
            lines.append(
                Line(len(lines) + 1, line.text("Id"), customer, line.money("Amount") or Decimal(0), side == "credit")
            )
    return lines


def journal_records(item: Mapping[str, Any]) -> Iterator[Record]:
    """The payments and invoices that an entry's lines on accounts receivable are."""
    entry = Fields.of("JournalEntry", item)
    lines = [] if entry.is_deleted else receivable_lines(item)
    for line in lines:
        yield _record(entry, line)
        if item.get(FORGET):
            # A line that was a debit before it became a credit, or the reverse, must not count twice.
            yield Gone(
                entity="invoice" if line.is_credit else "payment",
                external_id=journal_id(entry.id, line.number),
                gone_on=entry.saved_on(),
            )
    if entry.is_deleted or item.get(FORGET):
        for number in range(len(lines) + 1, MOST_LINES + 1 if item.get(FORGET) else 2):
            yield Gone(entity="payment", external_id=journal_id(entry.id, number), gone_on=entry.saved_on())
            yield Gone(entity="invoice", external_id=journal_id(entry.id, number), gone_on=entry.saved_on())


def _record(entry: Fields, line: Line) -> Record:
    # A void entry keeps its lines, over nothing.
    amount = abs(line.amount)
    is_void = not amount
    day = entry.required_day("TxnDate")
    if line.is_credit != (line.amount < 0):
        return Payment(
            external_id=journal_id(entry.id, line.number),
            customer_id=line.customer_id,
            paid_on=day,
            currency=entry.currency(),
            amount=amount,
            status="void" if is_void else "open",
            exchange_rate=entry.exchange_rate(),
            updated_at=entry.updated_at,
        )
    return Invoice(
        external_id=journal_id(entry.id, line.number),
        customer_id=line.customer_id,
        number=entry.text("DocNumber") or entry.id,
        issued_on=day,
        due_on=day,
        currency=entry.currency(),
        total=amount,
        status="void" if is_void else "open",
        exchange_rate=entry.exchange_rate(),
        updated_at=entry.updated_at,
    )
