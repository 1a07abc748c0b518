"""How others pay, from the whole ledger down to a customer's own group: what customers with little history lean on.

The levels, each mixed with the wider one before it: a shipped prior, the ledger, the segment (currency, terms, country
and industry), those of the segment with the same wording of terms, and customers whose names begin alike: branches of
one firm tend to pay alike.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.days import Days
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.prior import WEIGHT as PRIOR_WEIGHT
from hub.forecasting.prior import prior, terms_bucket
from hub.forecasting.timeline import Rows, Timeline, running_count, running_total
from hub.sdk.forecaster import DELAYS

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]

LEVEL_WEIGHTS = (PRIOR_WEIGHT, 100.0, 30.0, 10.0)
"""Payments that the wider level counts as, at the ledger, the segment, the terms and the group."""
FULL_PAYMENTS = 20
"""So many payments of a customer count whole, the n-th one after that FULL_PAYMENTS / n: few large customers would
otherwise be all that a new one is told of its like."""
SCALE = 64
"""Weights are whole numbers of 1 / SCALE, so that their totals are exact, whatever else is in them."""
SHORTEST_WORD = 3
"""Names whose first word is shorter say nothing of a group."""


@dataclass(frozen=True, slots=True)
class Peers:
    """Per invoice: its bucket of terms, and the code of its peers at each level of LEVEL_WEIGHTS."""

    terms: NDArray[np.int64]
    levels: tuple[Codes, ...]

    @classmethod
    def of(cls, frame: LedgerFrame) -> "Peers":
        """The peers of a frame's invoices."""
        terms = terms_bucket(frame.due - frame.issued)
        places = _codes(zip(frame.country, frame.industry, strict=True), len(frame.customer_id))
        segment = places[frame.customer] * max(len(frame.currencies), 1) + frame.currency
        segment = (segment * len(prior()[0]) + terms).astype(np.int32)
        wording = _codes((str(text).casefold().strip() for text in frame.terms), len(frame))
        within = np.unique(segment.astype(np.int64) * len(frame) + wording, return_inverse=True)[1]
        levels = np.zeros(len(frame), dtype=np.int32), segment, within.astype(np.int32), _groups(frame)[frame.customer]
        return cls(terms, levels)

    def take(self, rows: Rows) -> "Peers":
        """Those of some invoices."""
        return Peers(self.terms[rows], tuple(level[rows] for level in self.levels))


@dataclass(frozen=True, slots=True)
class Owned:
    """Cases that are shown as a new customer's, and the positions of the payments of who owes them."""

    case: Rows
    position: Rows

    @classmethod
    def by_hidden(cls, hidden: NDArray[np.bool_], first: Rows, end: Rows) -> "Owned":
        """Those of the cases marked, whose customers' payments lie from `first` to before `end`."""
        cases = np.flatnonzero(hidden)
        counts = (end - first)[cases]
        begins = np.cumsum(counts) - counts
        position = np.arange(counts.sum()) + np.repeat(first[cases] - begins, counts)
        return cls(np.repeat(cases, counts), position)


