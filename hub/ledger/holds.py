"""Holds on invoices: nothing is expected to be paid, and nobody is reminded, of what is held.

A hold is never changed: what changes is released and placed anew, so that what was held on any past day can be told.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, insert, or_, select, update
from sqlalchemy.orm import Session

from hub.ledger.models import holds

Kind = Literal["dispute", "promise", "payment_in_flight", "legal", "manual"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What of an invoice is held, why, and since when.

    `amount` is in the invoice's currency, None for all that is open; `until` is the day by which it is expected to end.
    """

    id: UUID
    invoice_id: UUID
    kind: str
    amount: Decimal | None
    reason: str
    source_id: UUID
    placed_at: datetime
    until: date | None
    released_at: datetime | None


def place(
    session: Session,
    invoice_id: UUID,
    kind: Kind,
    *,
    source_id: UUID,
    reason: str,
    at: datetime,
    amount: Decimal | None = None,
    until: date | None = None,
) -> None:
    """Hold an invoice, or `amount` of it, in place of what the same source holds already. The same again is nothing."""
    wanted = {"invoice_id": invoice_id, "amount": amount, "reason": reason, "until": until}
    held = session.execute(_of_source(kind, source_id).with_for_update()).one_or_none()
    if held is not None:
        if all(held._mapping[name] == value for name, value in wanted.items()):
            return
        release(session, kind, source_id, at)
    session.execute(insert(holds).values(kind=kind, source_id=source_id, placed_at=at, **wanted))


def place_all(session: Session, kind: Kind, wanted: Collection[Mapping[str, Any]], at: datetime) -> None:
    """Place holds of sources that hold nothing yet, each with the arguments of `place` but `kind` and `at`."""
    if wanted:
        session.execute(insert(holds), [{**each, "kind": kind, "placed_at": at} for each in wanted])


def release(session: Session, kind: Kind, source_id: UUID, at: datetime) -> bool:
    """End what a source holds; whether it held anything."""
    ended = (
        update(holds)
        .where(holds.c.kind == kind, holds.c.source_id == source_id, holds.c.released_at.is_(None))
        .values(released_at=at)
    )
    return bool(session.execute(ended).rowcount)  # type: ignore[attr-defined]


def active(session: Session, invoice_ids: Collection[UUID] | None = None, as_of: datetime | None = None) -> list[Hold]:
    """What is held, or was at the instant `as_of`: of these invoices, or of all; oldest first."""
    query = select(holds).order_by(holds.c.placed_at, holds.c.id)
    if invoice_ids is not None:
        query = query.where(holds.c.invoice_id.in_(invoice_ids))
    if as_of is None:
        query = query.where(holds.c.released_at.is_(None))
    else:
        query = query.where(holds.c.placed_at <= as_of)
        query = query.where(or_(holds.c.released_at.is_(None), holds.c.released_at > as_of))
    return [Hold(**row._mapping) for row in session.execute(query)]


def _of_source(kind: Kind, source_id: UUID) -> Select[Any]:
    return select(holds).where(holds.c.kind == kind, holds.c.source_id == source_id, holds.c.released_at.is_(None))
