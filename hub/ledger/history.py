"""The ledger as it was: by the books' own dates (`open_as_of`), and by what the hub knew (`as_known`)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, literal_column, or_, select, true, union_all
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from hub.ledger.models import invoices, ledger_versions
from hub.ledger.statements import TABLES
from hub.sdk.records import Entity


def as_known(entity: Entity, at: datetime) -> FromClause:
    """The rows of an entity's table as the hub knew them at an instant: a subquery with the table's own columns.

    `raw` is null on rows of which only the allocations have changed since.
    """
    table = TABLES[entity]
    now = select(table).where(table.c.recorded_at <= at)
    row = func.jsonb_populate_record(literal_column(f"null::{table.name}"), ledger_versions.c.row)
    typed = row.table_valued(*table.c).lateral()
    then = (
        select(*(typed.c[column.name] for column in table.c))
        .select_from(ledger_versions.join(typed, true()))
        .where(
            ledger_versions.c.entity == entity,
            ledger_versions.c.recorded_at <= at,
            ledger_versions.c.superseded_at > at,
        )
    )
    return union_all(now, then).subquery(f"{table.name}_known")


def open_as_of(day: date, *, known_at: datetime | None = None) -> Select[Any]:
    """Invoices with anything open at the end of a day, by the dates of the books: id, customer, dates, total, balance.

    Allocations applied after the day, or reversed by it, do not count. Documents that are void or written off without
    an allocation count on no day, since the source does not say from when. With `known_at`, as known at that instant.
    """
    invoice = invoices if known_at is None else as_known("invoice", known_at)
    amount = _settled(day, known_at)
    balance = (invoice.c.total - func.coalesce(amount.c.amount, 0)).label("balance")
    return (
        select(
            *(invoice.c[name] for name in ("id", "customer_id", "number", "issued_on", "due_on", "currency", "total")),
            balance,
        )
        .outerjoin_from(invoice, amount, amount.c.invoice_id == invoice.c.id)
        .where(
            invoice.c.issued_on <= day,
            invoice.c.stated_status == "open",
            invoice.c.deleted_on.is_(None),
            balance != 0,
        )
    )


def _settled(day: date, known_at: datetime | None) -> FromClause:
    allocation, payment, memo = (
        TABLES[entity] if known_at is None else as_known(entity, known_at)
        for entity in ("allocation", "payment", "credit_memo")
    )
    return (
        select(allocation.c.invoice_id, func.sum(allocation.c.amount).label("amount"))
        .select_from(allocation)
        .outerjoin(payment, payment.c.id == allocation.c.source_id)
        .outerjoin(memo, memo.c.id == allocation.c.source_id)
        .where(
            _is_active(allocation, day),
            payment.c.deleted_on.is_(None),
            memo.c.deleted_on.is_(None),
            func.coalesce(payment.c.status, memo.c.status, "open") == "open",
        )
        .group_by(allocation.c.invoice_id)
        .subquery("settled")
    )


def _is_active(allocation: FromClause, day: date) -> Any:
    return and_(
        allocation.c.deleted_on.is_(None),
        allocation.c.applied_on <= day,
        or_(allocation.c.reversed_on.is_(None), allocation.c.reversed_on > day),
    )


def invoice_history(session: Session, invoice_id: UUID) -> list[dict[str, Any]]:
    """What the hub has known of an invoice, oldest first: `recorded_at`, `superseded_at` (None: still) and `row`."""
    past = (
        select(ledger_versions.c.recorded_at, ledger_versions.c.superseded_at, _without_raw(ledger_versions.c.row))
        .where(ledger_versions.c.entity == "invoice", ledger_versions.c.id == invoice_id)
        .order_by(ledger_versions.c.recorded_at)
    )
    whole = func.to_jsonb(literal_column("invoices"), type_=JSONB)
    present = select(invoices.c.recorded_at, _without_raw(whole)).where(invoices.c.id == invoice_id)
    versions = [
        {"recorded_at": recorded_at, "superseded_at": superseded_at, "row": row}
        for recorded_at, superseded_at, row in session.execute(past)
    ]
    for recorded_at, row in session.execute(present):
        versions.append({"recorded_at": recorded_at, "superseded_at": None, "row": row})
    return versions


def _without_raw(row: ColumnElement[Any]) -> ColumnElement[Any]:
    return row.op("-", return_type=JSONB())(literal_column("'raw'::text"))
