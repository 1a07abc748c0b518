"""The newest part of a ledger's own history, forecast from what was known before it, beside simple baselines."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.calibration import Answers, Calibration, calibrate
from hub.forecasting.days import Days, to_date
from hub.forecasting.features import build_cases
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.history import History
from hub.forecasting.prediction import plan, read_curves
from hub.forecasting.results import Backtest, ErrorGroup, Forecasts, Scores
from hub.forecasting.scoring import calibration as calibration_bins
from hub.forecasting.scoring import score
from hub.forecasting.settlement import Outcome
from hub.forecasting.timeline import Rows
from hub.sdk.forecaster import Cases, Curves, ForecastBackend

NEWEST = 0.2
"""The share of the payments that the newest part holds, within SHORTEST and LONGEST days."""
SHORTEST, LONGEST = 30, 90
LEAST_TRAINING, LEAST_SCORED = 200, 50
MOST_AS_NEW = 500
"""Of the invoices of the newest part, about so many at most are forecast once more as a new customer's."""
RIPE = 0.95
"""Invoices count once so many of all are paid at their age: of younger ones only the fast payers would be known."""


@dataclass(frozen=True, slots=True)
class Part:
    """A backtest's cut: trained on what was known on `trained_until`, scored on the invoices `rows` as of then."""

    trained_until: int
    rows: Rows


def newest_part(known: LedgerFrame) -> Part | None:
    """Where to cut the history of a frame; None where it is too short for a backtest."""
    is_paid = known.outcome == Outcome.PAID
    paid = known.closed[is_paid]
    if len(paid) < LEAST_TRAINING:
        return None
    day = min(known.day, int(paid.max()))
    ripe = day - int(np.quantile(paid - known.due[is_paid], RIPE))
    cut = int(np.clip(np.quantile(paid, 1 - NEWEST), ripe - LONGEST, ripe - SHORTEST))
    rows = np.flatnonzero(is_paid & (known.closed > cut) & (known.due <= ripe) & ~known.draft)
    if (paid <= cut).sum() < LEAST_TRAINING or len(rows) < LEAST_SCORED:
        return None
    return Part(cut, rows)


@dataclass(frozen=True, slots=True)
class Look:
    """A fitted backend's forecasts of a part's invoices, beside what was known of them (`cases`) and came of them.

    `as_new` are some of them shown as a new customer's: the past has few new customers to learn from.
    """

    known: LedgerFrame
    part: Part
    cases: Cases
    curves: Curves
    forecasts: Forecasts
    paid: Days
    as_new: Answers

    @property
    def undecided(self) -> NDArray[np.bool_]:
        """Which were not past due when they were forecast: of them the probability of payment by due can be judged."""
        undecided: NDArray[np.bool_] = self.cases.due >= self.cases.start
        return undecided


