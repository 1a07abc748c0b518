"""What happened to the customers of a ledger, kept as running totals, so that any day can be looked back from."""

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.days import NEVER, Days, weekday
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.timeline import Rows, Timeline, one_hot, running_count, running_total
from hub.sdk.forecaster import DELAYS

Floats = NDArray[np.float64]

MOST_EARLY, MOST_LATE = -60, 120
"""Delays beyond these count as these in means: one forgotten invoice must not rule a customer's average."""
OVERDUE_DAYS = (0, 14)


class History:
    """The payments of a frame's customers, in order; positions are those of `payments`."""

    def __init__(self, frame: LedgerFrame) -> None:
        paid, due, customer = frame.paid, frame.due, frame.customer
        self.frame = frame
        self.payments = Timeline(customer, paid)
        rows = self.payments.rows
        day, delay = paid[rows], paid[rows] - due[rows]
        bounded = np.clip(delay, MOST_EARLY, MOST_LATE).astype(np.float64)
        self.delay_total = running_total(np.stack([bounded, bounded**2], axis=1))
        self.late_total = running_total((delay > 0).astype(np.float64))
        self.amount_total = running_total(np.log1p(np.maximum(frame.amount[rows], 0.0)))
        self.delay_count = running_count(one_hot(delay_bin(delay), len(DELAYS)))
        self.weekday_count = running_count(one_hot(weekday(day), 7))
        self.monthday_count = running_count(one_hot(_monthday(day), 31))
        # A run is a day on which a customer paid, whatever number of invoices.
        new_run = np.ones(len(rows), dtype=bool)
        new_run[1:] = (customer[rows][1:] != customer[rows][:-1]) | (day[1:] != day[:-1])
        self.run_count = running_count(new_run)
        self.run_day = np.append(day[new_run], np.int32(0))
        self.ledger = LedgerTotals(day, bounded, delay)
        self._issued = Timeline(customer, np.where(frame.draft, NEVER, frame.issued).astype(np.int32))
        self._closed = Timeline(customer, frame.closed)
        # Open and overdue by more than k days before day q: due + k < q, and not (due + k < q and closed < q).
        self._overdue = {
            k: (Timeline(customer, due + k), Timeline(customer, np.maximum(due + k, frame.closed)))
            for k in OVERDUE_DAYS
        }

    def open_before(self, customer: NDArray[np.int32], day: Days) -> Rows:
        """How many invoices of each customer were open at the end of the day before `day`."""
        return self._issued.count_before(customer, day) - self._closed.count_before(customer, day)

    def overdue_before(self, customer: NDArray[np.int32], day: Days, more_than: int) -> Rows:
        """How many of them were overdue by more than `more_than` days (one of OVERDUE_DAYS)."""
        due, due_and_closed = self._overdue[more_than]
        return due.count_before(customer, day) - due_and_closed.count_before(customer, day)


class LedgerTotals:
    """All payments of the ledger, whoever made them, before a day."""

    def __init__(self, day: Days, bounded: Floats, delay: Days) -> None:
        self._first_day = int(day.min()) if len(day) else 0
        at = day - self._first_day
        span = int(at.max()) + 1 if len(day) else 1
        weights = (np.ones(len(day)), bounded, bounded**2, (delay > 0).astype(np.float64))
        self._totals = running_total(np.stack([np.bincount(at, weights=w, minlength=span) for w in weights], axis=1))
        cells = np.bincount(at.astype(np.int64) * len(DELAYS) + delay_bin(delay), minlength=span * len(DELAYS))
        self._delays = running_count(cells.reshape(span, len(DELAYS)))

    def before(self, day: Days) -> tuple[Floats, Floats]:
        """Per day: mean delay, mean square of it and late share; and the share of payments per bin of DELAYS."""
        at = np.clip(day - self._first_day, 0, len(self._totals) - 1)
        # Before the first payment: as if one had come on its due day, give or take ten days, late two times in five.
        totals = self._totals[at] + np.array([1.0, 0.0, 100.0, 0.4])
        counts = self._delays[at] + 1.0 / len(DELAYS)
        return totals[:, 1:] / totals[:, :1], counts / counts.sum(axis=1, keepdims=True)


def delay_bin(delay: Days) -> NDArray[np.int64]:
    """The bin of DELAYS that each delay falls in."""
    return np.maximum(np.searchsorted(DELAYS, delay, side="right") - 1, 0)


def _monthday(day: Days) -> NDArray[np.int64]:
    date = day.astype("datetime64[D]")
    monthday: NDArray[np.int64] = (date - date.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64)
    return monthday
