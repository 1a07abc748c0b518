"""Features of invoices as known before a day: the one kernel that training, backtest and scoring share.

Nothing that happened on or after the day a case was seen can enter it. Levels that grow with the calendar (numbers of
payments, exposure) are left out or turned into shares: trees extrapolate them badly a few months on.
"""

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.days import Days, weekday
from hub.forecasting.history import FIRST_DUE, History, monthday
from hub.forecasting.peers import Owned
from hub.forecasting.timeline import Rows
from hub.sdk.forecaster import DELAYS, Cases

Floats = NDArray[np.float64]

SHRINK = 1.0
"""Payments of its segment that a customer's own are mixed with."""
RUNS_BACK = 6
LONGEST_GAP = 90
MOST_FRONT = 60
"""Days: further apart, the due days of two invoices say no more of each other."""

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
    "due_monthday",
    "amount_in_spreads",
    "paid_front",
    "paid_past",
    "electronic",
    "electronic_vs_usual",
    "paid_part",
)

_BIN_MIDDLE = np.append((DELAYS[:-1] + DELAYS[1:] - 1) / 2, 100.0)
_BIN_MIDDLE[0] = -50.0


def build_cases(history: History, rows: Rows, seen: Days, hidden: NDArray[np.bool_] | None = None) -> Cases:
    """The invoices `rows` of the history's frame, each as known before its day `seen`.

    Those `hidden` are shown as a new customer's: with nothing known of who owes them.
    """
    frame = history.frame
    due, issued = frame.due[rows], frame.issued[rows]
    customer, owned = frame.customer[rows], None
    if hidden is not None:
        owned = Owned.by_hidden(hidden, history.payments.start(customer), history.payments.before(customer, seen))
        customer = np.where(hidden, np.int32(len(frame.customer_id)), customer)
    first, end = history.payments.start(customer), history.payments.before(customer, seen)
    delays = history.delay_count[end] - history.delay_count[first]
    means, shares = history.habits.before(history.peers.take(rows), seen, first, end, owned)
    gap, gap_mean, per_run = _rhythm(history, first, end, seen)
    values = {
        "terms_days": due - issued,
        "due_weekday": weekday(due),
        "horizon": np.maximum(issued - seen, 0),
        "due_monthday": monthday(due),
        "paid_part": np.clip(history.settled_before(rows, seen) / np.maximum(frame.amount[rows], 0.01), 0.0, 1.0),
        "payment_gap": np.minimum(gap, LONGEST_GAP),
        "payment_gap_mean": np.minimum(gap_mean, LONGEST_GAP),
        "invoices_per_run": np.log1p(per_run),
        **_delays(history, first, end, delays, means, shares),
        **_amounts(history, first, end, np.log1p(np.maximum(frame.amount[rows], 0.0))),
        **_front(history, first, end, due),
        **_delivery(history, first, end, frame.electronic[rows]),
    }
    values |= _open_book(history, customer, seen, end - first, values["late_share"])
    return Cases(
        names=NAMES,
        values=np.stack([values[name] for name in NAMES], axis=1).astype(np.float32),
        customer=frame.customer[rows],
        seen=seen.astype(np.int32),
        start=np.maximum(seen, issued).astype(np.int32),
        issued=issued,
        due=due,
        profiles={
            "delay": delays.astype(np.float32),
            "segment": shares.astype(np.float32),
            "weekday": (history.weekday_count[end] - history.weekday_count[first]).astype(np.float32),
            "monthday": (history.monthday_count[end] - history.monthday_count[first]).astype(np.float32),
            "last_run": gap[:, None].astype(np.float32),
            "holiday": history.holidays.around(rows),
        },
    )


def _delays(
    history: History, first: Rows, end: Rows, delays: NDArray[np.int32], means: Floats, shares: Floats
) -> dict[str, NDArray[np.generic]]:
    """How late the customer paid before: all of it, and of late; mixed with its segment as it was known then."""
    segment_mean, segment_square, segment_late = means.T
    n = (end - first).astype(np.float64)
    cumulated = np.cumsum((delays + SHRINK * shares) / (n + SHRINK)[:, None], axis=1)
    delay, square = history.delay_total[:, 0], history.delay_total[:, 1]
    mean = _mean(delay, first, end, SHRINK, segment_mean)
    late = _mean(history.late_total, first, end, SHRINK, segment_late)
    last3, last10 = np.maximum(first, end - 3), np.maximum(first, end - 10)
    mean10 = _mean(delay, last10, end, 1.0, mean)
    variance = _mean(square, first, end, SHRINK, segment_square) - mean**2
    return {
        "familiarity": n / (n + 10.0),
        "delay_p10": _quantile(cumulated, 0.1),
        "delay_median": _quantile(cumulated, 0.5),
        "delay_p90": _quantile(cumulated, 0.9),
        "delay_mean": mean,
        "delay_spread": np.sqrt(np.maximum(variance, 0.0)),
        "delay_last3": _mean(delay, last3, end, 1.0, mean),
        "delay_last10": mean10,
        "delay_trend": mean10 - mean,
        "late_share": late,
        "late_share_recent": _mean(history.late_total, last10, end, 1.0, late),
    }


