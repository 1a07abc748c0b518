"""What accepting a dispute does to the books: an adjustment is noted, by who may approve it and no further.

Two people for what is above the policy's limit: whoever proposes it does not approve it. What the policy itself
suggests is the policy's proposal, which one person may accept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from hub.disputes import facts, history, policies
from hub.disputes.policy import MONEY_ACTIONS, Policy
from hub.errors import ConflictError, ForbiddenError
from hub.ledger import adjustments
from hub.ledger.adjustments import Adjustment
from hub.storage.audit import Actor

KIND_OF: dict[str, adjustments.Kind] = {
    "credit": "credit",
    "discount": "discount",
    "write_off": "write_off",
    "correct_and_reissue": "reissue",
    "void_duplicate": "correction",
}
"""What an action is in the books."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How a dispute is settled: as was proposed, else as is suggested. `amount` None: no money moves."""

    action: str
    amount: Decimal | None
    currency: str
    home_rate: Decimal | None


def step_of(session: Session, dispute: Mapping[str, Any]) -> Step | None:
    """The step that accepting a dispute takes; None where nobody proposed or suggested any."""
    proposal, suggestion = dispute["proposal"], dispute["suggestion"] or {}
    chosen = proposal or suggestion
    if not chosen.get("action"):
        return None
    action, amount = chosen["action"], chosen.get("amount")
    currency, home_rate, balance = facts.currency_of(session, dispute)
    if action not in MONEY_ACTIONS:
        return Step(action=action, amount=None, currency=currency, home_rate=home_rate)
    if amount is None:
        amount = suggestion.get("amount") if suggestion.get("action") == action else dispute["amount"]
    wanted = balance if amount is None else Decimal(str(amount))
    return Step(action=action, amount=wanted, currency=currency, home_rate=home_rate)


def check(
    session: Session, dispute: Mapping[str, Any], who: Actor, *, is_admin: bool, policy: Policy | None = None
) -> None:
    """Raise ForbiddenError where `who` may not accept the dispute as it stands.

    An admin is asked for by the rule that suggests the step, or by its amount, whoever proposed it.
    """
    step = step_of(session, dispute)
    if step is None:
        return
    policy = policy or policies.current(session)
    proposal, suggestion = dispute["proposal"], dispute["suggestion"] or {}
    needed = policy.approver(step.action, step.amount, step.currency, step.home_rate)
    if "admin" in (needed, suggestion.get("approve")) and not is_admin:
        raise ForbiddenError("The policy asks for an admin to approve this.")
    is_own = proposal is not None and proposal["by"]["id"] == who.id
    if is_own and not policy.may_accept_own(step.action, step.amount, step.currency, step.home_rate):
        raise ForbiddenError("Whoever proposes this does not approve it: the policy asks for a second person.")


def settle(session: Session, dispute: Mapping[str, Any], now: datetime) -> Adjustment | None:
    """Note the adjustment that an accepted dispute comes to; None where no money moves. Nothing is told to anybody.

    Raises ConflictError where the invoice is not known, or more would be taken off it than is open.
    """
    step = step_of(session, dispute)
    if step is None or not step.amount:
        return None
    if dispute["invoice_id"] is None:
        raise ConflictError("Say first which invoice it is about: there is nothing to take the amount off.")
    code = (dispute["code"] or "no reason").replace("_", " ")
    made = adjustments.record(
        session,
        invoice_id=dispute["invoice_id"],
        dispute_id=dispute["id"],
        kind=KIND_OF[step.action],
        amount=step.amount,
        currency=step.currency,
        reason=f"Dispute D-{dispute['number']}: {code}",
        now=now,
    )
    after = {"adjustment_id": made.id, "kind": made.kind, "amount": made.amount, "currency": made.currency}
    history.record(session, dispute["id"], "adjusted", now, after=after)
    return made


def unsettle(session: Session, dispute: Mapping[str, Any], now: datetime) -> None:
    """Take back what was noted for a dispute that is taken up again, as far as the provider was not told of it."""
    for each in adjustments.list_adjustments(session, dispute_id=dispute["id"], status=("pending", "failed")):
        adjustments.cancel(session, each.id, now)
        history.record(
            session,
            dispute["id"],
            "adjusted",
            now,
            before={"adjustment_id": each.id, "status": each.status},
            after={"adjustment_id": each.id, "status": "cancelled"},
        )
