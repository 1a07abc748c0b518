"""What out-of-time forecasts teach about a backend: how wide its 80 % intervals are to be, what its odds are worth."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.curves import day_of, paid_by
from hub.forecasting.days import Days
from hub.sdk.forecaster import Cases, Curves

Floats = NDArray[np.float64]

COVERAGE = 0.81
"""Aimed at on the newest past, to hold 80 % of what comes: the future strays a little from it."""
LEAST_ANSWERS = 100
"""Fewer known outcomes than this do not outweigh the curves' own word."""
GROUP_WEIGHT = 20.0
"""Answers of all cases that a group's own are mixed with."""
GROUPS = ("overdue", "unknown", "new", "young", "large")
"""Cases whose intervals are learnt apart: overdue, of customers with no, few and some payments, and of large amounts.
The first that fits counts. All others are one group."""
OVERDUE_DAYS, FEW_PAYMENTS, SOME_PAYMENTS, LARGE_SHARE = 14, 5, 20, 0.1
TRUST = 100.0
"""How many answers the curves' own odds count as."""
LEAST_GAIN = 0.03
"""Odds are corrected where that takes at least so much off the Brier score: smaller differences are those of the season
that is looked at, and are gone in the next."""
_TAILS = np.concatenate([[0.002, 0.005, 0.01], np.linspace(0.02, 0.25, 24)])


@dataclass(frozen=True, slots=True)
class Answers:
    """Forecast cases, and the days on which they were paid."""

    cases: Cases
    curves: Curves
    paid: Days

    def take(self, rows: NDArray[np.bool_]) -> "Answers":
        """Only those marked."""
        return Answers(self.cases.take(rows), self.curves.take(rows), self.paid[rows])


@dataclass(frozen=True, slots=True)
class Calibration:
    """The probabilities at which the ends of the 80 % interval are read off a curve, and how its odds are corrected.

    `groups` has those of GROUPS that differ from the others'; an amount whose logarithm is `large_from` or more is
    large. The log odds of payment by due are multiplied by `slope`, and `shift` is added.
    """

    low: float = 0.1
    high: float = 0.9
    groups: dict[str, tuple[float, float]] = field(default_factory=dict)
    large_from: float = np.inf
    slope: float = 1.0
    shift: float = 0.0

    def tails(self, cases: Cases) -> tuple[Floats, Floats]:
        """Per case, the probabilities of both ends of its interval."""
        group = group_of(cases, self.large_from)
        ends = np.array([*(self.groups.get(name, (self.low, self.high)) for name in GROUPS), (self.low, self.high)])
        return ends[group, 0], ends[group, 1]

    def corrected(self, p: Floats) -> Floats:
        """Probabilities of payment by due as past ones of the kind came true; what cannot be any more stays 0."""
        if self.slope == 1.0 and self.shift == 0.0:
            return p
        return np.where(p > 0.0, _sigmoid(self.slope * _log_odds(p) + self.shift), 0.0)


def group_of(cases: Cases, large_from: float) -> NDArray[np.int64]:
    """The position in GROUPS of each case's group; their number where it is in none."""
    payments = cases.profiles["delay"].sum(axis=1)
    fits = (
        cases.start - cases.due > OVERDUE_DAYS,
        payments == 0,
        payments <= FEW_PAYMENTS,
        payments <= SOME_PAYMENTS,
        cases.column("amount_log") >= large_from,
    )
    group: NDArray[np.int64] = np.select(fits, range(len(GROUPS)), len(GROUPS))
    return group


def calibrate(curves: Curves, cases: Cases, paid: Days, as_new: Answers | None = None) -> Calibration:
    """The tails to cut off so that the intervals held COVERAGE of these payments, in each group as far as it is known.

    Payments bunch on single days, so an interval of nominal tails holds more than it says. The odds are corrected by
    what came true of them (Platt) if they were plainly off, with the curves' own word counted as TRUST answers.
    `as_new` are cases shown as a new customer's, from which the intervals of customers without a payment are learnt.
    """
    if len(paid) < LEAST_ANSWERS:
        return Calibration()
    held = np.stack([_held(curves, cases.start, paid, tail) for tail in _TAILS])
    overall = held.mean(axis=1)
    large_from = float(np.quantile(cases.column("amount_log"), 1.0 - LARGE_SHARE))
    group, groups = group_of(cases, large_from), {}
    for at, name in enumerate(GROUPS):
        mine = held[:, group == at]
        if name == "unknown" and as_new is not None:
            theirs = [_held(as_new.curves, as_new.cases.start, as_new.paid, tail) for tail in _TAILS]
            mine = np.concatenate([mine, np.stack(theirs)[:, group_of(as_new.cases, large_from) == at]], axis=1)
        mixed = (mine.sum(axis=1) + GROUP_WEIGHT * overall) / (mine.shape[1] + GROUP_WEIGHT)
        groups[name] = _ends(mixed)
    low, high = _ends(overall)
    undecided = cases.due >= cases.start
    p = paid_by(curves, cases.start, cases.due)[undecided]
    slope, shift = _platt(p, (paid <= cases.due)[undecided])
    return Calibration(low=low, high=high, groups=groups, large_from=large_from, slope=slope, shift=shift)


def _ends(coverage: Floats) -> tuple[float, float]:
    tail = float(_TAILS[np.abs(coverage - COVERAGE).argmin()])
    return tail, 1.0 - tail


def _held(curves: Curves, start: Days, paid: Days, tail: float) -> NDArray[np.bool_]:
    held: NDArray[np.bool_] = (paid >= day_of(curves, start, tail)) & (paid <= day_of(curves, start, 1.0 - tail))
    return held


def _platt(p: Floats, happened: NDArray[np.bool_]) -> tuple[float, float]:
    """The slope and shift of the log odds that fit best what happened, drawn towards 1 and 0."""
    if len(p) < LEAST_ANSWERS:
        return 1.0, 0.0
    rows = np.stack([_log_odds(p), np.ones(len(p))], axis=1)
    at, own = np.array([1.0, 0.0]), np.array([1.0, 0.0])
    for _ in range(25):
        fitted = _sigmoid(rows @ at)
        slope = rows.T @ (happened - fitted) - TRUST * (at - own)
        curvature = (rows * (fitted * (1.0 - fitted))[:, None]).T @ rows + TRUST * np.eye(2)
        at = at + np.clip(np.linalg.solve(curvature, slope), -0.5, 0.5)
    slope_shift = float(np.clip(at[0], 0.3, 2.0)), float(np.clip(at[1], -1.5, 1.5))
    before, after = np.mean((p - happened) ** 2), np.mean((_sigmoid(rows @ np.array(slope_shift)) - happened) ** 2)
    return slope_shift if after < (1.0 - LEAST_GAIN) * before else (1.0, 0.0)


def _log_odds(p: Floats) -> Floats:
    bounded = np.clip(p, 1e-4, 1.0 - 1e-4)
    odds: Floats = np.log(bounded / (1.0 - bounded))
    return odds


def _sigmoid(x: Floats) -> Floats:
    p: Floats = 1.0 / (1.0 + np.exp(-x))
    return p