def _rhythm(history: History, first: Rows, end: Rows, seen: Days) -> tuple[Floats, Floats, Floats]:
    """Days since the last payment run, mean days between the latest ones, and invoices per run; NaN without runs."""
    last = history.run_count[end] - 1
    runs = last + 1 - history.run_count[first]
    back = np.clip(runs - 1, 0, RUNS_BACK)
    last_day, earlier_day = history.run_day[np.maximum(last, 0)], history.run_day[np.maximum(last - back, 0)]
    gap = np.where(runs >= 1, seen - last_day, np.nan)
    gap_mean = np.where(runs >= 2, (last_day - earlier_day) / np.maximum(back, 1), np.nan)
    return gap, gap_mean, np.where(runs >= 1, (end - first) / np.maximum(runs, 1), np.nan)


def _amounts(history: History, first: Rows, end: Rows, amount_log: Floats) -> dict[str, NDArray[np.generic]]:
    none = np.zeros(len(end))
    usual = _mean(history.amount_total[:, 0], first, end, 0.0, none)
    variance = _mean(history.amount_total[:, 1], first, end, 0.0, none) - usual**2
    apart = np.where(end > first, amount_log - usual, np.nan)
    return {
        "amount_log": amount_log,
        "amount_vs_usual": apart,
        "amount_in_spreads": np.where(end - first > 2, apart / np.sqrt(np.maximum(variance, 0.01)), np.nan),
    }


def _front(history: History, first: Rows, end: Rows, due: Days) -> dict[str, NDArray[np.generic]]:
    """How far the customer has got: days by which the latest paid invoices were due after this one.

    What was passed over, while later ones were paid, is held back for a reason.
    """
    latest = np.maximum(first, end - 5)
    mean = _mean(history.due_total, latest, end, 0.0, np.zeros(len(end))) + FIRST_DUE
    known = end > first
    return {
        "paid_front": np.where(known, np.clip(mean - due, -MOST_FRONT, MOST_FRONT), np.nan),
        "paid_past": np.where(known, np.clip(history.latest_due[end] - due, -MOST_FRONT, MOST_FRONT), np.nan),
    }


def _delivery(history: History, first: Rows, end: Rows, electronic: Floats) -> dict[str, NDArray[np.generic]]:
    """Whether it was sent without paper, and how that differs from what the customer's delays were learnt on."""
    known, sent = (history.sent_total[end] - history.sent_total[first]).T
    return {"electronic": electronic, "electronic_vs_usual": electronic - (sent + 0.4) / (known + 1.0)}


def _open_book(
    history: History, customer: NDArray[np.int32], seen: Days, paid: Rows, late_share: NDArray[np.generic]
) -> dict[str, NDArray[np.generic]]:
    """What the customer owed on that day: the share overdue (leaning on its late share where little is open)."""
    opened = history.open_before(customer, seen)
    overdue, long_overdue = (history.overdue_before(customer, seen, days) for days in (0, 14))
    return {
        "open_overdue_share": (overdue + 0.5 * late_share.astype(np.float64)) / (opened + 0.5),
        "open_overdue_long_share": long_overdue / (opened + 1.0),
        "open_vs_paid": np.log1p(opened) - np.log1p(paid),
    }


def _mean(total: Floats, first: Rows, end: Rows, weight: float, prior: Floats) -> Floats:
    """The mean of what lies between two positions, with the prior counted `weight` times."""
    mean: Floats = (total[end] - total[first] + weight * prior) / np.maximum(end - first + weight, 1e-9)
    return mean


def _quantile(cumulated: Floats, p: float) -> Floats:
    """The middle of the first bin of DELAYS by which the cumulated shares reach p."""
    middle: Floats = _BIN_MIDDLE[np.minimum((cumulated < p - 1e-9).sum(axis=1), len(DELAYS) - 1)]
    return middle
