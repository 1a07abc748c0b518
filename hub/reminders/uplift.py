"""What reminders change, by the lot: invoices that were held back beside those that were reminded.

Both arms are counted as they were assigned, whatever became of the reminder, from the day on which the first step was
due. Days gained are the difference in the mean days that an invoice stays open within WINDOW days, the money still out
by then counting as WINDOW. The lot is drawn by customer and month, and a customer's invoices are alike: the
uncertainty is that of customers, not of invoices.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import sqrt
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.reminders.expected_gain import Effect

WINDOW = 30
SPANS = (7, 14, 30)
"""Within how many days of the first step payment is counted."""
CUSTOMERS_NEEDED = 30
"""Customers of each arm that are needed at least: with fewer, a few of them decide."""
_SURE = 1.96

_OUTCOMES = text("""
    select a.arm, i.customer_id, (a.at at time zone 'UTC')::date as since, i.paid_on, i.status
    from reminder_assignments a join invoices i on i.id = a.invoice_id
    where a.at > :since and a.at <= :until and i.status not in ('void', 'deleted', 'draft', 'credited', 'written_off')
""")


class Outcome(NamedTuple):
    """What became of an invoice: its arm, whose it is, since when it counts, and when it was paid in full."""

    arm: str
    customer_id: UUID
    since: date
    paid_on: date | None
    status: str

    @property
    def days_open(self) -> int:
        """Days from the assignment to payment, WINDOW at most."""
        if self.status != "paid" or self.paid_on is None:
            return WINDOW
        return min(max((self.paid_on - self.since).days, 0), WINDOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """The invoices of one arm: how many, of how many customers, and the share paid within each of SPANS days."""

    invoices: int
    customers: int
    paid_within: dict[int, float]
    days_open: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplift:
    """By how many days reminders bring payment forward. None where the data bears no figure; `why` says what it bears.

    `low` and `high` are the 95 % interval; without a clear effect it holds 0.
    """

    reminded: Arm
    held_back: Arm
    days_gained: float | None
    low: float | None
    high: float | None
    is_clear: bool
    why: str


def measure(outcomes: Iterable[Outcome]) -> Uplift:
    """The uplift that these outcomes show. Each has had WINDOW days to be paid in."""
    arms: dict[str, list[Outcome]] = {"reminded": [], "held_back": []}
    for outcome in outcomes:
        arms[outcome.arm].append(outcome)
    reminded, held_back = _arm(arms["reminded"]), _arm(arms["held_back"])
    few = min(reminded.customers, held_back.customers)
    if few < CUSTOMERS_NEEDED or reminded.days_open is None or held_back.days_open is None:
        why = (
            f"Not enough yet: {reminded.customers} customers reminded and {held_back.customers} held back by lot for"
            f" {WINDOW} days; {CUSTOMERS_NEEDED} of each are needed."
        )
        return Uplift(
            reminded=reminded, held_back=held_back, days_gained=None, low=None, high=None, is_clear=False, why=why
        )
    gained = held_back.days_open - reminded.days_open
    error = _SURE * sqrt(_variance(arms["reminded"]) + _variance(arms["held_back"]))
    is_clear = abs(gained) > error
    why = (
        f"Paid {gained:.1f} days {'sooner' if gained > 0 else 'later'} if reminded, give or take {error:.1f}."
        if is_clear
        else f"No clear effect: {gained:.1f} days sooner if reminded, give or take {error:.1f}."
    )
    return Uplift(
        reminded=reminded,
        held_back=held_back,
        days_gained=round(gained, 2),
        low=round(gained - error, 2),
        high=round(gained + error, 2),
        is_clear=is_clear,
        why=why,
    )


def read_outcomes(session: Session, now: datetime, months: int = 12) -> list[Outcome]:
    """The outcomes of what was assigned in the last months and has had its WINDOW days."""
    until = now - timedelta(days=WINDOW)
    values: dict[str, Any] = {"since": until - timedelta(days=30 * months), "until": until}
    return [Outcome._make(row) for row in session.execute(_OUTCOMES, values)]


def known_effect(session: Session, now: datetime) -> Effect:
    """What reminders are known to change: the measured days where they are clear and gained, else nothing is."""
    found = measure(read_outcomes(session, now))
    return Effect(days_sooner=found.days_gained if found.is_clear and (found.days_gained or 0) > 0 else None)


def if_reminded(session: Session, _invoice_id: UUID, today: date) -> dict[str, Any]:
    """What a reminder would change, as far as it was measured: a part of the reasons of a prediction."""
    now = datetime.combine(today, time(), UTC)
    found = measure(read_outcomes(session, now))
    return {
        "days_sooner": found.days_gained if found.is_clear and (found.days_gained or 0) > 0 else None,
        "why": found.why,
        "reminded": found.reminded.invoices,
        "not_reminded": found.held_back.invoices,
        "needed": CUSTOMERS_NEEDED,
    }


def _arm(outcomes: Sequence[Outcome]) -> Arm:
    count = len(outcomes)
    return Arm(
        invoices=count,
        customers=len({each.customer_id for each in outcomes}),
        paid_within={
            span: sum(each.status == "paid" and each.paid_on is not None and _within(each, span) for each in outcomes)
            / count
            if count
            else 0.0
            for span in SPANS
        },
        days_open=sum(each.days_open for each in outcomes) / count if count else None,
    )


def _within(outcome: Outcome, span: int) -> bool:
    return outcome.paid_on is not None and (outcome.paid_on - outcome.since).days <= span


def _variance(outcomes: Sequence[Outcome]) -> float:
    """The variance of an arm's mean, invoices of one customer taken together (linearised, for clusters)."""
    mean = sum(each.days_open for each in outcomes) / len(outcomes)
    sums: dict[UUID, float] = {}
    for each in outcomes:
        sums[each.customer_id] = sums.get(each.customer_id, 0.0) + each.days_open - mean
    clusters = len(sums)
    return clusters / (clusters - 1) * sum(each**2 for each in sums.values()) / len(outcomes) ** 2
