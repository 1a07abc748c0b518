"""The pieces of time that a hazard is asked for: single days around due, longer pieces further away."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hub.sdk.forecaster import HOLIDAY_DELAYS, Cases, Floats

Days = NDArray[np.int32]

_EARLY = (-120, -90, -60, -45, -37, -30, -27, -24)
_LATE = (24, 27, 30, 34, 38, 45, 52, 60, 75, 90, 120, 180, 270, 366)
EDGES: Days = np.array([*_EARLY, *range(-21, 22), *_LATE], dtype=np.int32)
"""Days from due at which the pieces begin; the last one ends the last piece."""

SINGLE = slice(len(_EARLY), len(EDGES) - len(_LATE) - 1)
"""The pieces of a single day: they are those of HOLIDAY_DELAYS but for the last, which is longer."""

LEAST_WEEKDAY_SHARE = 0.006
"""A weekday with a smaller share of the payments than this counts as closed: no piece of time falls on it."""
MOST_HOLIDAY_SHARE, DOUBT = 0.25, 10.0
"""Holidays count as closed unless more payments come in on them than this share of those on the same weekday a week
before and after, with some more of these in doubt."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a ledger's payments come in: on which weekdays, Monday to Sunday, and whether on bank holidays, too."""

    weekdays: NDArray[np.bool_]
    on_holidays: bool

    @classmethod
    def learn(cls, paid_on: Days, cases: Cases) -> Self:
        """The calendar in the payments of these cases, one for each."""
        weekdays = open_weekdays(paid_on)
        delay, holiday = paid_on - cases.due, cases.profiles["holiday"] > 0
        reach = len(HOLIDAY_DELAYS) // 2 - 7
        near = np.abs(delay) <= reach
        at = (delay + len(HOLIDAY_DELAYS) // 2)[near]
        row = np.flatnonzero(near)
        on, around = holiday[row, at].sum(), 0.5 * (holiday[row, at - 7].sum() + holiday[row, at + 7].sum())
        return cls(weekdays, bool(on > MOST_HOLIDAY_SHARE * (around + DOUBT)))

    def shut(self, cases: Cases) -> NDArray[np.bool_]:
        """Per case, which of HOLIDAY_DELAYS from its due day are closed."""
        shut = ~self.weekdays[(cases.due[:, None] + HOLIDAY_DELAYS + 3) % 7]
        return shut if self.on_holidays else shut | (cases.profiles["holiday"] > 0)

    def next_open(self, day: Days, cases: Cases) -> Days:
        """Per case, the first open day from `day` on; a holiday far from due is open for want of knowing it."""
        shut, day, row = self.shut(cases), next_open(day, self.weekdays), np.arange(len(day))
        for _ in range(4):
            at = np.clip(day - cases.due - HOLIDAY_DELAYS[0], 0, len(HOLIDAY_DELAYS) - 1)
            is_shut = shut[row, at] & (cases.due + HOLIDAY_DELAYS[at] == day)
            day = next_open(day + is_shut, self.weekdays)
        return day


@dataclass(frozen=True, slots=True)
class Grid:
    """Per case (row) and piece: its first and last day, and its open days (0: nothing can happen).

    `shut_before` counts the closed days right before a piece of a single day; NaN for others.
    """

    first: Days
    last: Days
    open_days: NDArray[np.int32]
    shut_before: Floats


def lay_grid(cases: Cases, calendar: Calendar) -> Grid:
    """The pieces of each case from its start on."""
    start, due = cases.start, cases.due
    first = np.maximum(due[:, None] + EDGES[:-1], start[:, None])
    last = due[:, None] + EDGES[1:] - 1
    first[:, 0] = start  # however early it was issued
    last[:, -1] = np.maximum(last[:, -1], start + 90)  # however long it is overdue
    open_days = count_open(first, last, calendar.weekdays)
    shut = calendar.shut(cases)[:, :-1]
    open_days[:, SINGLE][shut] = 0
    shut_before = np.full(first.shape, np.nan, dtype=np.float32)
    before = np.zeros(len(cases), dtype=np.float32)
    for at in range(shut.shape[1]):
        shut_before[:, SINGLE.start + at] = before
        before = np.where(shut[:, at], before + 1, 0)
    return Grid(first, last, open_days, shut_before)


def count_open(first: Days, last: Days, is_open: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Open weekdays from `first` to `last`, both included; 0 where `last` comes before."""
    in_week = np.concatenate([[0], np.cumsum(is_open)])

    def until(day: Days) -> NDArray[np.int64]:
        return (day + 3) // 7 * in_week[-1] + in_week[(day + 3) % 7 + 1]

    return np.where(last >= first, until(last) - until(first - 1), 0).astype(np.int32)


def next_open(day: Days, is_open: NDArray[np.bool_]) -> Days:
    """The first open day from `day` on."""
    wait = np.array([next(k for k in range(8) if k == 7 or is_open[(weekday + k) % 7]) for weekday in range(7)])
    return (day + (wait % 7)[(day + 3) % 7]).astype(np.int32)


def open_weekdays(paid_on: Days) -> NDArray[np.bool_]:
    """The weekdays, Monday to Sunday, on which these payments came in."""
    count = np.bincount((paid_on + 3) % 7, minlength=7)
    return count >= LEAST_WEEKDAY_SHARE * count.sum()
