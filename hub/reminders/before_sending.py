"""The last look at a reminder, in the transaction that claims it: is all that it says and asks for still so?

By the same list of reasons as the plan (hub.reminders.policy). An invoice that is not to be asked for any more falls
away; where nothing is left the reminder is skipped, and where its text is no longer true it is written anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from hub.channels import suppressions
from hub.channels.service import Channel
from hub.jobs import service as jobs
from hub.ledger import service as ledger
from hub.reminders import debtor_links, history, service, settings
from hub.reminders.answers import with_answers
from hub.reminders.approving import refusals_of, send_at
from hub.reminders.fact_sheet import Links, fact_sheet
from hub.reminders.house import House
from hub.reminders.message import message_of, thread_of
from hub.reminders.policy import Customer, Item, Reason, Source, reasons_against
from hub.reminders.reading_items import read_customers, read_items, read_sources
from hub.reminders.recipients import contact_of, is_address
from hub.reminders.service import Row
from hub.reminders.statement import Statement, statement_pdf
from hub.reminders.statement import read as read_statement
from hub.reminders.truth import as_document, as_facts, refusals, totals_of
from hub.sdk.channel import Message
from hub.sdk.facts import FactSheet

# A person may write to whom no policy would: what counts then is whether it is still owed, and whether they may.
ALWAYS = frozenset(
    (
        *("not_owed", "paid", "disputed", "promised", "payment_in_flight", "legal", "on_hold", "credit_pending"),
        *("excluded", "no_contact", "suppressed"),
    )
)
PASSING = frozenset(("stale", "does_not_tie_out"))
"""Reasons that end by themselves: the reminder waits, for so long."""
WAITS = timedelta(hours=1)
WAITS_AT_MOST = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A reminder that may go out as it is, and what its message takes."""

    channel: Channel
    recipients: Sequence[Mapping[str, str]]
    cc: Sequence[Mapping[str, str]]
    facts: Mapping[str, Any]
    thread: Sequence[str]
    unsubscribe: str
    rules: Mapping[str, Any]
    base: str
    account: Statement | None

    def message(self, reminder: Mapping[str, Any]) -> Message:
        """The message of the claimed reminder. To be made outside of any transaction: a PDF takes its time."""
        statement = self.account and statement_pdf(self.account, self.rules, reminder["language"])
        return message_of(
            reminder,
            self.channel,
            recipients=self.recipients,
            cc=self.cc,
            base=self.base,
            sender=self.rules["sender"],
            thread=self.thread,
            unsubscribe=self.unsubscribe,
            attachments=[statement] if statement else [],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An item that is still asked for, and how much."""

    row: Row
    asked: Decimal


def look(
    session: Session, house: House, reminder: Mapping[str, Any], items: Sequence[Row], now: datetime
) -> tuple[list[Kept], list[tuple[Row, Reason]], Customer]:
    """What is still to be asked for of a reminder's items, what is not and why, and the customer."""
    rules = settings.read(session)
    ids = [each["invoice_id"] for each in items]
    invoices: dict[UUID, Item] = {
        each.invoice_id: each
        for each in read_items(session, ids, now, house.day(now), home_currency=house.home_currency)
    }
    sources: Mapping[UUID, Source] = read_sources(session, now) if reminder["kind"] == "policy" else {}
    customer = _customer(session, house, reminder, rules, now)
    kept: list[Kept] = []
    dropped: list[tuple[Row, Reason]] = []
    for row in items:
        invoice = invoices.get(row["invoice_id"])
        if invoice is None:
            dropped.append((row, Reason("not_owed", "The invoice is no longer in the ledger.")))
            continue
        cycle = row["cycle"] if reminder["kind"] == "policy" else None
        source = sources.get(invoice.connection_id)
        found = reasons_against(invoice, customer, rules, now, source, planned_cycle=cycle)
        if reminder["kind"] != "policy":
            found = [each for each in found if each.code in ALWAYS]
        if found:
            dropped.append((row, found[0]))
        else:
            kept.append(Kept(row=row, asked=invoice.asked))
    return kept, dropped, customer


def prepare(session: Session, house: House, reminder: Row, channel: Channel, now: datetime) -> Ready | str:
    """What it takes to send a locked reminder now, or in a word what became of it instead."""
    items = service.items_of(session, reminder["id"], only_live=True)
    kept, dropped, customer = look(session, house, reminder, items, now)
    waiting = [reason for _, reason in dropped if reason.code in PASSING]
    if waiting and now - _waits_since(session, reminder) < WAITS_AT_MOST:
        return _defer(session, reminder, waiting[0], now, now + WAITS)
    if not kept:
        return _skip(session, reminder, dropped, now)
    if reminder["kind"] == "policy" and not customer.calendar.is_open(now):
        opening = customer.calendar.next_opening(now)
        reason = Reason("out_of_hours", "It is sent when business hours begin at the customer's.")
        return _defer(session, reminder, reason, now, opening or now + timedelta(days=1))
    facts = facts_of(session, house, reminder, [{**each.row, "asked": each.asked} for each in kept], now)
    if dropped or any(each.row["asked"] != each.asked for each in kept) or not _is_true(reminder, facts):
        return _return(session, reminder, kept, dropped, facts, now)
    recipients = customer.reachable
    silent = suppressions.of(session, [each["email"] for each in reminder["cc"]])
    return Ready(
        channel=channel,
        recipients=recipients,
        cc=[each for each in reminder["cc"] if each["email"] not in silent and is_address(each["email"])],
        facts=as_document(facts),
        thread=thread_of(session, reminder),
        unsubscribe=unsubscribe_url(session, house, reminder, recipients[0]["email"], now),
        rules=rules_of(session, house),
        base=house.base,
        account=account_of(session, house, reminder, now),
    )


def rules_of(session: Session, house: House) -> dict[str, Any]:
    """The tenant's settings; where they name no company, the tenant's own name stands for it."""
    rules = settings.read(session)
    return rules | {"sender": {**rules["sender"], "company": rules["sender"].get("company") or house.name}}


def facts_of(
    session: Session, house: House, reminder: Mapping[str, Any], items: Sequence[Mapping[str, Any]], now: datetime
) -> FactSheet:
    """The facts of a written reminder as they are today, with the links that its text has."""
    who = ledger.get_customer(session, reminder["customer_id"]) or {"name": ""}
    facts = fact_sheet(
        session,
        rules_of(session, house),
        who,
        items,
        links=Links(),
        today=house.day(now),
        contact=contact_of(reminder["recipients"]),
    )
    return replace(facts, links=as_facts(reminder["facts"]).links if reminder["facts"] else ())


def _customer(
    session: Session, house: House, reminder: Mapping[str, Any], rules: Mapping[str, Any], now: datetime
) -> Customer:
    customer_id = reminder["customer_id"]
    found = with_answers(session, read_customers(session, [customer_id], rules, house.zone), now)[customer_id]
    # Whoever was erased is no address any more.
    recipients = [each for each in reminder["recipients"] if is_address(each["email"])]
    addresses = [each["email"] for each in recipients]
    silent = {address: each.kind for address, each in suppressions.of(session, addresses).items()}
    return replace(found, recipients=tuple(recipients), suppressed=silent)


def _is_true(reminder: Mapping[str, Any], facts: FactSheet) -> bool:
    """Whether the check has nothing against the text today that it had not when somebody approved it."""
    if as_document(facts) == reminder["facts"]:
        return True
    known = {(each["span"], each["code"]) for each in refusals_of(reminder)}
    replying = reminder["kind"] == "dispute_reply"
    found = refusals(facts, reminder["subject"], reminder["text"], reminder["language"], replying=replying)
    return all((each["span"], each["code"]) in known for each in found)


def account_of(session: Session, house: House, reminder: Mapping[str, Any], now: datetime) -> Statement | None:
    """The customer's statement of account, where it goes with the reminder."""
    is_attached = "statement" in reminder["attachments"]
    return read_statement(session, reminder["customer_id"], house.day(now)) if is_attached else None


def unsubscribe_url(session: Session, house: House, reminder: Mapping[str, Any], address: str, now: datetime) -> str:
    """Where whoever has the address says that they want no more of this."""
    token = debtor_links.link(
        debtor_links.key_of(session, house.vault),
        house.tenant,
        reminder["customer_id"],
        reminder["id"],
        address,
        now + timedelta(days=debtor_links.KEPT_DAYS),
        reminder["language"],
    )
    return debtor_links.unsubscribe_url(house.base, token)


def _waits_since(session: Session, reminder: Row) -> datetime:
    """Since when it waits for reasons that pass; its own time moves on each time that it does."""
    since = history.first_deferred(session, reminder["id"], PASSING, since=reminder["approved_at"])
    return since or reminder["scheduled_at"]


def _defer(session: Session, reminder: Row, reason: Reason, now: datetime, until: datetime) -> str:
    values = {"scheduled_at": until, "reason": service.reason(reason.code, reason.sentence)}
    service.write(session, reminder, values, now)
    history.record(session, reminder["id"], "deferred", now, after={"code": reason.code, "scheduled_at": until})
    send_at(session, until, now)
    return reason.code


def _skip(session: Session, reminder: Row, dropped: Sequence[tuple[Row, Reason]], now: datetime) -> str:
    """Nothing is left to ask for. Where an earlier attempt may have gone out, that is for a person to find out."""
    _drop(session, dropped)
    reason = dropped[0][1] if dropped else Reason("paid", "Nothing is left to ask for.")
    status = "skipped" if reminder["claimed_at"] is None else "uncertain"
    service.write(session, reminder, {"status": status, "reason": service.reason(reason.code, reason.sentence)}, now)
    kind: history.Kind = "skipped" if status == "skipped" else "uncertain"
    history.record(session, reminder["id"], kind, now, after={"code": reason.code})
    return status


def _return(
    session: Session,
    reminder: Row,
    kept: Sequence[Kept],
    dropped: Sequence[tuple[Row, Reason]],
    facts: FactSheet,
    now: datetime,
) -> str:
    """It no longer says what is so: it is written anew, or goes back to whoever wrote it."""
    if reminder["claimed_at"] is not None:
        return _skip(session, reminder, dropped or [(kept[0].row, Reason("changed", "What it says changed."))], now)
    _drop(session, dropped)
    for each in kept:
        if each.row["asked"] != each.asked:
            service.ask_for(session, each.row["id"], each.asked)
    why = dropped[0][1].sentence if dropped else "What is open or overdue is no longer what the text says."
    values: dict[str, Any] = {
        "facts": as_document(facts),
        "totals": totals_of(facts),
        "approved_by": None,
        "approved_at": None,
        "reason": service.reason("changed", why),
    }
    if reminder["is_edited"]:
        replying = reminder["kind"] == "dispute_reply"
        refused = refusals(facts, reminder["subject"], reminder["text"], reminder["language"], replying=replying)
        attempt = {name: reminder[name] for name in ("subject", "text")} | {"writer": "person", "refusals": refused}
        values |= {"status": "to_approve", "attempts": [*reminder["attempts"], attempt]}
    else:
        values |= {"status": "planned"}
        jobs.submit(session, "reminders.write", {})
    service.write(session, reminder, values, now)
    told = {"status": values["status"], "dropped": [row["invoice_id"] for row, _ in dropped]}
    history.record(session, reminder["id"], "returned", now, after=told)
    return "returned"


def _drop(session: Session, dropped: Sequence[tuple[Row, Reason]]) -> None:
    for row, reason in dropped:
        service.drop_item(session, row["id"], service.reason(reason.code, reason.sentence))
