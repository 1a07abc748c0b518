"""Reminders' rows: read, locked and written by everybody else in this room. Sessions are a tenant's.

Each verb locks the reminder's row first, so that of two at once, people or workers, the second sees what the first has
done. Whoever acts is `hub.storage.audit.actor`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from hub import live
from hub.errors import NotFoundError, PreconditionError
from hub.reminders.models import reminder_items, reminders
from hub.reminders.statuses import GONE
from hub.storage import audit

Row = dict[str, Any]


def get(session: Session, reminder_id: UUID) -> Row:
    """A reminder's row. Raises NotFoundError."""
    return _read(session, reminder_id, is_locked=False)


def lock(session: Session, reminder_id: UUID, expected_version: int | None = None) -> Row:
    """A reminder's row, locked until the transaction ends. Raises NotFoundError, and PreconditionError if changed."""
    reminder = _read(session, reminder_id, is_locked=True)
    if expected_version is not None and reminder["version"] != expected_version:
        raise PreconditionError(f"The reminder was changed: it is at version {reminder['version']}; read it again.")
    return reminder


def insert_reminder(
    session: Session, values: Mapping[str, Any], items: Sequence[Mapping[str, Any]], now: datetime
) -> Row:
    """Add a reminder with what it asks for. The event is the caller's to record."""
    made = insert(reminders).values(**values, created_at=now, updated_at=now).returning(reminders)
    reminder = dict(session.execute(made).mappings().one())
    if items:
        session.execute(insert(reminder_items), [{**each, "reminder_id": reminder["id"]} for each in items])
    live.tell_after_commit(session, "reminder-changed", reminder_id=str(reminder["id"]))
    return reminder


def write(session: Session, reminder: Mapping[str, Any], values: Mapping[str, Any], now: datetime) -> Row:
    """Change a locked reminder; returns it as it is then. The event is the caller's to record.

    Where it is not going to be sent any more, what it asked for is let go.
    """
    changed = (
        update(reminders)
        .where(reminders.c.id == reminder["id"])
        .values(**values, version=reminders.c.version + 1, updated_at=now)
        .returning(reminders)
    )
    after = dict(session.execute(changed).mappings().one())
    if after["status"] in GONE and reminder["status"] not in GONE:
        let_go = update(reminder_items).where(reminder_items.c.reminder_id == after["id"]).values(is_live=False)
        session.execute(let_go)
    live.tell_after_commit(session, "reminder-changed", reminder_id=str(after["id"]))
    return after


def items_of(session: Session, reminder_id: UUID, *, only_live: bool = False) -> list[Row]:
    """What a reminder asks for, by invoice."""
    query = select(reminder_items).where(reminder_items.c.reminder_id == reminder_id).order_by(reminder_items.c.id)
    if only_live:
        query = query.where(reminder_items.c.is_live)
    return [dict(row) for row in session.execute(query).mappings()]


def drop_item(session: Session, item_id: int, reason: Mapping[str, str]) -> None:
    """Take an invoice out of what a reminder asks for, and say why."""
    gone = update(reminder_items).where(reminder_items.c.id == item_id)
    session.execute(gone.values(is_live=False, dropped=dict(reason)))


def ask_for(session: Session, item_id: int, amount: Any) -> None:
    """Ask for another amount of an invoice than before."""
    session.execute(update(reminder_items).where(reminder_items.c.id == item_id).values(asked=amount))


def of_customers(session: Session, customer_ids: Collection[UUID]) -> list[Row]:
    """All reminders of these customers, oldest first: for a person who asks what is held of them."""
    query = select(reminders).where(reminders.c.customer_id.in_(customer_ids)).order_by(reminders.c.number)
    return [dict(row) for row in session.execute(query).mappings()]


def by() -> dict[str, str]:
    """Whoever acts, as reminders name people: {kind, id, name}."""
    who = audit.actor()
    return {"kind": who.kind, "id": who.id, "name": who.name}


def reason(code: str, sentence: str) -> dict[str, str]:
    """Why a reminder is where it is."""
    return {"code": code, "sentence": sentence}


def _read(session: Session, reminder_id: UUID, *, is_locked: bool) -> Row:
    query = select(reminders).where(reminders.c.id == reminder_id)
    row = session.execute(query.with_for_update() if is_locked else query).mappings().one_or_none()
    if row is None:
        raise NotFoundError("There is no such reminder.")
    return dict(row)
