"""What a person composes: read, written and checked, shown before anything is stored, then kept, scheduled or sent."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from hub.channels import limits, suppressions
from hub.channels import sending as opening
from hub.channels import service as channels
from hub.channels.sending import Caller
from hub.channels.service import Channel
from hub.errors import ConflictError, HubError, InvalidError, NotFoundError, RateLimitedError
from hub.ledger import service as ledger
from hub.ledger.owed import Owed, owed
from hub.reminders import approving, debtor_links, history, policies, service, settings, statuses
from hub.reminders.approving import check_instant
from hub.reminders.before_sending import account_of, facts_of, look, rules_of
from hub.reminders.drafting import Draftable, prepare, written_values
from hub.reminders.house import House
from hub.reminders.languages import language_of
from hub.reminders.mail import html_of
from hub.reminders.message import message_of
from hub.reminders.policy import APPROVALS, Customer, Reason, read_policy, reasons_against_source
from hub.reminders.reading_items import read_sources
from hub.reminders.recipients import Recipient, recipients_of, unique
from hub.reminders.service import Row
from hub.reminders.statement import statement_pdf
from hub.reminders.truth import as_document, as_facts, refusals, totals_of
from hub.reminders.writing import TEMPLATE, Attempt, Written
from hub.sdk.errors import PluginError
from hub.sdk.facts import FactSheet, check
from hub.storage import audit
from hub.storage.session import Storage

PERSON = "person"
"""Who wrote what a person wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A reminder that is not stored: its row, its items, its facts and text, and what is to be said against it."""

    row: Mapping[str, Any]
    items: Sequence[Mapping[str, Any]]
    facts: FactSheet
    written: Written
    html: str
    warnings: Sequence[Mapping[str, str]]
    scheduled_at: datetime | None


class CannotBeWrittenError(ConflictError):
    """Not even the template could write it, as things are set up."""

    code = "not_written"


def compose(storage: Storage, house: House, wanted: Mapping[str, Any], now: datetime) -> Composed:
    """Write and check what somebody wants to send; nothing is stored.

    Raises InvalidError for a customer, invoices or a channel that are not there, or settings that name no sender.
    """
    check_instant(wanted["scheduled_at"], now)
    with storage.tenant(house.tenant) as session:
        row, items = _row(session, wanted)
        kept, dropped, customer = look(session, house, row, items, now)
        asked = [{**each.row, "asked": each.asked} for each in kept]
        # What no policy would ask for, a person may write about: its whole open amount stands in the facts.
        asked += [each for each, _ in dropped]
        draftable = prepare(session, house, row, asked, max(wanted["scheduled_at"] or now, now), customer=customer)
        warnings = _warnings(session, house, row, asked, dropped, customer, wanted["scheduled_at"], now)
    written = _written(house, draftable, wanted)
    if refused := len(written.attempts[-1].refusals):
        parts = "a part" if refused == 1 else f"{refused} parts"
        warnings.append(service.reason("refused_text", f"The fact check refuses {parts} of the text."))
    html = html_of(written.text, draftable.task.facts, written.language, draftable.links)
    return Composed(
        row=row,
        items=[_item(each) for each in asked],
        facts=draftable.task.facts,
        written=written,
        html=html,
        warnings=warnings,
        scheduled_at=wanted["scheduled_at"],
    )


def show(composed: Composed) -> dict[str, Any]:
    """What a preview answers."""
    written = composed.written
    refused = [asdict(each) for each in written.attempts[-1].refusals]
    return {
        "subject": written.subject,
        "text": written.text,
        "html": composed.html,
        "language": written.language,
        "writer": written.writer,
        "fell_back": written.fell_back,
        "recipients": composed.row["recipients"],
        "cc": composed.row["cc"],
        "warnings": composed.warnings,
        "verdict": {"passes": not refused, "refusals": refused},
        "attachments": [{"kind": each, "name": f"{each}.pdf"} for each in composed.row["attachments"]],
        "totals": totals_of(composed.facts),
    }


def store(session: Session, composed: Composed, then: str, now: datetime, *, is_admin: bool) -> Row:
    """Keep what was composed, and do with it what `then` says: draft, approval, schedule or send."""
    values = {
        **composed.row,
        **written_values(composed.facts, composed.written),
        "is_edited": composed.written.writer == PERSON,
        "status": "draft",
        "scheduled_at": composed.scheduled_at,
        "created_by": service.by(),
    }
    made = service.insert_reminder(session, values, composed.items, now)
    told = {"text": history.digest(made["subject"], made["text"]), "invoices": len(composed.items)}
    history.record(session, made["id"], "composed", now, after=told)
    audit.record(session, "reminder.composed", "reminder", made["id"], after={"then": then})
    if then == "approval":
        return approving.request_approval(session, made, composed.scheduled_at, now)
    if then in ("schedule", "send"):
        at = composed.scheduled_at if then == "schedule" else None
        return approving.schedule(session, made["id"], now, is_admin=is_admin, scheduled_at=at)
    return made


def change(
    session: Session,
    house: House,
    reminder_id: UUID,
    changes: Mapping[str, Any],
    now: datetime,
    *,
    expected_version: int,
) -> Row:
    """Change what has not gone out. New words or recipients of what was approved need approval anew."""
    check_instant(changes.get("scheduled_at"), now)
    reminder = service.lock(session, reminder_id, expected_version)
    statuses.check("update", reminder["number"], reminder["status"])
    if changes.get("channel_id"):
        _check_channel(session, changes["channel_id"])
    values = {name: value for name, value in changes.items() if reminder[name] != value}
    for name in ("recipients", "cc"):
        if name in values:
            values[name] = unique(values[name])
    if not values:
        return reminder
    if {"subject", "text"} & values.keys():
        values |= _rewritten_by_a_person(session, house, reminder, values, now)
    if reminder["status"] in ("approved", "planned") and values.keys() - {"scheduled_at", "channel_id"}:
        is_written = bool(values.get("text") or reminder["text"])
        values |= {"status": "to_approve" if is_written else reminder["status"]}
        values |= {"approved_by": None, "approved_at": None}
    after = service.write(session, reminder, values, now)
    names = sorted(values.keys() - {"attempts", "facts", "totals"})
    told: dict[str, Any] = {"changed": names, "status": after["status"]}
    if "text" in values or "subject" in values:
        told["text"] = history.digest(after["subject"], after["text"])
    history.record(session, reminder_id, "changed", now, after=told)
    audit.record(session, "reminder.updated", "reminder", reminder_id, after={"changed": names})
    if after["status"] == "approved" and "scheduled_at" in values:
        approving.send_at(session, after["scheduled_at"], now)
    return after


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """A text that was written anew for a reminder, as it was at a version."""

    version: int
    facts: FactSheet
    written: Written
    tone: str
    approve: str


def rewrite(storage: Storage, house: House, reminder_id: UUID, wanted: Mapping[str, Any], now: datetime) -> Rewritten:
    """Write a reminder's text anew; `keep` keeps it."""
    with storage.tenant(house.tenant) as session:
        reminder = service.get(session, reminder_id)
        statuses.check("rewrite", reminder["number"], reminder["status"])
        row = reminder | dict(wanted)
        items = service.items_of(session, reminder_id, only_live=True)
        kept, _, customer = look(session, house, row, items, now)
        asked = [{**each.row, "asked": each.asked} for each in kept] or items
        draftable = prepare(session, house, row, asked, max(row["scheduled_at"] or now, now), customer=customer)
        approve = _approve_of(session, reminder, row["tone"])
    written = _written(house, draftable, {})
    return Rewritten(
        version=reminder["version"],
        facts=draftable.task.facts,
        written=written,
        tone=row["tone"],
        approve=approve,
    )


