"""Invoices on hold: while a dispute is open nobody expects what it is about to be paid."""

from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hub.forecasting.days import NEVER, Days
from hub.sdk.forecaster import Cases

OVERRUN = 7
"""Days that a hold which has outlived its expected end is expected to go on for."""


def _no_days() -> Days:
    return np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Holds:
    """Holds of a frame's invoices, one row each; most invoices have none.

    `row` indexes the invoices. One that was `placed` on a day and `released` on another (NEVER where it stands) is
    known from the end of the first to the end of the day before the second. `until` is its expected end, `amount` what
    is held, in the invoice's currency; NaN is all of it.
    """

    row: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    placed: Days = field(default_factory=_no_days)
    released: Days = field(default_factory=_no_days)
    until: Days = field(default_factory=_no_days)
    amount: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def of_columns(
        cls, row: ArrayLike, placed: ArrayLike, released: ArrayLike, until: ArrayLike, amount: ArrayLike
    ) -> "Holds":
        """Holds from plain columns; an amount of None is all that is owed."""
        return cls(
            row=np.asarray(row, dtype=np.int64),
            placed=np.asarray(placed, dtype=np.int32),
            released=np.asarray(released, dtype=np.int32),
            until=np.asarray(until, dtype=np.int32),
            amount=np.asarray(amount, dtype=np.float64),
        )

    def of(self, keep: NDArray[np.bool_]) -> "Holds":
        """The holds of the invoices kept, counted by their new rows."""
        kept = Holds(*(getattr(self, item.name)[keep[self.row]] for item in fields(self)))
        return replace(kept, row=(np.cumsum(keep) - 1)[kept.row])

    def known(self, rows: NDArray[np.int64], seen: Days, owed: NDArray[np.float64]) -> tuple[Days, NDArray[np.float64]]:
        """Per invoice of `rows` the last day on which it is held, as known before its day `seen`, and the share of what
        is `owed` of it that is held: -NEVER and 0 where none is.
        """
        last, amount = np.full(len(rows), -NEVER, dtype=np.int32), np.zeros(len(rows))
        for place in np.flatnonzero(np.isin(rows, self.row)):
            day = seen[place]
            mine = (self.row == rows[place]) & (self.placed < day) & (day <= self.released)
            if mine.any():
                until, held = self.until[mine], self.amount[mine]
                last[place] = np.where(until >= day, until, day + OVERRUN - 1).max()
                amount[place] = np.where(np.isnan(held), owed[place], held).sum()
        return last, np.clip(amount / np.maximum(owed, 0.01), 0.0, 1.0)


def on_hold(cases: Cases, last: Days) -> Cases:
    """The cases, none paid before the hold that it is known to be under has ended."""
    return replace(cases, start=np.maximum(cases.start, last + 1).astype(np.int32))


def not_on_hold(cases: Cases) -> Cases:
    """The cases as they would be without their holds."""
    return replace(cases, start=np.maximum(cases.seen, cases.issued))
