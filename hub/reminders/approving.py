"""What people decide of reminders: approve, reject, skip, cancel, schedule, try again, settle. Each is one step.

`expected_version`, where it is given, refuses whatever changed since it was read. `is_admin` says whether the caller
may approve what the policy leaves to admins.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from hub.errors import ConflictError, ForbiddenError, HubError, InvalidError
from hub.events import ReminderSent
from hub.jobs import service as jobs
from hub.jobs.announcing import announce
from hub.reminders import history, service, statuses
from hub.reminders.service import Row
from hub.storage import audit

LONGEST_AHEAD = timedelta(days=366)


def approve(
    session: Session, reminder_id: UUID, now: datetime, *, is_admin: bool, expected_version: int | None = None
) -> Row:
    """Let it go out at its time, or now where that is past. Raises ForbiddenError where an admin has to."""
    reminder = _begin(session, "approve", reminder_id, expected_version)
    _check_approver(reminder, is_admin=is_admin)
    return _approve(session, reminder, reminder["scheduled_at"], now, "approved")


def reject(
    session: Session, reminder_id: UUID, now: datetime, *, reason: str, expected_version: int | None = None
) -> Row:
    """Refuse it: it is not sent, and says why."""
    reminder = _begin(session, "reject", reminder_id, expected_version)
    return _end(session, reminder, "rejected", reason, now)


def skip(
    session: Session,
    reminder_id: UUID,
    now: datetime,
    *,
    reason: str | None = None,
    expected_version: int | None = None,
) -> Row:
    """Leave this one out; the sequence goes on with its next stage."""
    reminder = _begin(session, "skip", reminder_id, expected_version)
    return _end(session, reminder, "skipped", reason, now)


def cancel(
    session: Session,
    reminder_id: UUID,
    now: datetime,
    *,
    reason: str | None = None,
    expected_version: int | None = None,
) -> Row:
    """Withdraw it before it goes out."""
    reminder = _begin(session, "cancel", reminder_id, expected_version)
    return _end(session, reminder, "cancelled", reason, now)


def schedule(
    session: Session,
    reminder_id: UUID,
    now: datetime,
    *,
    is_admin: bool,
    scheduled_at: datetime | None = None,
    for_approval: bool = False,
    expected_version: int | None = None,
) -> Row:
    """Have a draft sent at an instant, or now: approved by whoever does this, or waiting for somebody who is to.

    It waits where an admin has to approve it and the caller is none, and where that is asked for.
    """
    check_instant(scheduled_at, now)
    reminder = _begin(session, "schedule", reminder_id, expected_version)
    if for_approval or (reminder["approve"] == "admin" and not is_admin):
        return request_approval(session, reminder, scheduled_at, now)
    return _approve(session, reminder, scheduled_at, now, "scheduled")


def request_approval(
    session: Session, reminder: Mapping[str, Any], scheduled_at: datetime | None, now: datetime
) -> Row:
    """Put a locked draft among those that wait for somebody's approval."""
    _check_complete(reminder)
    after = service.write(session, reminder, {"status": "to_approve", "scheduled_at": scheduled_at or now}, now)
    _tell(session, reminder, after, "scheduled", now)
    return after


def retry(
    session: Session, reminder_id: UUID, now: datetime, *, is_admin: bool, expected_version: int | None = None
) -> Row:
    """Try once more to send what failed."""
    reminder = _begin(session, "retry", reminder_id, expected_version)
    _check_approver(reminder, is_admin=is_admin)
    return _approve(session, reminder, now, now, "retried")


def settle(
    session: Session, reminder_id: UUID, now: datetime, *, was_sent: bool, expected_version: int | None = None
) -> Row:
    """Say of one that may have gone out whether it did. If not, it is sent after all."""
    reminder = _begin(session, "settle", reminder_id, expected_version)
    if not was_sent:
        return _approve(session, reminder, now, now, "settled")
    values = {"status": "sent", "sent_at": reminder["claimed_at"], "reason": None}
    after = service.write(session, reminder, values, now)
    _tell(session, reminder, after, "settled", now)
    ids = {"reminder_id": str(after["id"]), "customer_id": str(after["customer_id"])}
    announce(session, ReminderSent(tenant=session.info["tenant"], **ids))
    return after


Verb = Callable[..., Row]
BULK: dict[str, Verb] = {"approve": approve, "reject": reject, "skip": skip, "cancel": cancel}