def keep(
    session: Session, reminder_id: UUID, rewritten: Rewritten, now: datetime, *, expected_version: int | None
) -> Row:
    """Put a text that was written anew in place of the one before."""
    reminder = service.lock(session, reminder_id, expected_version or rewritten.version)
    statuses.check("rewrite", reminder["number"], reminder["status"])
    status = "draft" if reminder["status"] == "draft" else "to_approve"
    values = written_values(rewritten.facts, rewritten.written, reminder["attempts"])
    values |= {"tone": rewritten.tone, "approve": rewritten.approve, "status": status}
    values |= {"approved_by": None, "approved_at": None, "reason": None}
    after = service.write(session, reminder, values, now)
    told = {"status": status, "writer": after["writer"], "text": history.digest(after["subject"], after["text"])}
    history.record(session, reminder_id, "written", now, after=told)
    audit.record(session, "reminder.rewritten", "reminder", reminder_id, after={"tone": after["tone"]})
    return after


def send_test(storage: Storage, house: House, reminder_id: UUID, address: str | None, now: datetime) -> dict[str, str]:
    """Send a reminder to one of the tenant's own people. Raises ConflictError where it or the channel is not ready."""
    with storage.tenant(house.tenant) as session:
        reminder = service.get(session, reminder_id)
        if address is None:
            raise ConflictError("Only a person has an address to send a test to.")
        if not reminder["text"] or not reminder["facts"]:
            raise ConflictError(f"R-{reminder['number']} is not written yet.")
        channel = _channel_of(session, reminder)
        if wait := limits.wait(session, channel, is_interactive=True):
            raise RateLimitedError("The channel sends as much as it may; try again later.", max(1, round(wait)))
        rules = rules_of(session, house)
        account = account_of(session, house, reminder, now)
        audit.record(session, "reminder.tested", "reminder", reminder_id)
    statement = account and statement_pdf(account, rules, reminder["language"])
    own = reminder | {
        "idempotency_key": str(uuid4()),
        "message_id": None,
        "subject": f"[Test] {reminder['subject']}",
    }
    message = message_of(
        own,
        channel,
        recipients=[Recipient(name="", email=address, role="")],
        cc=[],
        base=house.base,
        sender=rules["sender"],
        attachments=[statement] if statement else [],
        is_test=True,
    )
    caller = Caller(
        storage=storage, settings=house.settings, registry=house.plugins, tenant=house.tenant, vault=house.vault
    )
    try:
        with opening.opened(caller, channel) as plugin:
            delivery = opening.deliver(caller, channel, plugin, message)
    except PluginError as error:
        raise ConflictError(f"The test was not sent: {error}") from error
    return {"address": address, "provider_id": delivery.provider_id}


