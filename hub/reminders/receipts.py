"""What providers told of reminders, marked at each: it comes twice, late, in any order, and may settle a doubt."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.channels import message_ids, receipts
from hub.channels.receipts import Kept
from hub.errors import NotFoundError
from hub.events import ReminderBounced, ReminderSent
from hub.jobs.context import JobContext
from hub.reminders import history, service
from hub.reminders.models import reminders
from hub.reminders.sending import mark_sent
from hub.reminders.service import Row
from hub.sdk.channel import Delivery
from hub.storage import audit

AT_ONCE = 200

RANKS = ("accepted", "deferred", "delivered", "bounced", "complained")
"""What became of a message: a later word never takes back an earlier one of more weight."""
_EVENTS: Mapping[str, history.Kind] = {
    "delivered": "delivered",
    "deferred": "delayed",
    "bounced": "bounced",
    "complained": "complained",
    "unsubscribed": "unsubscribed",
}


def run(context: JobContext) -> dict[str, Any]:
    """Mark reminders with what was told of them. Work of kind `reminders.receipts`."""
    counts: Counter[str] = Counter()
    while True:
        context.progress(0.5, f"{counts.total()} receipts")
        with context.transaction() as session:
            waiting = receipts.waiting(session, AT_ONCE)
            for told in waiting:
                counts[_mark(context, session, told)] += 1
            receipts.mark_taken(session, [each.id for each in waiting])
            audit.record_later(session)
        if len(waiting) < AT_ONCE:
            return dict(counts)


def mark_answered(context: JobContext, reminder_id: str) -> dict[str, Any]:
    """Note that somebody answered a reminder. Work of kind `reminders.answered`."""
    now = datetime.now(UTC)
    with context.transaction() as session:
        try:
            reminder = service.lock(session, UUID(reminder_id))
        except (NotFoundError, ValueError):
            return {"answered": 0}
        service.write(session, reminder, {"replied_at": now}, now)
        history.record(session, reminder["id"], "replied", now)
        audit.record_later(session)
    return {"answered": 1}


def _mark(context: JobContext, session: Session, told: Kept) -> str:
    reminder_id = _reminder_of(session, told)
    try:
        reminder = service.lock(session, reminder_id) if reminder_id else None
    except NotFoundError:
        reminder = None
    if reminder is None:
        return "of nothing"
    now = datetime.now(UTC)
    if told.channel_id is None and _is_for(reminder, told.address):
        receipts.suppress(session, told, now)
    ids = {"reminder_id": str(reminder["id"]), "customer_id": str(reminder["customer_id"])}
    if reminder["status"] != "sent":
        # Whatever was believed of it, the provider has it.
        delivery = Delivery(provider_id=told.provider_id or reminder["provider_id"] or "", accepted_at=told.at)
        reminder = mark_sent(session, reminder, delivery, now)
        context.announce(session, ReminderSent(tenant=context.tenant, **ids))
    values = _values(reminder, told)
    if kind := _EVENTS.get(told.kind):
        history.record(session, reminder["id"], kind, now, after={"at": told.at, "permanent": told.is_permanent})
    if values:
        service.write(session, reminder, values, now)
    if values.get("delivery") == "bounced":
        context.announce(session, ReminderBounced(tenant=context.tenant, **ids))
    return told.kind


def _reminder_of(session: Session, told: Kept) -> UUID | None:
    if told.reminder_id:
        return told.reminder_id
    try:
        return UUID(message_ids.about(session, told.message_id) or "")
    except ValueError:
        pass
    if not told.provider_id:
        return None
    query = select(reminders.c.id).where(
        reminders.c.provider_id == told.provider_id, reminders.c.channel_id == told.channel_id
    )
    return session.scalar(query)


def _values(reminder: Row, told: Kept) -> dict[str, Any]:
    if told.kind == "opened":
        opened = reminder["opened_at"]
        return {"opened_at": told.at} if opened is None or told.at < opened else {}
    if told.kind not in RANKS or (told.kind == "bounced" and not _is_of_the_first(reminder, told.address)):
        return {}
    was = reminder["delivery"]
    is_news = was is None or RANKS.index(told.kind) > RANKS.index(was)
    return {"delivery": told.kind} if is_news else {}


def _is_for(reminder: Row, address: str | None) -> bool:
    """Whether an address is one that the reminder went to: who forges a report can name any."""
    named = {each["email"].lower() for each in (*reminder["recipients"], *reminder["cc"])}
    return address is not None and address.lower() in named


def _is_of_the_first(reminder: Row, address: str | None) -> bool:
    """Whether a bounce is of whom it was written to, and not of somebody in copy."""
    first = next(iter(reminder["recipients"]), None)
    return not address or first is None or address.lower() == first["email"].lower()