def decide_all(
    session: Session, action: str, ids: Collection[UUID], now: datetime, **arguments: Any
) -> tuple[list[UUID], list[dict[str, Any]]]:
    """Take one step with each of several; those of which it was refused do not keep the others: {id, code, detail}."""
    done: list[UUID] = []
    failed: list[dict[str, Any]] = []
    for reminder_id in ids:
        try:
            with session.begin_nested():
                if action == "approve":
                    _check_passes(service.lock(session, reminder_id))
                BULK[action](session, reminder_id, now, **arguments)
            done.append(reminder_id)
        except HubError as error:
            failed.append({"id": reminder_id, "code": error.code, "detail": str(error)})
    return done, failed


def refusals_of(reminder: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the fact check refuses of the text as it is."""
    for attempt in reversed(reminder["attempts"]):
        if attempt["subject"] == reminder["subject"] and attempt["text"] == reminder["text"]:
            return list(attempt["refusals"])
    return []


def check_instant(at: datetime | None, now: datetime) -> None:
    """Raise InvalidError for an instant that is years ahead."""
    if at is not None and at > now + LONGEST_AHEAD:
        raise InvalidError("That is too far ahead.", fields={"scheduled_at": "Within a year."})


def send_at(session: Session, at: datetime, now: datetime) -> None:
    """Have what is due then sent, once this transaction commits."""
    minute = at.replace(second=0, microsecond=0) + timedelta(minutes=1) if at > now else now
    jobs.submit(session, "reminders.send", {}, dedupe_key=f"{minute:%Y-%m-%dT%H:%M}", run_at=minute)


def _begin(session: Session, verb: str, reminder_id: UUID, expected_version: int | None) -> Row:
    reminder = service.lock(session, reminder_id, expected_version)
    statuses.check(verb, reminder["number"], reminder["status"])
    return reminder


def _approve(
    session: Session, reminder: Mapping[str, Any], at: datetime | None, now: datetime, kind: history.Kind
) -> Row:
    _check_complete(reminder)
    at = max(at or now, now)
    values = {
        "status": "approved",
        "scheduled_at": at,
        "approved_by": service.by(),
        "approved_at": now,
        "claimed_at": None,
        "tries": 0,
        "reason": None,
    }
    after = service.write(session, reminder, values, now)
    told = {"text": history.digest(after["subject"], after["text"])}
    if refused := len(refusals_of(after)):
        # Whoever approves it has seen them: a person's own words are theirs to answer for.
        told["refused"] = str(refused)
    _tell(session, reminder, after, kind, now, **told)
    send_at(session, at, now)
    return after


def _end(session: Session, reminder: Mapping[str, Any], status: Any, reason: str | None, now: datetime) -> Row:
    said = service.reason("person", reason) if reason else None
    after = service.write(session, reminder, {"status": status, "reason": said}, now)
    _tell(session, reminder, after, status, now)
    return after


def _tell(
    session: Session,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    kind: history.Kind,
    now: datetime,
    **told: Any,
) -> None:
    was = {"status": before["status"], "scheduled_at": before["scheduled_at"]}
    now_is = {"status": after["status"], "scheduled_at": after["scheduled_at"], **told}
    history.record(session, after["id"], kind, now, before=was, after=now_is)
    audit.record(session, f"reminder.{kind}", "reminder", after["id"], before=was, after=now_is)


def _check_approver(reminder: Mapping[str, Any], *, is_admin: bool) -> None:
    if reminder["approve"] == "admin" and not is_admin:
        raise ForbiddenError(f"R-{reminder['number']} needs the approval of an admin.")


def _check_complete(reminder: Mapping[str, Any]) -> None:
    missing = {}
    if not reminder["recipients"]:
        missing["recipients"] = "At least one."
    for name in ("subject", "text"):
        if not (reminder[name] or "").strip():
            missing[name] = "Something to send."
    if missing:
        raise InvalidError(f"R-{reminder['number']} cannot be sent as it is.", fields=missing)


class RefusedTextError(ConflictError):
    """A text with something in it that the facts do not bear out."""

    code = "refused_text"


def _check_passes(reminder: Mapping[str, Any]) -> None:
    if refused := len(refusals_of(reminder)):
        sentence = f"The text of R-{reminder['number']} has {refused} passages that the ledger does not bear out."
        raise RefusedTextError(f"{sentence} Read it first.")
