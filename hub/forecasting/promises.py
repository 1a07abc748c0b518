"""Promises of payment in forecasts: a promise makes its day likelier, by as much as the customer's word is worth.

The curve of a promised invoice is k x (payment about the promised day) + (1 - k) x (what the model says). k is the
share of the customer's promises that were kept, shrunk to that of all customers, which is shrunk to an assumption. Each
case sees the promises, and what had become of them, as they were known before its day.
"""

from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hub.forecasting.curves import paid_by
from hub.forecasting.days import Days
from hub.forecasting.timeline import Rows
from hub.sdk.forecaster import Cases, Curves, Floats

ASSUMED = 0.6
"""The share of promises that are kept, before anything is known: an assumption."""
ASSUMED_COUNTS, ALL_COUNT = 5.0, 4.0
"""The assumption counts as so many promises of all customers, and all customers' as so many of one's own."""
EARLY = 1
"""Days before the promised one on which its payment may come in."""
LATELY = 30
PROFILE = "promise"
"""The profile of a case that has what is promised: chance, first day, promised day, last day, kept, ended."""
_WIDTH = 6


def _no_days() -> Days:
    return np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Promises:
    """Promises of a frame's invoices, one row each; most invoices have none.

    `row` indexes the invoices. One that was `made` on a day and `settled` on another (NEVER where it is open) is known
    from the end of the first to the end of the day before the second. `promised` is the day by which `amount`, in the
    invoice's currency, is paid; `until` the last on which a payment keeps it. `kept` is how far it was: 1, 0, or a half
    for a part of it; NaN where its end says nothing.
    """

    row: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    made: Days = field(default_factory=_no_days)
    settled: Days = field(default_factory=_no_days)
    promised: Days = field(default_factory=_no_days)
    until: Days = field(default_factory=_no_days)
    amount: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    kept: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def of_columns(
        cls,
        row: ArrayLike,
        made: ArrayLike,
        settled: ArrayLike,
        promised: ArrayLike,
        until: ArrayLike,
        amount: ArrayLike,
        kept: ArrayLike,
    ) -> "Promises":
        """Promises from plain columns; `kept` of None says nothing."""
        return cls(
            row=np.asarray(row, dtype=np.int64),
            made=np.asarray(made, dtype=np.int32),
            settled=np.asarray(settled, dtype=np.int32),
            promised=np.asarray(promised, dtype=np.int32),
            until=np.asarray(until, dtype=np.int32),
            amount=np.asarray(amount, dtype=np.float64),
            kept=np.asarray(kept, dtype=np.float64),
        )

    def of(self, keep: NDArray[np.bool_]) -> "Promises":
        """The promises of the invoices kept, counted by their new rows."""
        kept = Promises(*(getattr(self, item.name)[keep[self.row]] for item in fields(self)))
        return replace(kept, row=(np.cumsum(keep) - 1)[kept.row])

    def open_share(self, rows: Rows, seen: Days, owed: NDArray[np.float64]) -> NDArray[np.float64]:
        """Per invoice of `rows` the share of what is `owed` of it that is promised, as known before its day `seen`.

        Only for days that are still to come.
        """
        share = np.zeros(len(rows))
        for place in np.flatnonzero(np.isin(rows, self.row)):
            at = self._standing(int(rows[place]), int(seen[place]))
            if at is not None and self.until[at] >= seen[place]:
                share[place] = min(self.amount[at] / max(owed[place], 0.01), 1.0)
        return share

    def broken_lately(self, customer: NDArray[np.int32], is_open: NDArray[np.bool_], day: int) -> NDArray[np.int64]:
        """Per customer how many promises of invoices that are still open were not kept, or not all, in LATELY days.

        `customer` and `is_open` are of all the frame's invoices; counted are those known at the end of `day`.
        """
        mine = (self.settled <= day) & (self.settled > day - LATELY) & (self.kept < 1.0) & is_open[self.row]
        counts: NDArray[np.int64] = np.bincount(customer[self.row[mine]], minlength=int(customer.max(initial=-1)) + 1)
        return counts

    def profile(
        self, rows: Rows, seen: Days, start: Days, owed: NDArray[np.float64], customer: NDArray[np.int32]
    ) -> Floats | None:
        """What PROFILE has of each invoice of `rows`, as known before its day `seen`; None where there are no promises.

        `start` is the first day on which each may be paid, `customer` is of all the frame's invoices. Where all of the
        promised days have passed, or nothing was promised, the chance is 0.
        """
        if len(self.row) == 0:
            return None
        found = np.zeros((len(rows), _WIDTH), dtype=np.float32)
        for place in np.flatnonzero(np.isin(rows, self.row)):
            row, day = int(rows[place]), int(seen[place])
            at = self._standing(row, day)
            if at is None or self.until[at] < start[place]:
                continue
            kept, ended = self._kept(customer, int(customer[row]), day)
            all_kept, all_ended = self._kept(customer, None, day)
            of_all = (all_kept + ASSUMED_COUNTS * ASSUMED) / (all_ended + ASSUMED_COUNTS)
            chance = (kept + ALL_COUNT * of_all) / (ended + ALL_COUNT)
            # A promise whose days have begun to pass without a payment is believed less and less.
            first = int(self.promised[at]) - EARLY
            begun = max(int(start[place]), first)
            left = (self.until[at] - begun + 1) / (self.until[at] - first + 1)
            chance = chance * left / (chance * left + 1.0 - chance)
            share = min(self.amount[at] / max(owed[place], 0.01), 1.0)
            found[place] = (chance * share, begun, self.promised[at], self.until[at], kept, ended)
        return found

    def _standing(self, row: int, day: int) -> int | None:
        """The newest promise of an invoice that was open at the end of the day before `day`."""
        mine = np.flatnonzero((self.row == row) & (self.made < day) & (day <= self.settled))
        return int(mine[-1]) if len(mine) else None

    def _kept(self, customer: NDArray[np.int32], only: int | None, day: int) -> tuple[float, int]:
        """How much was kept of how many promises that had ended before `day`: of a customer, or of all."""
        known = (self.settled < day) & ~np.isnan(self.kept)
        if only is not None:
            known &= customer[self.row] == only
        return float(self.kept[known].sum()), int(known.sum())


