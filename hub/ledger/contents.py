"""Whether a ledger holds anything yet: until it does, a tenant may still change what its figures are kept in."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from hub.ledger.models import credit_memos, customers, invoices, payments


def has_records(session: Session, _tenant_id: UUID, _today: date) -> bool:
    """Whether there is anything that has an amount; a part of the tenant's document."""
    kept = (select(table.c.id).exists() for table in (invoices, payments, credit_memos))
    return bool(session.scalar(select(or_(*kept))))


def count_records(session: Session, connection_id: UUID) -> dict[str, int]:
    """How many records of a connection the ledger holds, by entity; without those that were deleted."""
    tables: dict[str, Any] = {
        "customer": customers,
        "invoice": invoices,
        "payment": payments,
        "credit_memo": credit_memos,
    }
    counted = (
        select(func.count())
        .where(table.c.connection_id == connection_id, table.c.deleted_on.is_(None))
        .scalar_subquery()
        .label(entity)
        for entity, table in tables.items()
    )
    return dict(session.execute(select(*counted)).one()._mapping)