def _approve_of(session: Session, reminder: Row, tone: str) -> str:
    """Who approves a reminder in another tone: nobody less than its policy asks of a step that is said so."""
    if reminder["policy_id"] is None:
        return str(reminder["approve"])
    try:
        row = policies.get(session, reminder["policy_id"])
    except NotFoundError:
        return str(reminder["approve"])
    policy = read_policy(row["document"], policy_id=row["id"])
    step = next((each for each in policy.steps if each.stage == reminder["stage"]), policy.steps[-1])
    return max(policy.approve_of(step, tone), str(reminder["approve"]), key=APPROVALS.index)


def _row(session: Session, wanted: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The row of a reminder somebody composes, and an item for each invoice with all that is open of it."""
    customer = ledger.get_customer(session, wanted["customer_id"])
    if customer is None:
        raise InvalidError("There is no such customer.", fields={"customer_id": "The id of a customer."})
    found = {each.id: each for each in owed(session, wanted["invoice_ids"])}
    problems = {
        f"invoice_ids.{place}": "An invoice of this customer that is or was owed."
        for place, invoice_id in enumerate(wanted["invoice_ids"])
        if invoice_id not in found or found[invoice_id].customer_id != customer["id"]
    }
    if problems:
        raise InvalidError("Some invoices cannot be asked for.", fields=problems)
    if wanted["channel_id"] is not None:
        _check_channel(session, wanted["channel_id"])
    rules = settings.read(session)
    row = {
        "id": uuid4(),
        "customer_id": customer["id"],
        "kind": "manual",
        "policy_id": None,
        "stage": None,
        "channel_id": wanted["channel_id"],
        "writer": wanted.get("writer"),
        "tone": wanted["tone"],
        "language": wanted.get("language") or language_of(customer["country"], rules["language"]),
        "recipients": unique(wanted.get("recipients") or recipients_of(customer)),
        "cc": unique(wanted["cc"]),
        "attachments": wanted["attachments"],
        "approve": "member",
        "facts": None,
    }
    return row, [_new_item(found[invoice_id]) for invoice_id in wanted["invoice_ids"]]


def _new_item(invoice: Owed) -> dict[str, Any]:
    return {
        "invoice_id": invoice.id,
        "asked": max(invoice.balance, Decimal(0)),
        "currency": invoice.currency,
        "cycle": 0,
    }


def _item(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("invoice_id", "asked", "currency")}


def _written(house: House, draftable: Draftable, wanted: Mapping[str, Any]) -> Written:
    task = draftable.task
    if "text" in wanted:
        text = _with_own_link(wanted["text"], house.base, draftable.links.page)
        replying = task.purpose == "dispute_reply"
        verdict = check(task.facts, text, language=task.language, subject=wanted["subject"], replying=replying)
        attempt = Attempt(writer=PERSON, subject=wanted["subject"], text=text, refusals=tuple(verdict.refusals))
        return Written(
            subject=attempt.subject, text=attempt.text, language=task.language, writer=PERSON, attempts=(attempt,)
        )
    if task.tone == "final" and draftable.setup.writer != TEMPLATE:
        message = "A final notice is written by a person, or by the template."
        raise InvalidError(message, fields={"writer": message})
    try:
        return draftable.setup.write(house.plugins, task)
    except PluginError as error:
        raise CannotBeWrittenError(f"The text cannot be written: {error}") from error


def _rewritten_by_a_person(
    session: Session, house: House, reminder: Row, values: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    subject, text = (values.get(name, reminder[name]) or "" for name in ("subject", "text"))
    items = service.items_of(session, reminder["id"], only_live=True)
    facts = as_facts(reminder["facts"]) if reminder["facts"] else facts_of(session, house, reminder, items, now)
    own = debtor_links.page_url(house.base, "")
    text = _with_own_link(text, house.base, next((each for each in facts.links if each.startswith(own)), ""))
    found = refusals(facts, subject, text, reminder["language"], replying=reminder["kind"] == "dispute_reply")
    attempt = {"writer": PERSON, "subject": subject, "text": text, "refusals": found}
    return {"text": text, "attempts": [*reminder["attempts"], attempt][-20:], "is_edited": True} | (
        {} if reminder["facts"] else {"facts": as_document(facts), "totals": totals_of(facts)}
    )


def _with_own_link(text: str, base: str, page: str) -> str:
    """The text with the link to the customer's page as it is now: that of a preview was for nothing that is kept."""
    own = re.escape(debtor_links.page_url(base, ""))
    return re.sub(own + r"[A-Za-z0-9_-]+", lambda _: page, text) if page else text


def _warnings(
    session: Session,
    house: House,
    row: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
    dropped: Sequence[tuple[Mapping[str, Any], Reason]],
    customer: Customer,
    scheduled_at: datetime | None,
    now: datetime,
) -> list[dict[str, str]]:
    """What speaks against it, in sentences; none of it keeps a draft from being stored."""
    numbers = {each.id: each.number for each in owed(session, [item["invoice_id"] for item in items])}
    found: dict[tuple[str, str], None] = {}
    for item, reason in dropped:
        is_of_customer = reason.code in ("excluded", "no_contact", "suppressed")
        prefix = "" if is_of_customer else f"{numbers.get(item['invoice_id'], 'An invoice')}: "
        found[reason.code, f"{prefix}{reason.sentence}"] = None
    for address, why in suppressions.of(session, [each["email"] for each in (*row["recipients"], *row["cc"])]).items():
        found["suppressed", f"{address} is not written to ({why.kind})."] = None
    try:
        channel = _channel_of(session, row)
        if channel.status == "failing":
            found["channel_failing", f"The channel {channel.name} does not work: {channel.reason or 'unknown'}"] = None
    except HubError as error:
        found["no_channel", str(error)] = None
    rules = settings.read(session)
    for source in read_sources(session, now).values():
        for reason in reasons_against_source(source, rules, now):
            found[reason.code, reason.sentence] = None
    if not customer.calendar.is_open(scheduled_at or now):
        found["out_of_hours", "It is outside of the customer's business hours then."] = None
    return [service.reason(code, sentence) for code, sentence in found]


def _check_channel(session: Session, channel_id: UUID) -> None:
    try:
        if channels.get(session, channel_id).purpose == "debtors":
            return
    except NotFoundError:
        pass
    raise InvalidError("There is no such channel.", fields={"channel_id": "A channel to debtors."})


def _channel_of(session: Session, reminder: Mapping[str, Any]) -> Channel:
    """The channel that a reminder goes by. Raises ConflictError where there is none that can be used."""
    if reminder["channel_id"] is None:
        channel = channels.default_channel(session, "debtors")
        if channel is None:
            raise ConflictError("No channel to debtors is set up. An admin does it in the settings.")
    else:
        channel = channels.get(session, reminder["channel_id"])
    if channel.status == "disabled":
        raise ConflictError(f"The channel {channel.name} is switched off.")
    return channel
