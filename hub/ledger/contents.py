"""Whether a ledger holds anything yet: until it does, a tenant may still change what its figures are kept in."""

from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hub.ledger.models import credit_memos, invoices, payments


def has_records(session: Session, _tenant_id: UUID, _today: date) -> bool:
    """Whether there is anything that has an amount; a part of the tenant's document."""
    kept = (select(table.c.id).exists() for table in (invoices, payments, credit_memos))
    return bool(session.scalar(select(or_(*kept))))
