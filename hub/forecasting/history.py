"""What happened to the customers of a ledger, kept as running totals, so that any day can be looked back from."""

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.bank_holidays import BankHolidays
from hub.forecasting.days import NEVER, Days, weekday
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.peers import Habits, Peers
from hub.forecasting.timeline import Rows, Timeline, one_hot, running_count, running_total
from hub.sdk.forecaster import DELAYS

Floats = NDArray[np.float64]

MOST_EARLY, MOST_LATE = -60, 120
"""Delays beyond these count as these in means: one forgotten invoice must not rule a customer's average."""
OVERDUE_DAYS = (0, 14)
FIRST_DUE = 15_000
"""Subtracted from due days so that totals of them stay exact."""


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
        amount = np.log1p(np.maximum(frame.amount[rows], 0.0))
        self.amount_total = running_total(np.stack([amount, amount**2], axis=1))
        sent = frame.electronic[rows]
        self.sent_total = running_total(np.stack([~np.isnan(sent), np.nan_to_num(sent)], axis=1).astype(np.float64))
        self.due_total = running_total((due[rows] - FIRST_DUE).astype(np.float64))
        self.latest_due = _running_latest(customer[rows], due[rows])
        self.delay_count = running_count(one_hot(delay_bin(delay), len(DELAYS)))
        self.weekday_count = running_count(one_hot(weekday(day), 7))
        self.monthday_count = running_count(one_hot(monthday(day), 31))
        # A run is a day on which a customer paid, whatever number of invoices.
        new_run = np.ones(len(rows), dtype=bool)
        new_run[1:] = (customer[rows][1:] != customer[rows][:-1]) | (day[1:] != day[:-1])
        self.run_count = running_count(new_run)
        self.run_day = np.append(day[new_run], np.int32(0))
        self.peers, self.holidays = Peers.of(frame), BankHolidays(frame)
        self.habits = Habits(self.peers.take(rows), customer[rows], day, bounded, delay_bin(delay))
        self._issued = Timeline(customer, np.where(frame.draft, NEVER, frame.issued).astype(np.int32))
        self._closed = Timeline(customer, frame.closed)
        parts = frame.settlements
        self._parts = Timeline(parts.row.astype(np.int32), parts.day)
        self._part_total = running_total(parts.amount[self._parts.rows])
        # Open and overdue by more than k days before day q: due + k < q, and not (due + k < q and closed < q).
        self._overdue = {
            k: (Timeline(customer, due + k), Timeline(customer, np.maximum(due + k, frame.closed)))
            for k in OVERDUE_DAYS
        }

    def settled_before(self, rows: Rows, day: Days) -> Floats:
        """How much had been set against each invoice by the end of the day before `day`."""
        invoice = rows.astype(np.int32)
        settled: Floats = (
            self._part_total[self._parts.before(invoice, day)] - self._part_total[self._parts.start(invoice)]
        )
        return settled

    def open_before(self, customer: NDArray[np.int32], day: Days) -> Rows:
        """How many invoices of each customer were open at the end of the day before `day`."""
        return self._issued.count_before(customer, day) - self._closed.count_before(customer, day)

    def overdue_before(self, customer: NDArray[np.int32], day: Days, more_than: int) -> Rows:
        """How many of them were overdue by more than `more_than` days (one of OVERDUE_DAYS)."""
        due, due_and_closed = self._overdue[more_than]
        return due.count_before(customer, day) - due_and_closed.count_before(customer, day)


def _running_latest(customer: NDArray[np.int32], day: Days) -> Days:
    """After each position, the latest day so far of the same customer; customers stand together."""
    span = int(day.max()) - int(day.min()) + 1 if len(day) else 1
    offset = customer.astype(np.int64) * span
    latest = np.maximum.accumulate(offset + day) - offset
    return np.append(0, latest).astype(np.int32)


def delay_bin(delay: Days) -> NDArray[np.int64]:
    """The bin of DELAYS that each delay falls in."""
    return np.maximum(np.searchsorted(DELAYS, delay, side="right") - 1, 0)


def monthday(day: Days) -> NDArray[np.int64]:
    """Days since the first of the month."""
    date = day.astype("datetime64[D]")
    since: NDArray[np.int64] = (date - date.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64)
    return since