class Habits:
    """How peers paid before a day. Positions are those of the payments given: all of a customer's stand together."""

    def __init__(self, peers: Peers, customer: Codes, day: Days, bounded: Floats, bin_: NDArray[np.int64]) -> None:
        order = np.arange(len(customer)) - np.searchsorted(customer, customer)
        self._weight = np.rint(SCALE * np.minimum(1.0, FULL_PAYMENTS / (order + 1.0)))
        self._peers, self._bin, self._own = peers, bin_, running_total(self._weight)
        self._values = np.stack([np.ones(len(day)), bounded, bounded**2, (bounded > 0).astype(np.float64)], axis=1)
        self._levels = [_Totals(level, day, self._weight, self._values, bin_) for level in peers.levels]

    def before(
        self, peers: Peers, day: Days, first: Rows, end: Rows, owned: Owned | None = None
    ) -> tuple[Floats, Floats]:
        """Per row: mean delay, mean square of it and late share; and the share of payments per bin of DELAYS.

        `first` and `end` are the positions of the customer's own payments before the day. What is `owned` is left out:
        a customer that is shown as a new one is no peer of itself.
        """
        _, prior_shares, prior_means = prior()
        shares, means = prior_shares[peers.terms], prior_means[peers.terms]
        for at, weight in enumerate(LEVEL_WEIGHTS):
            sums, bins = self._levels[at].before(peers.levels[at], day)
            if owned is not None:
                own_sums, own_bins = self._of_owned(at, peers, owned)
                sums, bins = sums - own_sums, bins - own_bins
            if at == len(LEVEL_WEIGHTS) - 1:  # nobody is a group by itself, whoever joins it later
                has_others = (sums[:, 0] > self._own[end] - self._own[first])[:, None]
                sums, bins = sums * has_others, bins * has_others
            n = sums[:, :1] / SCALE
            means = (sums[:, 1:] / SCALE + weight * means) / (n + weight)
            shares = (bins / SCALE + weight * shares) / (n + weight)
        return means, shares

    def _of_owned(self, level: int, peers: Peers, owned: Owned) -> tuple[Floats, Floats]:
        group = peers.levels[level][owned.case]
        mine = (group >= 0) & (self._peers.levels[level][owned.position] == group)
        case, position = owned.case[mine], owned.position[mine]
        size = len(peers.terms)
        weight = self._weight[position]
        sums = [np.bincount(case, weights=weight * column, minlength=size) for column in self._values[position].T]
        bins = np.bincount(case * len(DELAYS) + self._bin[position], weights=weight, minlength=size * len(DELAYS))
        return np.stack(sums, axis=1), bins.reshape(size, len(DELAYS)).astype(np.float64)


class _Totals:
    """Running totals of the delays of groups, kept per group and day on which it paid; those of no group left out."""

    def __init__(self, group: Codes, day: Days, weight: Floats, values: Floats, bin_: NDArray[np.int64]) -> None:
        some = np.flatnonzero(group >= 0)
        rows = some[Timeline(group[some], day[some]).rows]
        is_new = np.ones(len(rows), dtype=bool)
        is_new[1:] = (group[rows][1:] != group[rows][:-1]) | (day[rows][1:] != day[rows][:-1])
        cell = np.cumsum(is_new) - 1
        count = int(is_new.sum())
        self._days = Timeline(group[rows][is_new], day[rows][is_new])
        sums = [np.bincount(cell, weights=weight[rows] * column, minlength=count) for column in values[rows].T]
        self._sums = running_total(np.stack(sums, axis=1))
        bins = np.bincount(cell * len(DELAYS) + bin_[rows], weights=weight[rows], minlength=count * len(DELAYS))
        self._bins = running_count(bins.astype(np.int32).reshape(count, len(DELAYS)))

    def before(self, group: Codes, day: Days) -> tuple[Floats, Floats]:
        """Per row: the weighted number of payments, the sums of delay, its square and lateness; the counts per bin."""
        first, end = self._days.start(group), self._days.before(group, day)
        return self._sums[end] - self._sums[first], (self._bins[end] - self._bins[first]).astype(np.float64)


def _codes(texts: Iterable[Hashable], count: int) -> NDArray[np.int64]:
    """A number for each text, the same for the same."""
    known: dict[Hashable, int] = {}
    return np.fromiter((known.setdefault(text, len(known)) for text in texts), dtype=np.int64, count=count)


def _groups(frame: LedgerFrame) -> Codes:
    """Per customer, the code of those whose names begin with the same word; -1 where no other's does."""
    words = []
    for at, (name, customer_id) in enumerate(zip(frame.customer_name, frame.customer_id, strict=True)):
        first = next(iter(str(name).casefold().split()), "") if name != customer_id else ""
        words.append(first if len(first) >= SHORTEST_WORD else at)
    code = _codes(words, len(words))
    shared = np.bincount(code, minlength=1)[code] > 1
    return np.where(shared, code, -1).astype(np.int32)
