"""Features of invoices as known before a day: the one kernel that training, backtest and scoring share.

All is counted by binary search in running totals (see timeline.py); nothing that happened on or after the day a case
was seen can enter it. Levels that grow with the calendar (counts of payments, exposure) are left out or turned into
shares: trees extrapolate them badly a few months on.
"""

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.days import Days, weekday
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.timeline import Rows, Timeline, running_total
from hub.sdk.forecaster import DELAYS, Cases

SHRINK = 4.0
"""Payments of the whole ledger that a customer's own history is mixed with."""

NAMES = (
    "terms_days",
    "due_weekday",
    "amount_log",
    "amount_vs_usual",
    "familiarity",
    "delay_median",
    "delay_p10",
    "delay_p90",
    "delay_mean",
    "delay_spread",
    "delay_last3",
    "delay_last10",
    "delay_trend",
    "late_share",
    "late_share_recent",
    "payment_gap",
    "payment_gap_mean",
    "invoices_per_run",
    "open_overdue_share",
    "open_overdue_long_share",
    "open_vs_paid",
    "horizon",
)
_BIN_MIDDLE = np.append((DELAYS[:-1] + DELAYS[1:] - 1) / 2, 100).astype(np.float32)
_BIN_MIDDLE[0] = DELAYS[1] - 5


class History:
    """What happened to the customers of a frame, ordered so that any day before it can be looked up."""

    def __init__(self, frame: LedgerFrame) -> None:
        paid, due = frame.paid, frame.due
        self.frame = frame
        self.payments = Timeline(frame.customer, paid)
        rows = self.payments.rows
        delay = (paid[rows] - due[rows]).astype(np.float64)
        bounded = np.clip(delay, -60, 120)
        self.delay_sum = running_total(np.stack([bounded, bounded**2], axis=1))
        self.late_sum = running_total((delay > 0).astype(np.int32))
        self.amount_sum = running_total(np.log1p(frame.amount[rows]))
        calendar_day = paid[rows].astype("datetime64[D]")
        monthday = (calendar_day - calendar_day.astype("datetime64[M]")).astype(np.int64)
        self.ledger = _LedgerTotals(paid[rows], bounded, delay)
        self.delay_counts = running_total(_one_hot(delay_bin(delay), len(DELAYS)))
        self.weekday_counts = running_total(_one_hot(weekday(paid[rows]), 7))
        self.monthday_counts = running_total(_one_hot(monthday, 31))
        customer = frame.customer[rows]
        new_run = np.ones(len(rows), dtype=bool)
        new_run[1:] = (customer[1:] != customer[:-1]) | (paid[rows][1:] != paid[rows][:-1])
        self.run_day = paid[rows][new_run]
        self.run_count = running_total(new_run.astype(np.int32))
        self.issued = Timeline(frame.customer, frame.issued)
        self.closed = Timeline(frame.customer, frame.closed)
        # An invoice is open and overdue by more than k days on day q when due + k < q and it was not closed before q.
        self.overdue = {
            k: (Timeline(frame.customer, due + k), Timeline(frame.customer, np.maximum(due + k, frame.closed)))
            for k in (0, 14)
        }


class _LedgerTotals:
    """All payments of the ledger before a day: their number, delays and late share, as a prior for each customer."""

    def __init__(self, paid: Days, bounded: NDArray[np.float64], delay: NDArray[np.float64]) -> None:
        self.first_day = int(paid.min()) if len(paid) else 0
        day = paid - self.first_day
        span = int(day.max()) + 1 if len(paid) else 1
        late = (delay > 0).astype(np.float64)
        sums = [np.bincount(day, weights=w, minlength=span) for w in (np.ones(len(day)), bounded, bounded**2, late)]
        counts = np.bincount(day * len(DELAYS) + delay_bin(delay), minlength=span * len(DELAYS))
        self.sums = running_total(np.stack(sums, axis=1))
        self.counts = running_total(counts.reshape(span, len(DELAYS)))

    def means_before(self, seen: Days):
        at = np.clip(seen - self.first_day, 0, len(self.sums) - 1)
        sums = self.sums[at] + np.array([1.0, 0.0, 100.0, 0.4])
        counts = self.counts[at] + 1.0 / len(DELAYS)
        return sums[:, 1:] / sums[:, :1], counts / counts.sum(axis=1, keepdims=True)


def delay_bin(delay: NDArray[np.floating] | Days) -> NDArray[np.int64]:
    """The bin of the profile "delay" that each delay falls in."""
    return np.maximum(np.searchsorted(DELAYS, delay, side="right") - 1, 0)


