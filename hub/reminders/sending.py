"""Sending: one reminder at a time is claimed, handed to its channel, and what came of it written down.

That a reminder is going to be sent is committed before the channel is asked, with the key and the Message-ID that all
attempts have in common, in the transaction that reads the ledger for the last time. A crash in between leaves it
`sending`: hub.reminders.reconciling finds out what came of it, and nothing is sent again on a guess.
"""

import logging
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, text, tuple_, update
from sqlalchemy.orm import Session

from hub import live
from hub.channels import limits, message_ids
from hub.channels import sending as opening
from hub.channels import service as channels
from hub.channels.service import Channel
from hub.errors import HubError, NotFoundError
from hub.events import ReminderSent
from hub.jobs import service as jobs
from hub.jobs.context import JobContext
from hub.reminders import history, service
from hub.reminders.approving import send_at
from hub.reminders.before_sending import Ready, prepare
from hub.reminders.fresh import ask_providers
from hub.reminders.house import House, house_of
from hub.reminders.models import reminders
from hub.reminders.service import Row, reason
from hub.sdk.channel import Delivery
from hub.sdk.errors import AuthError, ConfigError, PluginError, RecordError, TransientError
from hub.storage import audit

log = logging.getLogger(__name__)

AT_ONCE = 50
HAND_OVER_SECONDS = 60
"""A claim is good for so long at most: whoever was held up for longer lets it go unsent."""
MOST_TRIES = 8
LONGEST_WAIT = timedelta(hours=6)
ASK_AGAIN = timedelta(minutes=15)
PAUSE = timedelta(minutes=1)

# One claim at a time in a tenant, so that two reminders to one customer see each other.
_ALONE = text("select pg_advisory_xact_lock(hashtextextended('paypredict.reminders.' || current_user, 0))")


