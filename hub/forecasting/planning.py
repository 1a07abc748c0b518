"""The day to plan with for each invoice: close to its median, and so that the weeks add up to the expected cash.

Medians alone pile up: twenty invoices that may come this week or the next all have their median in one of the two. So
an invoice may be planned anywhere in the middle of its curve, where the expected error hardly differs.
"""

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.curves import day_of
from hub.forecasting.days import Days, monday_of
from hub.sdk.forecaster import Curves

Floats = NDArray[np.float64]

MIDDLE = 0.1
"""Planned between the quantiles 0.5 - MIDDLE and 0.5 + MIDDLE: costs some 0.02 days of mean absolute error."""
MOST = 30_000
"""With more invoices than this chance evens out, and the medians add up by themselves."""
WEEKS = 80
PASSES = 3


def plan_days(curves: Curves, start: Days, as_of: Days, amount: Floats, currency: NDArray[np.int16]) -> Days:
    """The day to plan with for each invoice; those forecast on a later day see what was planned before, not after.

    Each currency adds up by itself.
    """
    planned = day_of(curves, start, 0.5)
    if len(planned) > MOST:
        return planned
    earliest, latest = day_of(curves, start, 0.5 - MIDDLE), day_of(curves, start, 0.5 + MIDDLE)
    for code in np.unique(currency):
        surplus = _Surplus(start)
        for day in np.unique(as_of[currency == code]):
            mine = (currency == code) & (as_of == day)
            surplus.expect(curves.take(mine), start[mine], amount[mine])
            planned[mine] = surplus.place(planned[mine], earliest[mine], latest[mine], amount[mine])
    return planned


class _Surplus:
    """Per week, the cash planned less the cash that the curves expect."""

    def __init__(self, start: Days) -> None:
        self.monday = int(monday_of(start.min()))
        self.cash = np.zeros((int(start.max()) - self.monday) // 7 + WEEKS + 1)

    def expect(self, curves: Curves, start: Days, amount: Floats) -> None:
        first = np.maximum(np.concatenate([start[:, None], curves.ends[:, :-1] + 1], axis=1), start[:, None])
        # A piece of several days counts in the week of its middle.
        week = (np.maximum(first + curves.ends, 2 * start[:, None]) // 2 - self.monday) // 7
        cash = np.diff(curves.paid_by, axis=1, prepend=0.0) * amount[:, None]
        last = len(self.cash) - 1
        self.cash -= np.bincount(np.minimum(week, last).ravel(), weights=cash.ravel(), minlength=last + 1)

    def place(self, median: Days, earliest: Days, latest: Days, amount: Floats) -> Days:
        week, first, last = (
            np.minimum((day - self.monday) // 7, len(self.cash) - 1) for day in (median, earliest, latest)
        )
        np.add.at(self.cash, week, amount)
        movable = np.flatnonzero(last > first)
        movable = movable[np.argsort(-amount[movable], kind="stable")]
        for _ in range(PASSES):
            for row in movable:
                choices = np.arange(first[row], last[row] + 1)
                self.cash[week[row]] -= amount[row]
                week[row] = choices[_imbalance(self.cash[choices], amount[row]).argmin()]
                self.cash[week[row]] += amount[row]
        begins = self.monday + 7 * week
        return np.clip(np.clip(median, begins, begins + 6), earliest, latest).astype(np.int32)


def _imbalance(surplus: Floats, amount: float) -> Floats:
    """How much further off each week is with the amount in it than without."""
    return np.abs(surplus + amount) - np.abs(surplus)