def build_cases(history: History, rows: Rows, seen: Days) -> Cases:
    """The invoices `rows` of the history's frame, each as known before its day `seen`."""
    frame = history.frame
    customer, due, issued = frame.customer[rows], frame.due[rows], frame.issued[rows]
    first, end = history.payments.start(customer), history.payments.before(customer, seen)
    n = (end - first).astype(np.float64)
    delay_counts = history.delay_counts[end] - history.delay_counts[first]
    means, ledger = history.ledger.means_before(seen)
    ledger_mean, ledger_square, ledger_late = means.T
    shares = (delay_counts + SHRINK * ledger) / (n + SHRINK)[:, None]
    cumulated = np.cumsum(shares, axis=1)
    quantile = {p: _BIN_MIDDLE[np.minimum((cumulated < p).sum(axis=1), len(DELAYS) - 1)] for p in (0.1, 0.5, 0.9)}

    delay_sum, delay_square = (history.delay_sum[end] - history.delay_sum[first]).T
    mean = (delay_sum + SHRINK * ledger_mean) / (n + SHRINK)
    square = (delay_square + SHRINK * ledger_square) / (n + SHRINK)
    late = _mean_since(history.late_sum, first, end, SHRINK, ledger_late)
    last3 = _mean_since(history.delay_sum[:, 0], np.maximum(first, end - 3), end, 1.0, mean)
    last10 = _mean_since(history.delay_sum[:, 0], np.maximum(first, end - 10), end, 1.0, mean)
    late10 = _mean_since(history.late_sum, np.maximum(first, end - 10), end, 1.0, late)

    runs = history.run_count[end] - history.run_count[first]
    last_run = history.run_day[np.maximum(history.run_count[end] - 1, 0)] if len(history.run_day) else seen
    back = np.minimum(runs - 1, 6)
    earlier = (
        history.run_day[np.maximum(history.run_count[end] - 1 - np.maximum(back, 0), 0)]
        if len(history.run_day)
        else seen
    )
    gap_mean = np.where(runs >= 2, (last_run - earlier) / np.maximum(back, 1), np.nan)
    gap = np.where(runs >= 1, seen - last_run, np.nan)

    opened = history.issued.count_before(customer, seen) - history.closed.count_before(customer, seen)
    overdue = {
        k: a.count_before(customer, seen) - b.count_before(customer, seen) for k, (a, b) in history.overdue.items()
    }
    amount_log = np.log1p(np.maximum(frame.amount[rows], 0))
    usual = _mean_since(history.amount_sum, first, end, 0.0, 0.0)
    values = {
        "terms_days": due - issued,
        "due_weekday": weekday(due),
        "amount_log": amount_log,
        "amount_vs_usual": np.where(n > 0, amount_log - usual, np.nan),
        "familiarity": n / (n + 10),
        "delay_median": quantile[0.5],
        "delay_p10": quantile[0.1],
        "delay_p90": quantile[0.9],
        "delay_mean": mean,
        "delay_spread": np.sqrt(np.maximum(square - mean**2, 0)),
        "delay_last3": last3,
        "delay_last10": last10,
        "delay_trend": last10 - mean,
        "late_share": late,
        "late_share_recent": late10,
        "payment_gap": np.minimum(gap, 90),
        "payment_gap_mean": np.minimum(gap_mean, 90),
        "invoices_per_run": np.where(runs > 0, np.log1p(n / np.maximum(runs, 1)), np.nan),
        "open_overdue_share": (overdue[0] + 0.5 * ledger_late) / (opened + 0.5),
        "open_overdue_long_share": overdue[14] / (opened + 1.0),
        "open_vs_paid": np.log1p(opened) - np.log1p(n),
        "horizon": np.maximum(issued - seen, 0),
    }
    return Cases(
        names=NAMES,
        values=np.stack([values[name] for name in NAMES], axis=1).astype(np.float32),
        customer=customer,
        seen=seen.astype(np.int32),
        start=np.maximum(seen, issued).astype(np.int32),
        issued=issued,
        due=due,
        profiles={
            "delay": delay_counts.astype(np.float32),
            "weekday": (history.weekday_counts[end] - history.weekday_counts[first]).astype(np.float32),
            "monthday": (history.monthday_counts[end] - history.monthday_counts[first]).astype(np.float32),
            "last_run": np.where(runs > 0, seen - last_run, np.nan)[:, None].astype(np.float32),
        },
    )


def _mean_since(total, first, end, weight, prior):  # type: ignore[no-untyped-def]
    count = (end - first).astype(np.float64)
    return (total[end] - total[first] + weight * prior) / np.maximum(count + weight, 1e-9)


def _one_hot(code: NDArray[np.integer], width: int) -> NDArray[np.int8]:
    marks = np.zeros((len(code), width), dtype=np.int8)
    marks[np.arange(len(code)), code] = 1
    return marks
