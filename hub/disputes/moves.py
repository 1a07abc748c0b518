"""The moves of a dispute: each is one step of the workflow, with its event, its hold and its answer to the customer."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from hub.disputes import history, service, settling
from hub.disputes.card_numbers import strike_out
from hub.disputes.history import mover
from hub.disputes.workflow import Verb, check_outcome, move
from hub.errors import InvalidError
from hub.events import DisputeEnded
from hub.jobs.announcing import announce
from hub.ledger.owed import owed
from hub.storage import audit


def investigate(
    session: Session, dispute_id: UUID, now: datetime, *, expected_version: int | None = None
) -> dict[str, Any]:
    """Begin to look into it. Each move raises NotFoundError, PreconditionError, ConflictError or ForbiddenError."""
    dispute = service.lock(session, dispute_id, expected_version)
    return _move(session, dispute, "investigate", now)


def propose(
    session: Session,
    dispute_id: UUID,
    now: datetime,
    *,
    action: str,
    amount: Decimal | None = None,
    note: str | None = None,
    expected_version: int | None = None,
) -> dict[str, Any]:
    """Propose how to settle it; the amount is in the dispute's currency and no more than was billed."""
    dispute = service.lock(session, dispute_id, expected_version)
    _check_amount(session, dispute, amount)
    who = audit.actor()
    proposal = {
        "action": action,
        "amount": None if amount is None else f"{amount:.4f}",
        "note": note and strike_out(note),
        "by": {"kind": mover(who), "id": who.id, "name": who.name},
        "at": now.isoformat(),
    }
    told = {"proposed_action": action, "proposed_amount": proposal["amount"]}
    return _move(session, dispute, "propose", now, values={"proposal": proposal}, told=told, note=note)


def accept(
    session: Session,
    dispute_id: UUID,
    now: datetime,
    *,
    note: str | None = None,
    is_admin: bool = False,
    expected_version: int | None = None,
) -> dict[str, Any]:
    """Agree with the customer, by what is proposed or else suggested; what money that moves is noted, and told nobody.

    Raises ForbiddenError also where the policy asks for somebody else to approve it.
    """
    dispute = service.lock(session, dispute_id, expected_version)
    who = audit.actor()
    move(dispute["status"], "accept", mover(who))
    if mover(who) != "policy":
        settling.check(session, dispute, who, is_admin=is_admin)
    # First what may be refused: whoever goes on in this transaction after a refusal has recorded nothing of it.
    settling.settle(session, dispute, now)
    return _move(session, dispute, "accept", now, note=note)


def reject(
    session: Session, dispute_id: UUID, now: datetime, *, note: str, expected_version: int | None = None
) -> dict[str, Any]:
    """Uphold the invoice; the note says why."""
    dispute = service.lock(session, dispute_id, expected_version)
    return _move(session, dispute, "reject", now, note=note)


def resolve(
    session: Session,
    dispute_id: UUID,
    now: datetime,
    *,
    outcome: str,
    note: str | None = None,
    expected_version: int | None = None,
) -> dict[str, Any]:
    """End it: what it held is let go. What was all that is open stays, as an amount, what was in dispute."""
    dispute = service.lock(session, dispute_id, expected_version)
    move(dispute["status"], "resolve", mover(audit.actor()))
    check_outcome(dispute["status"], outcome)
    values = {"outcome": outcome, "resolved_at": now, "amount": dispute["amount"] or _all_open(session, dispute)}
    told = {"outcome": outcome, "amount": values["amount"]}
    ended = _move(session, dispute, "resolve", now, values=values, told=told, note=note)
    ids = {name: str(ended[name]) if ended[name] else None for name in ("invoice_id", "customer_id")}
    event = DisputeEnded(tenant=session.info["tenant"], dispute_id=str(ended["id"]), outcome=outcome, **ids)
    announce(session, event, tells_pages=False)
    return ended


def reopen(
    session: Session, dispute_id: UUID, now: datetime, *, note: str, expected_version: int | None = None
) -> dict[str, Any]:
    """Take it up again; the note says why. It holds its invoice again, and nothing is proposed."""
    dispute = service.lock(session, dispute_id, expected_version)
    values = {"outcome": None, "resolved_at": None, "proposal": None}
    reopened = _move(session, dispute, "reopen", now, values=values, told={"outcome": None}, note=note)
    settling.unsettle(session, dispute, now)
    return reopened


def _move(
    session: Session,
    dispute: Mapping[str, Any],
    verb: Verb,
    now: datetime,
    *,
    values: Mapping[str, Any] | None = None,
    told: Mapping[str, Any] | None = None,
    note: str | None = None,
) -> dict[str, Any]:
    status = move(dispute["status"], verb, mover(audit.actor()))
    written = history.write_comment(session, dispute["id"], note, now) if note else {}
    after = service.write(session, dispute, {"status": status, **(values or {})}, now, answers=True)
    history.record(
        session,
        dispute["id"],
        "reopened" if verb == "reopen" else "moved",
        now,
        before={"status": dispute["status"]} | {name: dispute.get(name) for name in told or {} if name in dispute},
        after={"status": status, **(told or {}), **written},
    )
    audit.record(
        session,
        f"dispute.{_DONE[verb]}",
        "dispute",
        dispute["id"],
        before={"status": dispute["status"]},
        after={"status": status, **(told or {})},
    )
    return after


_DONE: dict[Verb, str] = {
    "investigate": "investigated",
    "propose": "proposed",
    "accept": "accepted",
    "reject": "rejected",
    "resolve": "resolved",
    "reopen": "reopened",
}


def _check_amount(session: Session, dispute: Mapping[str, Any], amount: Decimal | None) -> None:
    if amount is None or dispute["invoice_id"] is None:
        return
    for invoice in owed(session, [dispute["invoice_id"]]):
        if amount > invoice.total:
            limit = f"At most {invoice.total:f} {invoice.currency}, which is all of {invoice.number}."
            raise InvalidError("More is proposed than was billed.", fields={"amount": limit})


def _all_open(session: Session, dispute: Mapping[str, Any]) -> Decimal | None:
    found = owed(session, [dispute["invoice_id"]]) if dispute["invoice_id"] else []
    return next((invoice.balance for invoice in found if invoice.balance > 0), None)
