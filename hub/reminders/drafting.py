"""Writing what is planned: facts are read, a writer drafts, the check passes or the template writes.

No transaction is held while a writer works: it may ask a model that takes its time. What it wrote is kept only if the
reminder is still as it was read.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.errors import HubError
from hub.jobs.context import JobContext
from hub.ledger import service as ledger
from hub.ledger.owed import named
from hub.reminders import debtor_links, history, service, settings
from hub.reminders.approving import send_at
from hub.reminders.before_sending import look
from hub.reminders.fact_sheet import Links, fact_sheet, payment_link
from hub.reminders.house import House, house_of
from hub.reminders.known import history_of
from hub.reminders.models import reminders
from hub.reminders.policy import Customer, Reason
from hub.reminders.recipients import contact_of
from hub.reminders.service import Row, reason
from hub.reminders.truth import as_document, as_rows, totals_of
from hub.reminders.writers import Setup, setup_of
from hub.reminders.writing import Attempt, Written
from hub.sdk.errors import PluginError
from hub.sdk.facts import FactSheet
from hub.sdk.writer import WritingTask
from hub.storage import audit

log = logging.getLogger(__name__)

AHEAD = timedelta(hours=36)
"""What is to go out within so long is written: the evening before, people look at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draftable:
    """All that a writer is told, and by whom it is to be written."""

    task: WritingTask
    setup: Setup
    links: Links


def run(context: JobContext) -> dict[str, Any]:
    """Write what is planned and near. Work of kind `reminders.write`."""
    house = house_of(context.storage, context.settings, context.vault, context.registry, context.tenant)
    counts = {"written": 0, "skipped": 0, "failed": 0}
    waiting = _waiting(context)
    for done, reminder_id in enumerate(waiting):
        context.progress(done / len(waiting), f"{done} of {len(waiting)} written")
        try:
            outcome = _write_one(context, house, reminder_id)
        except (HubError, PluginError) as error:
            outcome = _fail(context, reminder_id, str(error))
        if outcome:
            counts[outcome] += 1
    return counts


def _waiting(context: JobContext) -> list[UUID]:
    near = datetime.now(UTC) + AHEAD
    query = (
        select(reminders.c.id)
        .where(reminders.c.status == "planned", reminders.c.scheduled_at <= near)
        .order_by(reminders.c.scheduled_at, reminders.c.id)
    )
    with context.transaction() as session:
        return list(session.scalars(query))


def _write_one(context: JobContext, house: House, reminder_id: UUID) -> str | None:
    now = datetime.now(UTC)
    with context.transaction() as session:
        reminder = service.lock(session, reminder_id)
        if reminder["status"] != "planned":
            return None
        at = max(reminder["scheduled_at"] or now, now)
        items = service.items_of(session, reminder_id, only_live=True)
        kept, dropped, customer = look(session, house, reminder, items, now)
        for row, why in dropped:
            service.drop_item(session, row["id"], reason(why.code, why.sentence))
        if not kept:
            return _skip(session, reminder, dropped[0][1] if dropped else None, now)
        for each in kept:
            if each.row["asked"] != each.asked:
                service.ask_for(session, each.row["id"], each.asked)
        asked = [{**each.row, "asked": each.asked} for each in kept]
        draftable = prepare(session, house, reminder, asked, at, customer=customer)
        audit.record_later(session)
    written = draftable.setup.write(context.registry, draftable.task)
    with context.transaction() as session:
        held = service.lock(session, reminder_id)
        if held["status"] != "planned" or held["version"] != reminder["version"]:
            return None
        keep(session, held, draftable.task.facts, written, now)
    return "written"


