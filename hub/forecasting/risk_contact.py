"""Whom to contact, and how: the value that contact has, and the next step. Pure; docs/risk.md tells it to people.

Until reminders have been sent and their effect was seen, **what contact changes is an assumption**: CONTACT_SAVES.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from hub.sdk.risk import RiskLevel  # numpy comes with it, and the API reads this file

Segment = Literal["on_time", "new", "late_payer", "slow_payer", "non_payer"]
NextStep = Literal["call", "email", "statement", "ask_for_promise", "escalate", "check_dispute", "do_nothing"]
SEGMENTS: tuple[Segment, ...] = ("on_time", "new", "late_payer", "slow_payer", "non_payer")
NEXT_STEPS: tuple[NextStep, ...] = (
    "call",
    "email",
    "statement",
    "ask_for_promise",
    "escalate",
    "check_dispute",
    "do_nothing",
)

CONTACT_SAVES: Mapping[Segment, float] = {
    "on_time": 0.0,  # pays by itself: contact costs goodwill and brings nothing forward
    "new": 0.25,  # nothing known yet: between the others
    "late_payer": 0.40,  # pays late, but pays: a word brings the payment forward the most
    "slow_payer": 0.20,  # weeks late whatever is said
    "non_payer": 0.05,  # does not pay: a reminder more changes little, and what changes it is not a reminder
}
"""Assumption: the part of the delay still expected that contact saves. Not measured; replaced once effects are seen."""

BROKEN_COUNTS = 1.5
"""Assumption: how much more contact brings after a broken promise. Not measured either."""

FEW_PAYMENTS = 3
ON_TIME_DAYS = 3
"""A payment expected within so many days of due is as good as on time."""
LONG_OVERDUE = 30
HOPELESS = 120
MANY_INVOICES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the choice depends on. Amounts are in home currency; `open` is all, `free` what of it nothing holds up.

    `overdue` is the part of `free` that is past due, `oldest` the days that its oldest is, `late_by` the days that
    the latest expected payment of `free` misses its due date (or today, if later). `delayed` is the expected delayed
    cash: money times the thirty-day months still to wait beyond that. `promised` waits for a day that was promised;
    `broken` counts the promises of late that were not kept though the invoice is still open.
    """

    p_late30: float
    p_late60: float
    p_late90: float
    level: "RiskLevel"
    payments: int
    open: float
    free: float
    overdue: float
    overdue_invoices: int
    oldest: int
    late_by: int
    delayed: float
    disputed: float
    covered: float
    promised: float = 0.0
    broken: int = 0


def segment(standing: Standing) -> Segment:
    """How the customer pays; the first that fits."""
    if standing.p_late90 >= 0.5 or standing.oldest > HOPELESS:
        return "non_payer"
    if standing.p_late60 >= 0.3 or standing.oldest > 2 * LONG_OVERDUE:
        return "slow_payer"
    if not standing.broken and standing.oldest == 0 and standing.late_by <= ON_TIME_DAYS and standing.level != "high":
        return "on_time"
    return "new" if standing.payments < FEW_PAYMENTS else "late_payer"


def value(standing: Standing) -> float:
    """What contact is expected to bring: delayed cash times the part of the delay that it saves.

    Where a promise was broken of late it counts BROKEN_COUNTS times: a word that was just given and not kept is the
    time to ask.
    """
    return standing.delayed * CONTACT_SAVES[segment(standing)] * (BROKEN_COUNTS if standing.broken else 1.0)


def next_step(standing: Standing) -> tuple[NextStep, str]:
    """What to do, and why, in a sentence; the first that fits."""
    if standing.free <= 0 and standing.disputed > 0:
        return "check_dispute", "All that is open is disputed: settle the dispute before asking for money."
    if standing.free <= 0 and standing.promised > 0:
        return "do_nothing", "Payment of all that is open is promised: wait for the day."
    if standing.free <= 0:
        return "do_nothing", "Money or credit already received covers all that is open: apply it first."
    kind = segment(standing)
    if kind == "on_time":
        return "do_nothing", "Expected to pay on time by itself."
    if kind == "non_payer":
        return "escalate", (
            f"Overdue for {_days(standing.oldest)}: more reminders are not expected to change that."
            if standing.oldest > LONG_OVERDUE
            else f"{standing.p_late90:.0%} likely to go 90 days late: let somebody decide on credit and collection."
        )
    if standing.broken:
        many = "A promise was" if standing.broken == 1 else f"{standing.broken} promises were"
        return "call", f"{many} not kept in the last 30 days: ask by phone what it waits for."
    if standing.overdue <= 0:
        expected = f"payment is expected {_days(standing.late_by)} late" if standing.late_by else "its risk is high"
        return "email", f"Nothing is overdue yet, but {expected}: ask if all is well."
    if standing.oldest > LONG_OVERDUE or standing.level == "high":
        return "ask_for_promise", f"Overdue for {_days(standing.oldest)} at {standing.level} risk: ask for a date."
    if standing.overdue_invoices >= MANY_INVOICES:
        return "statement", f"{standing.overdue_invoices} invoices are overdue: a statement shows them together."
    if standing.oldest > 7 or standing.level == "medium":
        return "call", f"Overdue for {_days(standing.oldest)}; a call finds out what it waits for."
    return "email", f"Overdue for {_days(standing.oldest)} only: a friendly reminder will do."


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