def look(fitted: ForecastBackend, known: LedgerFrame, part: Part) -> Look:
    """Forecast a part's invoices from what was known on its cut, by a backend fitted on that."""
    before = known.as_of(part.trained_until, include_upcoming=True)
    seen = np.full(len(part.rows), part.trained_until + 1, dtype=np.int32)
    history, paid = History(before), known.closed[part.rows]
    cases = build_cases(history, part.rows, seen)
    curves = fitted.predict(cases)
    some = slice(None, None, max(1, len(part.rows) // MOST_AS_NEW))
    as_new = build_cases(history, part.rows[some], seen[some], np.ones(len(part.rows[some]), dtype=bool))
    forecasts = plan(read_curves(fitted.slug, Calibration(), cases, curves, part.rows), before)
    return Look(known, part, cases, curves, forecasts, paid, Answers(as_new, fitted.predict(as_new), paid[some]))


def judge(seen: Look) -> tuple[Backtest, Calibration]:
    """The backtest of what a backend forecast, and what it teaches about its intervals and odds.

    What is scored was calibrated on other customers' invoices than those it is scored on.
    """
    known, part, cases, curves, forecasts, paid = (
        seen.known,
        seen.part,
        seen.cases,
        seen.curves,
        seen.forecasts,
        seen.paid,
    )
    slug = forecasts.model
    half = cases.customer % 2 == 0
    p10, p90, p_by_due = forecasts.p10.copy(), forecasts.p90.copy(), forecasts.p_paid_by_due.copy()
    for mine in (half, ~half):
        others = seen.as_new.take(np.isin(seen.as_new.cases.customer, cases.customer[~mine]))
        learnt = calibrate(curves.take(~mine), cases.take(~mine), paid[~mine], others)
        read = read_curves(slug, learnt, cases.take(mine), curves.take(mine), part.rows[mine])
        p10[mine], p90[mine], p_by_due[mine] = read.p10, read.p90, read.p_paid_by_due
    scored = partial(score, paid=paid, due=cases.due, amount=known.amount[part.rows], as_of=cases.seen - 1)
    model = scored(expected=forecasts.expected, p_paid_by_due=p_by_due, p10=p10, p90=p90)
    median_day = customer_median(cases)
    by_median = scored(expected=median_day, p_paid_by_due=by_late_share(cases))
    on_due = scored(expected=np.maximum(cases.due, cases.start))
    promoted = _relative_error(model, by_median) < 1.0
    undecided = seen.undecided
    verdict = Backtest(
        backend=slug,
        trained_until=to_date(part.trained_until),
        scored_until=to_date(int(paid.max())),
        model=model,
        due_date=on_due,
        customer_median=by_median,
        calibration=calibration_bins((paid <= cases.due)[undecided], p_by_due[undecided]),
        errors=_error_groups(cases, known, part.rows, paid, forecasts, median_day),
        promoted=promoted,
        why=_verdict(slug, model, by_median, promoted),
    )
    return verdict, calibrate(curves, cases, paid, seen.as_new)


def by_late_share(cases: Cases) -> NDArray[np.float64]:
    """The baseline's probability of payment by due: the customer's share of payments in time."""
    in_time: NDArray[np.float64] = 1.0 - cases.column("late_share").astype(np.float64)
    return in_time


def customer_median(cases: Cases) -> Days:
    """The baseline hard to beat: due plus the customer's median delay, but not before the invoice can be paid."""
    return np.maximum(cases.due + np.rint(cases.column("delay_median")), cases.start).astype(np.int32)


def _error_groups(
    cases: Cases, known: LedgerFrame, rows: Rows, paid: Days, forecasts: Forecasts, median_day: Days
) -> tuple[ErrorGroup, ...]:
    payments = cases.profiles["delay"].sum(axis=1)
    is_open = known.issued[rows] < cases.seen
    groups: list[tuple[str, NDArray[np.bool_]]] = [
        ("open at the cut", is_open),
        ("issued later", ~is_open),
        ("no payment before", payments == 0),
        ("1 to 5 payments before", (payments >= 1) & (payments <= 5)),
        ("6 to 20 payments before", (payments >= 6) & (payments <= 20)),
        ("more than 20 payments before", payments > 20),
    ]
    return tuple(
        ErrorGroup(
            label=label,
            n=int(mine.sum()),
            mae=float(np.abs(paid - forecasts.expected)[mine].mean()),
            mae_customer_median=float(np.abs(paid - median_day)[mine].mean()),
        )
        for label, mine in groups
        if mine.any()
    )


def _relative_error(model: Scores, by_median: Scores) -> float:
    """Errors of days and of probabilities against the customer median's, on average; below 1 is better."""
    ratios = [model.mae / by_median.mae]
    if model.brier is not None and by_median.brier:
        ratios.append(model.brier / by_median.brier)
    return float(np.mean(ratios))


def _verdict(slug: str, model: Scores, by_median: Scores, promoted: bool) -> str:
    figures = f"{model.mae:.2f} days off on average, the customer median {by_median.mae:.2f}, on {model.n:,} invoices"
    if promoted:
        return f"{slug} forecasts: on the newest part of this ledger it was {figures}."
    return f"Customer history forecasts: on the newest part of this ledger {slug} did not beat it ({figures})."
