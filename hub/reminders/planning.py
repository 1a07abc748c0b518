"""Planning: what the active policies have to be sent within a day becomes rows, each once, whoever plans and how often.

A row is a promise to try: it is written, checked and approved later, and the ledger is looked at again before it goes.
"""

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hub import live
from hub.reminders import settings, uplift
from hub.reminders.answers import with_answers
from hub.reminders.languages import language_of
from hub.reminders.models import reminder_policies
from hub.reminders.policy import PERSON, Item, Policy, read_policy, reasons_against_source
from hub.reminders.reading_items import read_customers, read_history, read_items, read_sources
from hub.reminders.sequence import Message, World, next_message
from hub.reminders.suppressed import without_suppressed
from hub.storage import audit
from hub.storage.session import driver

__all__ = ["AHEAD", "PlanCounts", "plan", "read_items", "without_collecting"]

AHEAD = timedelta(hours=24)
"""What goes out within so long is planned: time to write it, and for people to look at it."""

_LOCK = text("select pg_advisory_xact_lock(hashtextextended(current_schema() || ' reminders.plan', 0))")
_REMINDERS = """
    copy reminders (id, customer_id, kind, policy_id, policy_version, stage, channel_id, writer, tone, language,
        recipients, cc, attachments, totals, expected_gain, status, reason, approve, scheduled_at, created_by,
        created_at, updated_at) from stdin
"""
_ITEMS = "copy reminder_items (reminder_id, invoice_id, policy_id, stage, cycle, asked, currency) from stdin"
_EVENTS = "copy reminder_events (reminder_id, at, kind, by_kind, by_id, by_name, after) from stdin"
_LOTS = "copy reminder_assignments (policy_id, invoice_id, arm, share, at) from stdin"
# What bounced makes room for the same stage, now that there is somebody else to write to.
_BOUNCED = text("""
    select exists (
        select from reminders r join reminder_items i on i.reminder_id = r.id
        where r.delivery = 'bounced' and i.is_live and i.policy_id is not null
    )
""")
_LET_GO = text("""
    update reminder_items i set is_live = false from reminders r
    where r.id = i.reminder_id and i.is_live and r.delivery = 'bounced' and i.policy_id is not null
        and i.invoice_id = any(:invoices)
""")


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """What planning made: messages, the invoices in them, and the invoices that the lot held back anew."""

    messages: int = 0
    invoices: int = 0
    held_back: int = 0


def plan(session: Session, now: datetime, zone: ZoneInfo, home_currency: str) -> PlanCounts:
    """Plan what goes out within AHEAD of `now`; `zone` is the tenant's, for debtors of whom no country is known.

    At most one message to a customer: what is due then of all of their invoices. Safe to call again and at once.
    """
    session.execute(_LOCK)
    active = active_policies(session)
    if not active:
        return PlanCounts()
    with without_collecting():
        return _plan(session, active, now, zone, home_currency)


def _plan(session: Session, active: list[Policy], now: datetime, zone: ZoneInfo, home_currency: str) -> PlanCounts:
    ruled = settings.read(session)
    items = read_items(session, None, now, now.astimezone(zone).date(), home_currency=home_currency)
    customers = read_customers(session, {item.customer_id for item in items}, ruled, zone)
    customers = with_answers(session, without_suppressed(session, customers, now), now)
    history = read_history(session, now)
    known = set(history.lots)
    world = world_of(session, active, ruled, now)
    messages = []
    for customer_id, theirs in groupby(items, key=lambda item: item.customer_id):
        if message := next_message(world, history, customers[customer_id], theirs, now, now + AHEAD):
            messages.append(message)
    drawn = {key: lot for key, lot in history.lots.items() if key not in known}
    _store_lots(session, drawn)
    _store(session, messages, ruled, now)
    return PlanCounts(
        messages=len(messages),
        invoices=sum(len(message.lines) for message in messages),
        held_back=sum(lot.arm == "held_back" for lot in drawn.values()),
    )


