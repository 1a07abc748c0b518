"""Who looks after a customer, until when it rests, and what was noted of talks with it. Sessions are the tenant's."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from hub.disputes.card_numbers import strike_out
from hub.errors import InvalidError, NotFoundError
from hub.ledger import service as ledger
from hub.reminders.models import contact_notes, customer_marks
from hub.storage import audit

LONGEST_NOTE = 4000
LONGEST_SNOOZE = timedelta(days=366)
KINDS = ("call", "email", "meeting", "note")
OUTCOMES = ("reached", "no_answer", "left_message", "wrong_person", "will_pay", "objects")

_NOTHING: dict[str, Any] = {"owner_id": None, "snoozed_until": None, "version": 0}


def get_mark(session: Session, customer_id: UUID) -> dict[str, Any]:
    """Owner, rest and version of a customer; raises NotFoundError where there is no such customer."""
    _check_customer(session, customer_id)
    query = select(customer_marks).where(customer_marks.c.customer_id == customer_id)
    row = session.execute(query).one_or_none()
    return {"customer_id": customer_id, **_NOTHING} if row is None else dict(row._mapping)


def mark(session: Session, customer_id: UUID, changes: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Say who looks after a customer (`owner_id`, a member, which the caller has seen to) or until when it may rest.

    Raises NotFoundError, and InvalidError for a day that is over or too far off.
    """
    before = get_mark(session, customer_id)
    until = changes.get("snoozed_until")
    if until is not None and not today < until <= today + LONGEST_SNOOZE:
        raise InvalidError(
            "The customer cannot rest until then.", fields={"snoozed_until": "A day after today, within a year."}
        )
    changed = {name: value for name, value in changes.items() if before[name] != value}
    if not changed:
        return before
    new = postgresql.insert(customer_marks).values(customer_id=customer_id, **changed)
    update = {**changed, "version": customer_marks.c.version + 1, "updated_at": func.now()}
    session.execute(new.on_conflict_do_update(index_elements=["customer_id"], set_=update))
    audit.record(
        session,
        "worklist.changed",
        "customer",
        customer_id,
        before={name: before[name] for name in changed},
        after=changed,
    )
    return get_mark(session, customer_id)


def add_note(
    session: Session,
    customer_id: UUID,
    *,
    kind: str,
    outcome: str | None,
    at: datetime | None,
    text: str,
    now: datetime,
) -> dict[str, Any]:
    """Note a talk with a customer, or anything about it; by whoever acts. Digits of payment cards are struck out.

    `at` is when it was, now unless said. Raises NotFoundError, and InvalidError for a time that has not come.
    """
    _check_customer(session, customer_id)
    if at is not None and at > now + timedelta(minutes=5):
        raise InvalidError("It cannot have been then.", fields={"at": "An instant that has passed."})
    who = audit.actor()
    added = (
        insert(contact_notes)
        .values(
            customer_id=customer_id,
            kind=kind,
            outcome=outcome,
            at=at or now,
            text=strike_out(text.strip()),
            by_kind=who.kind,
            by_id=who.id,
            by_name=who.name,
            created_at=now,
        )
        .returning(contact_notes)
    )
    row = dict(session.execute(added).one()._mapping)
    audit.record(session, "contact.noted", "customer", customer_id, after={"kind": kind, "outcome": outcome})
    return row


def of_customers(session: Session, customer_ids: Collection[UUID]) -> list[dict[str, Any]]:
    """All notes of these customers, oldest first: for a person who asks."""
    query = select(contact_notes).where(contact_notes.c.customer_id.in_(customer_ids)).order_by(contact_notes.c.at)
    shown = ("customer_id", "kind", "outcome", "at", "text")
    return [{name: row._mapping[name] for name in shown} for row in session.execute(query)]


def forget_notes(session: Session, before: datetime, at_once: int) -> int:
    """Delete up to `at_once` notes of talks before an instant; how many."""
    gone = select(contact_notes.c.id).where(contact_notes.c.at < before).limit(at_once)
    statement = delete(contact_notes).where(contact_notes.c.id.in_(gone))
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def _check_customer(session: Session, customer_id: UUID) -> None:
    if ledger.get_customer(session, customer_id) is None:
        raise NotFoundError("There is no such customer.")