def prepare(
    session: Session,
    house: House,
    reminder: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
    at: datetime,
    *,
    customer: Customer | None = None,
) -> Draftable:
    """What a writer has to know of a reminder that is to be sent at an instant. Raises InvalidError."""
    rules = settings.read(session)
    who = ledger.get_customer(session, reminder["customer_id"]) or {"name": ""}
    links = _links(session, house, rules, reminder, items, at)
    facts = fact_sheet(
        session,
        rules,
        who,
        items,
        links=links,
        today=house.day(at),
        contact=contact_of(reminder["recipients"]),
        company=house.name,
    )
    task = WritingTask(
        facts=facts,
        purpose="reminder",
        tone=reminder["tone"],
        language=reminder["language"],
        stage=reminder["stage"] or 0,
        history=history_of(session, reminder["customer_id"], house.day(at)),
        risk=customer.risk if customer and customer.risk != "unknown" else None,
        page=links.page,
        payment_link=links.payment,
    )
    setup = setup_of(session, house.vault, house.settings, reminder["writer"])
    return Draftable(task=task, setup=setup, links=links)


def written_values(facts: FactSheet, written: Written, before: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """A text as a reminder's row keeps it, after the attempts before it."""
    return {
        "subject": written.subject,
        "text": written.text,
        "language": written.language,
        "writer": written.writer,
        "fell_back": written.fell_back,
        "attempts": [*before, *map(attempt_row, written.attempts)][-20:],
        "facts": as_document(facts),
        "totals": totals_of(facts),
        "is_edited": False,
    }


def attempt_row(attempt: Attempt) -> dict[str, Any]:
    """A draft as a row keeps it."""
    return {
        "writer": attempt.writer,
        "subject": attempt.subject,
        "text": attempt.text,
        "refusals": as_rows(attempt.refusals),
    }


def keep(session: Session, reminder: Row, facts: FactSheet, written: Written, now: datetime) -> Row:
    """Keep the text of a locked reminder that was planned: it waits for approval, or for its time."""
    is_automatic = reminder["approve"] == "automatic" and written.passes
    values = written_values(facts, written, reminder["attempts"])
    values |= {"status": "approved" if is_automatic else "to_approve"}
    if is_automatic:
        values |= {"approved_by": service.by(), "approved_at": now, "reason": None}
    elif not written.passes:
        values |= {"reason": reason("refused_text", "The fact check refuses a part of the text: a person has to look.")}
    after = service.write(session, reminder, values, now)
    told = {"status": after["status"], "writer": written.writer, "attempts": len(written.attempts)}
    told["text"] = history.digest(after["subject"], after["text"])
    history.record(session, after["id"], "written", now, after=told)
    audit.record_later(session)
    if is_automatic:
        send_at(session, after["scheduled_at"] or now, now)
    return after


def _links(
    session: Session,
    house: House,
    rules: Mapping[str, Any],
    reminder: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
    at: datetime,
) -> Links:
    """The customer's own page, by whoever is written to first, and where to pay."""
    first = next(iter(reminder["recipients"]), None)
    token = first and debtor_links.link(
        debtor_links.key_of(session, house.vault),
        house.tenant,
        reminder["customer_id"],
        reminder["id"],
        first["email"],
        at + timedelta(days=debtor_links.KEPT_DAYS),
        reminder["language"],
    )
    numbers = ledger_numbers(session, items)
    return Links(page=debtor_links.page_url(house.base, token) if token else "", payment=payment_link(rules, numbers))


def ledger_numbers(session: Session, items: Sequence[Mapping[str, Any]]) -> list[str]:
    """The numbers printed on the invoices of these items."""
    return [each.number for each in named(session, [item["invoice_id"] for item in items])]


def _skip(session: Session, reminder: Row, why: Reason | None, now: datetime) -> str:
    why = why or Reason("paid", "Nothing is left to ask for.")
    service.write(session, reminder, {"status": "skipped", "reason": reason(why.code, why.sentence)}, now)
    history.record(session, reminder["id"], "skipped", now, after={"code": why.code})
    audit.record_later(session)
    return "skipped"


def _fail(context: JobContext, reminder_id: UUID, sentence: str) -> str | None:
    """It cannot be written as things are set up: it says why, and is tried again every hour."""
    now = datetime.now(UTC)
    why = reason("not_written", sentence)
    with context.transaction() as session:
        held = service.lock(session, reminder_id)
        if held["status"] == "planned" and held["reason"] != why:
            service.write(session, held, {"reason": why}, now)
            history.record(session, reminder_id, "deferred", now, after={"code": why["code"]})
            audit.record_later(session)
    return "failed"
