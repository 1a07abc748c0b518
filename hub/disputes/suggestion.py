"""Suggestions: what the policy says of a dispute as it stands, kept beside it. A suggestion commits nothing."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from hub import live
from hub.disputes import facts, history, policies, service
from hub.disputes.models import disputes
from hub.disputes.policy import Policy
from hub.disputes.policy import suggest as decide
from hub.disputes.workflow import UNDECIDED

_TOLD = ("action", "amount", "currency", "rule", "policy_number", "approve")


def suggest(
    session: Session, dispute_id: UUID, now: datetime, *, today: date | None = None, policy: Policy | None = None
) -> dict[str, Any] | None:
    """Make the suggestion for a dispute anew, and keep it; None for one that is decided already or not read yet.

    Unchanged, nothing is written. `today` is the tenant's day; `policy` the one in force, where the caller has it.
    """
    dispute = service.lock(session, dispute_id)
    if dispute["status"] not in UNDECIDED or dispute["read_at"] is None:
        return None
    case = facts.case_of(session, dispute, now, today or now.date())
    made = decide(policy or policies.current(session), case)
    made["look_alikes"] = facts.look_alikes(session, dispute)
    before = dispute["suggestion"]
    if made != before:
        # Not a change of the dispute, whose version stays: nobody who is about to change it has to read it again.
        session.execute(update(disputes).where(disputes.c.id == dispute_id).values(suggestion=made))
        live.tell_after_commit(session, "dispute-changed", dispute_id=str(dispute_id))
        told = {name: made[name] for name in _TOLD}
        was = None if before is None else {name: before.get(name) for name in _TOLD}
        if told != was:
            history.record(session, dispute_id, "suggested", now, before=was, after=told)
    return made