@dataclass(slots=True)
class Run:
    """One run of the work: how far it is, its open channels, those that rest, and what it counted."""

    house: House
    after: tuple[datetime, UUID] | None = None
    opened: dict[UUID, Any] = field(default_factory=dict)
    resting: set[UUID | None] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A reminder that is this attempt's to send, and until when (by `time.monotonic`).

    `before` is the row as it was: where it had been claimed already, it may have gone out then.
    """

    reminder: Row
    before: Row
    channel: Channel
    ready: Ready
    until: float


def run(context: JobContext) -> dict[str, Any]:
    """Send what is approved and due. Work of kind `reminders.send`."""
    this = Run(house=house_of(context.storage, context.settings, context.vault, context.registry, context.tenant))
    try:
        while batch := _due(context, this):
            unasked = ask_providers(context, batch)
            for reminder_id in batch:
                context.progress(0.5, f"{this.counts['sent']} sent")
                if reminder_id in unasked:
                    _wait(context, this, reminder_id)
                    continue
                try:
                    claim = _claim(context, this, reminder_id)
                except (HubError, PluginError) as error:
                    # Nothing was committed: one that cannot be made into a message keeps none of the others.
                    _put_down(context, this, reminder_id, str(error))
                    continue
                if claim is not None:
                    _deliver(context, this, claim)
    finally:
        for each in this.opened.values():
            opening.close(each)
    return dict(this.counts)


def _due(context: JobContext, this: Run) -> list[UUID]:
    now = datetime.now(UTC)
    query = (
        select(reminders.c.id, reminders.c.scheduled_at)
        .where(reminders.c.status == "approved", reminders.c.scheduled_at <= now)
        .order_by(reminders.c.scheduled_at, reminders.c.id)
        .limit(AT_ONCE)
    )
    if this.after:
        # What becomes due meanwhile comes later in this order, or has work of its own.
        query = query.where(tuple_(reminders.c.scheduled_at, reminders.c.id) > tuple_(*this.after))
    named = [each for each in this.resting if each is not None]
    if named:
        query = query.where(or_(reminders.c.channel_id.is_(None), reminders.c.channel_id.not_in(named)))
    if None in this.resting:
        query = query.where(reminders.c.channel_id.is_not(None))
    with context.transaction() as session:
        rows = session.execute(query).all()
    if rows:
        this.after = rows[-1].scheduled_at, rows[-1].id
    return [row.id for row in rows]


def _claim(context: JobContext, this: Run, reminder_id: UUID) -> Claim | None:
    """A reminder, if it is to be sent now; otherwise what is written down of it says why not."""
    now, started = datetime.now(UTC), time.monotonic()
    with context.transaction() as session:
        session.execute(_ALONE)
        reminder = service.lock(session, reminder_id)
        if reminder["status"] != "approved" or reminder["channel_id"] in this.resting:
            return None
        channel = _channel(session, reminder)
        if why := _why_not(context, channel):
            this.resting.add(reminder["channel_id"])
            this.counts[why["code"]] += 1
            _say(session, reminder["channel_id"], why, now)
            return None
        assert channel is not None
        ready = prepare(session, this.house, reminder, channel, now)
        if not isinstance(ready, Ready):
            this.counts[ready] += 1
            return None
        if wait := limits.wait(session, channel):
            this.resting.add(reminder["channel_id"])
            this.counts["waiting"] += 1
            send_at(session, now + timedelta(seconds=wait), now)
            return None
        claimed = _take(session, reminder, channel, ready, now)
    return Claim(reminder=claimed, before=reminder, channel=channel, ready=ready, until=started + _hand_over(context))


def _hand_over(context: JobContext) -> float:
    """For how many seconds a claim is good.

    A small part of the time after which somebody asks the provider what it has: what is handed over has to have arrived
    there by then, however slow this machine and the way to the provider are.
    """
    return min(HAND_OVER_SECONDS, context.settings.reminders_reconcile_after_seconds / 6)


def _put_down(context: JobContext, this: Run, reminder_id: UUID, sentence: str) -> None:
    """It cannot be sent as things are: a person has to look."""
    now = datetime.now(UTC)
    with context.transaction() as session:
        reminder = service.lock(session, reminder_id)
        if reminder["status"] != "approved":
            return
        status = "failed" if reminder["claimed_at"] is None else "uncertain"
        service.write(session, reminder, {"status": status, "reason": reason("not_made", sentence)}, now)
        history.record(session, reminder_id, "failed", now, after={"code": "not_made", "status": status})
        audit.record_later(session)
    this.counts[status] += 1


def _channel(session: Session, reminder: Mapping[str, Any]) -> Channel | None:
    if reminder["channel_id"] is None:
        return channels.default_channel(session, "debtors")
    try:
        return channels.get(session, reminder["channel_id"])
    except NotFoundError:
        return None


def _why_not(context: JobContext, channel: Channel | None) -> dict[str, str] | None:
    """Why nothing can be sent by a channel now; what waits for it is sent once that is mended."""
    if channel is None or channel.purpose != "debtors":
        return reason("no_channel", "No channel to debtors is set up.")
    if channel.status == "disabled":
        return reason("channel_disabled", f"The channel {channel.name} is switched off.")
    if channel.status == "failing":
        return reason("channel_failing", f"The channel {channel.name} does not work: {channel.reason or 'unknown'}")
    try:
        context.registry.get(channel.plugin)
    except NotFoundError:
        return reason("channel_gone", f"The plugin of the channel {channel.name} is not installed.")
    return None


def _say(session: Session, channel_id: UUID | None, why: Mapping[str, str], now: datetime) -> None:
    """Note with each reminder that waits for a channel why it does, once."""
    waiting = (
        update(reminders)
        .where(
            reminders.c.status == "approved",
            reminders.c.scheduled_at <= now,
            reminders.c.channel_id.is_not_distinct_from(channel_id),
            reminders.c.reason["code"].astext.is_distinct_from(why["code"]),
        )
        .values(reason=dict(why), updated_at=now, version=reminders.c.version + 1)
        .returning(reminders.c.id)
    )
    ids = list(session.scalars(waiting))
    history.record_all(session, "deferred", now, [(each, None, {"code": why["code"]}) for each in ids])
    if ids:
        live.tell_after_commit(session, "reminder-changed")


def _take(session: Session, reminder: Row, channel: Channel, ready: Ready, now: datetime) -> Row:
    values = {
        "status": "sending",
        "claimed_at": now,
        "generation": reminder["generation"] + 1,
        "channel_id": channel.id,
        "message_id": reminder["message_id"] or message_ids.make(session, str(reminder["id"]), channel.sender or ""),
        "thread_id": ready.thread[0] if ready.thread else None,
        "facts": dict(ready.facts),
        "reason": None,
    }
    after = service.write(session, reminder, values, now)
    history.record(session, after["id"], "claimed", now, after={"generation": after["generation"]})
    audit.record_later(session)
    return after


def _deliver(context: JobContext, this: Run, claim: Claim) -> None:
    channel = claim.channel
    try:
        message = claim.ready.message(claim.reminder)
    except Exception as error:  # whatever it is, nothing has been handed over
        log.exception("R-%d cannot be made into a message", claim.reminder["number"])
        _fail(context, this, claim, f"It cannot be made into a message ({type(error).__name__}).")
        return
    try:
        if channel.id not in this.opened:
            this.opened[channel.id] = opening.open_channel(context, channel)
        if time.monotonic() >= claim.until:
            _give_back(context, this, claim, "late", "The hub was held up.", PAUSE, counts_as_try=False)
            return
        delivery = opening.deliver(context, channel, this.opened[channel.id], message)
    except TransientError as error:
        # A provider may say any number, more than an interval holds.
        seconds = min(max(error.retry_after, 60 * 2 ** claim.reminder["tries"]), LONGEST_WAIT.total_seconds())
        _give_back(context, this, claim, "try_again", str(error), timedelta(seconds=seconds))
    except (AuthError, ConfigError) as error:
        # The channel is at fault, and no reminder the worse for it.
        this.resting.update({channel.id, None} if channel.is_default else {channel.id})
        _give_back(context, this, claim, "channel_failing", str(error), PAUSE, counts_as_try=False)
    except RecordError as error:
        _fail(context, this, claim, str(error))
    except PluginError as error:
        _doubt(context, this, claim, str(error))
    except Exception as error:  # whatever a plugin raises, it may have sent before
        log.exception("R-%d: nobody knows what came of it", claim.reminder["number"])
        _doubt(context, this, claim, f"The channel failed ({type(error).__name__}).")
    else:
        _sent(context, this, claim, delivery)


def _sent(context: JobContext, this: Run, claim: Claim, delivery: Delivery) -> None:
    with context.storage.tenant(context.tenant) as session:
        reminder = service.lock(session, claim.reminder["id"])
        mark_sent(session, reminder, delivery, datetime.now(UTC))
        context.announce(session, _event(context, reminder))
    this.counts["sent"] += 1


def mark_sent(session: Session, reminder: Row, delivery: Delivery, now: datetime) -> Row:
    """Write down that a channel took a locked reminder, however it stands by now: it went out."""
    values = {
        "status": "sent",
        "provider_id": delivery.provider_id,
        "message_id": delivery.message_id or reminder["message_id"],
        "sent_at": delivery.accepted_at,
        "delivery": reminder["delivery"] or "accepted",
        "reason": None,
    }
    after = service.write(session, reminder, values, now)
    told = {"provider_id": delivery.provider_id, "text": history.digest(after["subject"], after["text"])}
    history.record(session, after["id"], "sent", now, before={"status": reminder["status"]}, after=told)
    audit.record(session, "reminder.sent", "reminder", after["id"], after={"message_id": after["message_id"]})
    return after


def _event(context: JobContext, reminder: Row) -> ReminderSent:
    return ReminderSent(
        tenant=context.tenant, reminder_id=str(reminder["id"]), customer_id=str(reminder["customer_id"])
    )


def _give_back(
    context: JobContext,
    this: Run,
    claim: Claim,
    code: str,
    sentence: str,
    wait: timedelta,
    *,
    counts_as_try: bool = True,
) -> None:
    """Nothing was taken: it is sent later, or fails after so many tries."""
    now = datetime.now(UTC)
    tries = claim.reminder["tries"] + (1 if counts_as_try else 0)
    if tries >= MOST_TRIES:
        _fail(context, this, claim, sentence)
        return
    values: dict[str, Any] = {
        "status": "approved",
        "claimed_at": claim.before["claimed_at"],
        "channel_id": claim.before["channel_id"],
        "tries": tries,
        "reason": reason(code, sentence),
        "scheduled_at": max(now + wait, claim.reminder["scheduled_at"]),
    }
    if _settle(context, claim, values, "deferred", {"code": code, "tries": tries}, now, again=values["scheduled_at"]):
        this.counts[code] += 1


def _fail(context: JobContext, this: Run, claim: Claim, sentence: str) -> None:
    status = "failed" if claim.before["claimed_at"] is None else "uncertain"
    values = {"status": status, "reason": reason("refused", sentence)}
    if _settle(context, claim, values, "failed", {"code": "refused", "status": status}, datetime.now(UTC)):
        this.counts[status] += 1


def _doubt(context: JobContext, this: Run, claim: Claim, sentence: str) -> None:
    """It may have gone out: it stays `sending` until that is found out."""
    now = datetime.now(UTC)
    values = {"reason": reason("in_doubt", sentence)}
    if _settle(context, claim, values, "uncertain", {"code": "in_doubt"}, now):
        this.counts["in_doubt"] += 1


def _settle(
    context: JobContext,
    claim: Claim,
    values: Mapping[str, Any],
    kind: history.Kind,
    told: Mapping[str, Any],
    now: datetime,
    again: datetime | None = None,
) -> bool:
    """Write down what came of a claim, unless somebody else has found out meanwhile."""
    with context.storage.tenant(context.tenant) as session:
        held = service.lock(session, claim.reminder["id"])
        if held["status"] != "sending" or held["generation"] != claim.reminder["generation"]:
            return False
        service.write(session, held, values, now)
        history.record(session, held["id"], kind, now, after=told)
        audit.record_later(session)
        if again is not None:
            send_at(session, again, now)
        elif kind == "uncertain":
            reconcile_later(context, session, now)
    return True


def reconcile_later(context: JobContext, session: Session, now: datetime) -> None:
    """Have what is in doubt looked into, once the provider can be expected to know."""
    at = now + timedelta(seconds=context.settings.reminders_reconcile_after_seconds)
    jobs.submit(session, "reminders.reconcile", {}, dedupe_key=f"{at:%Y-%m-%dT%H:%M}", run_at=at)


def _wait(context: JobContext, this: Run, reminder_id: UUID) -> None:
    """Its provider could not be asked: it waits, for it may be paid there."""
    now = datetime.now(UTC)
    with context.transaction() as session:
        reminder = service.lock(session, reminder_id)
        if reminder["status"] != "approved":
            return
        why = reason("provider_silent", "The provider could not be asked whether it is paid.")
        at = now + ASK_AGAIN
        service.write(session, reminder, {"scheduled_at": at, "reason": why}, now)
        history.record(session, reminder_id, "deferred", now, after={"code": why["code"]})
        send_at(session, at, now)
    this.counts["provider_silent"] += 1
