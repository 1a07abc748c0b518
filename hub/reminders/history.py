"""What happened to a reminder, in order: each event is added in the transaction of what it tells of, and stays.

Events hold ids, instants, amounts and our own words. What a person wrote stands in the reminder, of which the event has
the SHA-256; an address stands in the reminder alone.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

import orjson
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from hub.http.answers import dumps
from hub.reminders.models import reminder_events
from hub.storage.audit import actor

Kind = Literal[
    "planned",
    "composed",
    "written",
    "changed",
    "scheduled",
    "approved",
    "rejected",
    "skipped",
    "cancelled",
    "returned",
    "claimed",
    "deferred",
    "sent",
    "uncertain",
    "settled",
    "failed",
    "retried",
    "delivered",
    "delayed",
    "bounced",
    "complained",
    "unsubscribed",
    "replied",
]
KINDS: tuple[Kind, ...] = (
    "planned",
    "composed",
    "written",
    "changed",
    "scheduled",
    "approved",
    "rejected",
    "skipped",
    "cancelled",
    "returned",
    "claimed",
    "deferred",
    "sent",
    "uncertain",
    "settled",
    "failed",
    "retried",
    "delivered",
    "delayed",
    "bounced",
    "complained",
    "unsubscribed",
    "replied",
)


def record(
    session: Session,
    reminder_id: UUID,
    kind: Kind,
    at: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add an event of whoever acts (`hub.storage.audit.actor`)."""
    record_all(session, kind, at, [(reminder_id, before, after)])


def record_all(
    session: Session,
    kind: Kind,
    at: datetime,
    events: Iterable[tuple[UUID, Mapping[str, Any] | None, Mapping[str, Any] | None]],
) -> None:
    """Add an event of one kind to each of several reminders: (reminder, before, after)."""
    who = actor()
    by = {"by_kind": who.kind, "by_id": who.id, "by_name": who.name}
    rows = [
        {"reminder_id": reminder_id, "kind": kind, "at": at, **by, "before": _plain(before), "after": _plain(after)}
        for reminder_id, before, after in events
    ]
    if rows:
        session.execute(insert(reminder_events), rows)


def read(session: Session, reminder_id: UUID) -> list[dict[str, Any]]:
    """The events of a reminder, oldest first."""
    query = select(reminder_events).where(reminder_events.c.reminder_id == reminder_id).order_by(reminder_events.c.id)
    return [dict(row) for row in session.execute(query).mappings()]


def first_deferred(session: Session, reminder_id: UUID, codes: Collection[str], *, since: datetime) -> datetime | None:
    """When a reminder was first put off for one of these reasons, since an instant."""
    columns = reminder_events.c
    query = select(func.min(columns.at)).where(
        columns.reminder_id == reminder_id,
        columns.kind == "deferred",
        columns.at >= since,
        columns.after["code"].astext.in_(codes),
    )
    found: datetime | None = session.scalar(query)
    return found


def digest(subject: str | None, text: str | None) -> str:
    """What an event has of a message: the SHA-256 of its subject and text."""
    return sha256(f"{subject or ''}\n\n{text or ''}".encode()).hexdigest()


def _plain(values: Mapping[str, Any] | None) -> Any:
    # Exact amounts as strings: a JSON number would be read back as a float.
    return None if values is None else orjson.loads(dumps(dict(values)))