def active_policies(session: Session) -> list[Policy]:
    """The policies that are in force, in their order."""
    query = select(reminder_policies).where(reminder_policies.c.is_active)
    rows = session.execute(query.order_by(reminder_policies.c.position, reminder_policies.c.id)).mappings()
    return [read_policy(row["document"], policy_id=row["id"], name=row["name"], version=row["version"]) for row in rows]


def world_of(session: Session, active: list[Policy], ruled: Mapping[str, Any], now: datetime) -> World:
    """What decides at an instant: policies, settings, which connections to trust, and what reminders are known to do.

    How a connection stands now counts for what goes out within AHEAD; by then it will have been read again.
    """
    blocked = {
        connection_id: reasons
        for connection_id, source in read_sources(session, now).items()
        if (reasons := reasons_against_source(source, ruled, now))
    }
    return World(
        policies=active,
        settings=ruled,
        blocked=blocked,
        blocked_until=now + AHEAD,
        effect=uplift.known_effect(session, now),
    )


def gains_of(message: Message) -> list[dict[str, Any]]:
    """What a message is expected to gain, as JSON data."""
    return [
        {
            "currency": gain.currency,
            "amount": f"{gain.amount:f}",
            "days": round(gain.days, 1),
            "basis": gain.basis,
            "sentence": gain.sentence,
        }
        for gain in message.gains
    ]


def totals_of(message: Message) -> list[dict[str, str]]:
    """What a message asks for, as JSON data."""
    return [{"currency": currency, "amount": f"{amount:f}"} for currency, amount in message.totals.items()]


@contextmanager
def without_collecting() -> Iterator[None]:
    """What is read lives until the end: to look through it for garbage, time and again, is a quarter of the work."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _store_lots(session: Session, drawn: Mapping[tuple[UUID, UUID], Any]) -> None:
    _copy(session, _LOTS, ((*key, lot.arm, lot.share, lot.at) for key, lot in drawn.items()))


def _store(session: Session, messages: list[Message], ruled: Mapping[str, Any], now: datetime) -> None:
    if not messages:
        return
    if session.scalar(_BOUNCED):
        session.execute(_LET_GO, {"invoices": [line.item.invoice_id for each in messages for line in each.lines]})
    made = [(uuid4(), message) for message in messages]
    _copy(session, _REMINDERS, (_row(reminder_id, message, ruled, now) for reminder_id, message in made))
    _copy(session, _ITEMS, (row for reminder_id, message in made for row in _item_rows(reminder_id, message)))
    who = audit.actor()
    told = (
        (reminder_id, now, "planned", who.kind, who.id, who.name, _planned(message)) for reminder_id, message in made
    )
    _copy(session, _EVENTS, told)
    live.tell_after_commit(session, "reminder-changed")


def _row(reminder_id: UUID, message: Message, ruled: Mapping[str, Any], now: datetime) -> tuple[Any, ...]:
    policy, step = message.leading.policy, message.leading.step
    by_person = step.writer == PERSON
    reason = {"code": "person", "sentence": "A person writes this step."}
    return (
        reminder_id,
        message.customer.id,
        "policy",
        policy.id,
        policy.version,
        step.stage,
        step.channel,
        None if by_person else step.writer,
        message.tone,
        language_of(message.customer.country, ruled["language"]),
        _json(message.customer.reachable),
        _json([{"name": "", "email": address, "role": ""} for address in message.cc]),
        _json(message.attachments),
        _json(totals_of(message)),
        _json(gains_of(message)),
        "draft" if by_person else "planned",
        _json(reason) if by_person else None,
        message.approve,
        message.at,
        _json({"kind": "policy", "id": str(policy.id), "name": policy.name}),
        now,
        now,
    )


def _planned(message: Message) -> str:
    return _json({"stage": message.leading.step.stage, "scheduled_at": message.at})


def _item_rows(reminder_id: UUID, message: Message) -> Iterator[tuple[Any, ...]]:
    for line in message.lines:
        item: Item = line.item
        yield (
            reminder_id,
            item.invoice_id,
            line.policy.id,
            line.step.stage,
            item.cycle,
            item.asked,
            item.currency,
        )


def _copy(session: Session, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with driver(session).cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
