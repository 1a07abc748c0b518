"""What happened to the customers of a ledger, kept as running totals, so that any day can be looked back from."""

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.days import NEVER, Days, weekday
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.prior import WEIGHT as PRIOR_WEIGHT
from hub.forecasting.prior import prior, terms_bucket
from hub.forecasting.timeline import Rows, Timeline, one_hot, running_count, running_total
from hub.sdk.forecaster import DELAYS

Floats = NDArray[np.float64]

MOST_EARLY, MOST_LATE = -60, 120
"""Delays beyond these count as these in means: one forgotten invoice must not rule a customer's average."""
OVERDUE_DAYS = (0, 14)
FIRST_DUE = 15_000
"""Subtracted from due days so that totals of them stay exact."""
LEDGER_WEIGHT = 100.0
"""Payments of the whole ledger that a segment's own are mixed with."""


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
        self.segment, self.terms = segments(frame)
        self.habits = Habits(self.segment[rows], day, bounded, delay)
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


class Habits:
    """How a segment's customers paid before a day: its own payments, mixed with the ledger's and the shipped prior."""

    def __init__(self, segment: NDArray[np.int64], day: Days, bounded: Floats, delay: Days) -> None:
        self._ledger = _DelayTotals(np.zeros(len(day), dtype=np.int32), day, bounded, delay)
        self._segment = _DelayTotals(segment.astype(np.int32), day, bounded, delay)

    def before(self, segment: NDArray[np.int64], terms: NDArray[np.int64], day: Days) -> tuple[Floats, Floats]:
        """Per row: mean delay, mean square of it and late share; and the share of payments per bin of DELAYS."""
        _, prior_shares, prior_means = prior()
        n, sums, counts = self._ledger.before(np.zeros(len(day), dtype=np.int32), day)
        means = (sums + PRIOR_WEIGHT * prior_means[terms]) / (n + PRIOR_WEIGHT)
        shares = (counts + PRIOR_WEIGHT * prior_shares[terms]) / (n + PRIOR_WEIGHT)
        n, sums, counts = self._segment.before(segment.astype(np.int32), day)
        return (sums + LEDGER_WEIGHT * means) / (n + LEDGER_WEIGHT), (counts + LEDGER_WEIGHT * shares) / (
            n + LEDGER_WEIGHT
        )


class _DelayTotals:
    """Running totals of the delays of groups, kept per group and day on which it paid."""

    def __init__(self, group: NDArray[np.int32], day: Days, bounded: Floats, delay: Days) -> None:
        payments = Timeline(group, day)
        rows = payments.rows
        is_new = np.ones(len(rows), dtype=bool)
        is_new[1:] = (group[rows][1:] != group[rows][:-1]) | (day[rows][1:] != day[rows][:-1])
        cell = np.cumsum(is_new) - 1
        self._days = Timeline(group[rows][is_new], day[rows][is_new])
        count = int(is_new.sum())
        weights = (np.ones(len(rows)), bounded[rows], bounded[rows] ** 2, (delay[rows] > 0).astype(np.float64))
        self._sums = running_total(np.stack([np.bincount(cell, weights=w, minlength=count) for w in weights], axis=1))
        bins = np.bincount(cell * len(DELAYS) + delay_bin(delay[rows]), minlength=count * len(DELAYS))
        self._bins = running_count(bins.reshape(count, len(DELAYS)))

    def before(self, group: NDArray[np.int32], day: Days) -> tuple[Floats, Floats, NDArray[np.int32]]:
        """Per row: the number of payments, the sums of delay, its square and lateness, and the counts per bin."""
        first, end = self._days.start(group), self._days.before(group, day)
        sums = self._sums[end] - self._sums[first]
        return sums[:, :1], sums[:, 1:], self._bins[end] - self._bins[first]


def segments(frame: LedgerFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Per invoice: its segment (currency, terms, and the customer's country and industry), and its bucket of terms."""
    terms = terms_bucket(frame.due - frame.issued)
    places = [f"{country}|{industry}" for country, industry in zip(frame.country, frame.industry, strict=True)]
    place = np.unique(np.array(places, dtype=str), return_inverse=True)[1].astype(np.int64)
    buckets = len(prior()[0])
    return (place[frame.customer] * max(len(frame.currencies), 1) + frame.currency) * buckets + terms, terms


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
