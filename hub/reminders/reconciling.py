"""Finding out what became of what was claimed and never settled: a worker died, or no answer came.

Nothing is sent again on a guess. What a receipt or the provider itself says was sent is sent; what the provider surely
has not is sent again; where the provider refuses a key's second message, the same is handed over once more. All else
is `uncertain`: a person says.
"""

import logging
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hub.channels import sending as opening
from hub.channels import service as channels
from hub.channels.service import Channel
from hub.errors import NotFoundError
from hub.events import ReminderSent
from hub.jobs.context import JobContext
from hub.reminders import history, service
from hub.reminders.approving import send_at
from hub.reminders.models import reminders
from hub.reminders.sending import MOST_TRIES, mark_sent, reconcile_later
from hub.reminders.service import Row, reason
from hub.sdk.channel import Delivery
from hub.sdk.errors import PluginError
from hub.storage import audit

log = logging.getLogger(__name__)

AT_ONCE = 200
ASKED_FOR = timedelta(days=3)
"""Providers are asked about what is in doubt for so long; what was claimed before is a person's to settle."""


def run(context: JobContext) -> dict[str, Any]:
    """Find out what became of reminders in doubt. Work of kind `reminders.reconcile`."""
    counts: Counter[str] = Counter()
    opened: dict[UUID, tuple[Channel, Any]] = {}
    seen: set[UUID] = set()
    try:
        while batch := _in_doubt(context, seen):
            for reminder in batch:
                seen.add(reminder["id"])
                context.progress(0.5, f"{len(seen)} looked into")
                if outcome := _look_into(context, opened, reminder):
                    counts[outcome] += 1
    finally:
        for _, plugin in opened.values():
            opening.close(plugin)
    return dict(counts)


def _in_doubt(context: JobContext, seen: set[UUID]) -> list[Row]:
    now = datetime.now(UTC)
    after = timedelta(seconds=context.settings.reminders_reconcile_after_seconds)
    query = (
        select(reminders)
        .where(
            reminders.c.status.in_(("sending", "uncertain")),
            reminders.c.claimed_at <= now - after,
            # The hub may have stood still for longer: what was being sent then must not stay so.
            or_(reminders.c.status == "sending", reminders.c.claimed_at >= now - ASKED_FOR),
        )
        .order_by(reminders.c.claimed_at, reminders.c.id)
        .limit(AT_ONCE)
    )
    if seen:
        query = query.where(reminders.c.id.not_in(seen))
    with context.transaction() as session:
        return [dict(row) for row in session.execute(query).mappings()]


def _look_into(context: JobContext, opened: dict[UUID, tuple[Channel, Any]], reminder: Row) -> str | None:
    if reminder["claimed_at"] < datetime.now(UTC) - ASKED_FOR:
        # Providers forget: that one does not know it any more would not mean that it never had it.
        return _leave(context, reminder, "It was handed over days ago, and nobody has said what came of it.")
    try:
        channel, plugin = _open(context, opened, reminder["channel_id"])
        capabilities = context.registry.get(channel.plugin).capabilities
    except (PluginError, NotFoundError) as error:
        return _leave(context, reminder, f"The channel that it went by cannot be asked: {error}")
    if "lookup" in capabilities:
        try:
            delivery = plugin.find(reminder["message_id"], reminder["idempotency_key"])
        except PluginError as error:
            return _leave(context, reminder, f"The provider cannot say: {error}")
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises, the others are looked into
            # Its kind alone: the words of an error may be the message's.
            log.error("R-%d: %s cannot say (%s)", reminder["number"], channel.plugin, type(error).__name__)
            return _leave(context, reminder, f"The channel failed ({type(error).__name__}).")
        return _sent(context, reminder, delivery) if delivery else _again(context, reminder, is_known=True)
    if "idempotent" in capabilities and reminder["status"] == "sending":
        return _again(context, reminder, is_known=False)
    return _leave(context, reminder, "The connection broke while it was handed over; this provider cannot be asked.")


def _open(context: JobContext, opened: dict[UUID, tuple[Channel, Any]], channel_id: UUID | None) -> tuple[Channel, Any]:
    if channel_id is None:
        raise NotFoundError("no channel is noted.")
    if channel_id not in opened:
        with context.transaction() as session:
            channel = channels.get(session, channel_id)
        opened[channel_id] = channel, opening.open_channel(context, channel)
    return opened[channel_id]


def _sent(context: JobContext, reminder: Row, delivery: Delivery) -> str | None:
    with context.transaction() as session:
        held = _held(session, reminder)
        if held is None:
            return None
        mark_sent(session, held, delivery, datetime.now(UTC))
        told = {"reminder_id": str(held["id"]), "customer_id": str(held["customer_id"])}
        context.announce(session, ReminderSent(tenant=context.tenant, **told))
    return "found"


def _again(context: JobContext, reminder: Row, *, is_known: bool) -> str | None:
    """It goes out after all, if it is still to: looked at again like any other.

    Not `is_known` that nothing was taken: `claimed_at` stays, and says that it may have gone out before.
    """
    now = datetime.now(UTC)
    why = reason("not_taken", "The provider does not have it: it is sent again.")
    if not is_known:
        why = reason("same_key", "It is handed over once more under the same key, which the provider sends once.")
    with context.transaction() as session:
        held = _held(session, reminder)
        if held is None:
            return None
        tries = held["tries"] + 1
        if tries >= MOST_TRIES:
            status = "failed" if is_known else "uncertain"
            why = reason("no_answer", "The channel broke off each time it was handed over.")
        else:
            status = "approved"
            send_at(session, now, now)
        values: dict[str, Any] = {"status": status, "tries": tries, "reason": why}
        if is_known:
            values["claimed_at"] = None
        service.write(session, held, values, now)
        kind: history.Kind = "retried" if status == "approved" else "failed"
        history.record(session, held["id"], kind, now, after={"code": why["code"], "tries": tries})
        audit.record_later(session)
    return why["code"]


def _leave(context: JobContext, reminder: Row, sentence: str) -> str | None:
    """Nobody knows: a person has to say, or a receipt does."""
    now = datetime.now(UTC)
    with context.transaction() as session:
        held = _held(session, reminder)
        if held is None or held["status"] == "uncertain":
            return None
        service.write(session, held, {"status": "uncertain", "reason": reason("in_doubt", sentence)}, now)
        history.record(session, held["id"], "uncertain", now, after={"code": "in_doubt"})
        audit.record(session, "reminder.uncertain", "reminder", held["id"], after={"code": "in_doubt"})
        reconcile_later(context, session, now)
    return "uncertain"


def _held(session: Session, reminder: Mapping[str, Any]) -> Row | None:
    """The row, locked, unless somebody else has found out meanwhile."""
    held = service.lock(session, reminder["id"])
    is_same = held["status"] == reminder["status"] and held["generation"] == reminder["generation"]
    return held if is_same else None
