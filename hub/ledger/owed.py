"""Invoices that are owed or were, as somebody names them: by id, or by the number printed on them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hub.ledger.models import customers, invoices

_NEVER_OWED = ("draft", "void", "deleted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """An invoice; amounts in its currency. `customer_name` is None while the customer's own record has not arrived."""

    id: UUID
    number: str
    customer_id: UUID
    customer_name: str | None
    issued_on: date
    due_on: date
    currency: str
    total: Decimal
    balance: Decimal
    status: str
    terms: str | None
    connection_id: UUID


_COLUMNS = (
    *(invoices.c[name] for name in Owed.__dataclass_fields__ if name != "customer_name"),
    customers.c.name.label("customer_name"),
)


def owed(session: Session, ids: Collection[UUID]) -> list[Owed]:
    """Those of these invoices that are owed or were; drafts, void and deleted ones never are."""
    return _read(session, invoices.c.id.in_(ids)) if ids else []


def named(session: Session, ids: Collection[UUID]) -> list[Owed]:
    """These invoices, whatever has become of them."""
    return _read(session, invoices.c.id.in_(ids), never=()) if ids else []


def owed_by_number(session: Session, numbers: Collection[str]) -> list[Owed]:
    """The invoices that have one of these numbers, exactly; connections may have numbers in common."""
    return _read(session, invoices.c.number.in_(numbers)) if numbers else []


def _read(session: Session, which: ColumnElement[bool], never: Collection[str] = _NEVER_OWED) -> list[Owed]:
    query = (
        select(*_COLUMNS)
        .select_from(invoices.outerjoin(customers, customers.c.id == invoices.c.customer_id))
        .where(which, invoices.c.status.not_in(never))
        .order_by(invoices.c.due_on, invoices.c.id)
    )
    return [Owed(**row._mapping) for row in session.execute(query)]
