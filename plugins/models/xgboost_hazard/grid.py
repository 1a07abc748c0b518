"""The pieces of time that a hazard is asked for: single days around due, longer pieces further away."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int32]

_EARLY = (-120, -90, -60, -45, -37, -30, -27, -24)
_LATE = (24, 27, 30, 34, 38, 45, 52, 60, 75, 90, 120, 180, 270, 366)
EDGES: Days = np.array([*_EARLY, *range(-21, 22), *_LATE], dtype=np.int32)
"""Days from due at which the pieces begin; the last one ends the last piece."""

LEAST_WEEKDAY_SHARE = 0.006
"""A weekday with a smaller share of the payments than this counts as closed: no piece of time falls on it."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Per case (row) and piece: its first and last day, and its open weekdays (0: nothing can happen)."""

    first: Days
    last: Days
    open_days: NDArray[np.int32]


def lay_grid(start: Days, due: Days, is_open: NDArray[np.bool_]) -> Grid:
    """The pieces of each case from its start on; `is_open` says for Monday to Sunday whether payments come in."""
    first = np.maximum(due[:, None] + EDGES[:-1], start[:, None])
    last = due[:, None] + EDGES[1:] - 1
    first[:, 0] = start  # however early it was issued
    last[:, -1] = np.maximum(last[:, -1], start + 90)  # however long it is overdue
    return Grid(first, last, count_open(first, last, is_open))


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