def promised(cases: Cases, profile: Floats | None) -> Cases:
    """The cases with what is promised of them."""
    return cases if profile is None else replace(cases, profiles={**cases.profiles, PROFILE: profile})


def without_promises(cases: Cases) -> Cases:
    """The cases as a backend knows them."""
    return replace(cases, profiles={name: each for name, each in cases.profiles.items() if name != PROFILE})


def mixed(curves: Curves, cases: Cases) -> Curves:
    """The curves of cases with what is promised of them mixed in; all have two more days than before."""
    profile = cases.profiles.get(PROFILE)
    if profile is None:
        return curves
    start = np.asarray(cases.start, dtype=np.int32)
    chance = profile[:, 0].astype(np.float64)
    # Where nothing is promised, two days are added at which nothing happens: before the first.
    before = np.minimum(start - 1, curves.ends[:, 0]).astype(np.int32)
    begin = np.where(chance > 0, profile[:, 1].astype(np.int32) - 1, before)
    end = np.where(chance > 0, profile[:, 3].astype(np.int32), before)
    added = np.stack([begin, end], axis=1).astype(np.int32)
    model = np.stack([paid_by(curves, start, each) for each in (begin, end)], axis=1)
    ends = np.concatenate([added, curves.ends], axis=1)
    known = np.concatenate([model, curves.paid_by.astype(np.float64)], axis=1)
    order = np.argsort(ends, axis=1, kind="stable")
    ends, known = np.take_along_axis(ends, order, axis=1), np.take_along_axis(known, order, axis=1)
    by_promise = np.clip((ends - begin[:, None]) / np.maximum(end - begin, 1)[:, None], 0.0, 1.0)
    mix = chance[:, None] * by_promise + (1.0 - chance[:, None]) * known
    return Curves(ends=ends.astype(np.int32), paid_by=np.maximum.accumulate(mix, axis=1).astype(np.float32))


def sentence(profile: Floats, promised_on: str) -> str:
    """One case's promise in words, for the row of its profile; what is known of the customer's promises beside it."""
    kept, ended = float(profile[4]), round(float(profile[5]))
    if ended == 0:
        return f"Payment is promised by {promised_on}; no promise of this customer has come due before"
    many = "promise" if ended == 1 else "promises"
    return f"Payment is promised by {promised_on}; this customer has kept {kept:g} of {ended} {many}"
