"""What the hazard looks at: one row per case and piece of time, the case's features beside those of the day."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hub.sdk.forecaster import DELAYS, Cases, Floats
from plugins.models.xgboost_hazard.grid import Days, Grid

PRIOR = 3.0
"""Payments of the ledger that a customer's own habits are mixed with."""

DAY_FEATURES = (
    "delay",
    "width",
    "delay_vs_median",
    "delay_vs_last10",
    "age",
    "ahead",
    "weekday",
    "monthday",
    "to_month_end",
    "own_hazard",
    "own_hazard_around",
    "own_hazard_known",
    "own_paid_before",
    "ledger_hazard",
    "weekday_share",
    "monthday_share",
    "since_run",
    "since_run_in_week",
    "run_phase",
    "shut_before",
)


@dataclass(frozen=True, slots=True)
class LedgerHabits:
    """How the ledger's customers pay as a whole: the hazard per bin of DELAYS, the share of payments per weekday."""

    hazard: Floats
    weekday_share: Floats

    @classmethod
    def learn(cls, paid_on: Days, due: Days) -> "LedgerHabits":
        """The habits in these payments."""
        counts = np.bincount(_delay_bin(paid_on - due), minlength=len(DELAYS))
        weekdays = np.bincount((paid_on + 3) % 7, minlength=7)
        hazard = (counts + 0.1) / (_from_end(counts[None, :])[0] + 1.0)
        return cls(hazard.astype(np.float32), (weekdays / max(weekdays.sum(), 1)).astype(np.float32))


@dataclass(frozen=True, slots=True)
class Habits:
    """Per case, what is read off the customer's profiles once and then looked up day by day."""

    counts: Floats
    at_risk: Floats
    weekday_share: Floats
    monthday_share: Floats
    ledger: LedgerHabits

    @classmethod
    def of(cls, profiles: Mapping[str, Floats], ledger: LedgerHabits) -> "Habits":
        """The habits in the customers' profiles, mixed with the ledger's."""
        weekdays, monthdays = profiles["weekday"], profiles["monthday"]
        near = monthdays + np.roll(monthdays, 1, axis=1) + np.roll(monthdays, -1, axis=1)
        return cls(
            counts=profiles["delay"],
            at_risk=_from_end(profiles["delay"]),
            weekday_share=(weekdays + PRIOR * ledger.weekday_share) / (weekdays.sum(axis=1, keepdims=True) + PRIOR),
            monthday_share=(near + 0.6) / (monthdays.sum(axis=1, keepdims=True) + 6.0),
            ledger=ledger,
        )


def hazard_rows(
    cases: Cases, habits: Habits, grid: Grid, first_open: Days, case: NDArray[np.int64], piece: NDArray[np.int64]
) -> Floats:
    """Features of the pieces `piece` of the cases `case`: DAY_FEATURES, then those of the case.

    A piece is looked at on `first_open`, its first open day.
    """
    day = first_open[case, piece]
    delay = day - cases.due[case]
    at = _delay_bin(delay)
    before, after = np.maximum(at - 1, 0), np.minimum(at + 1, len(DELAYS) - 1)
    weekday = (day + 3) % 7
    monthday, to_month_end = _place_in_month(day)
    column = {name: cases.values[:, index] for index, name in enumerate(cases.names)}
    counts, at_risk, ledger = habits.counts, habits.at_risk, habits.ledger.hazard
    total = np.maximum(at_risk[:, 0], 1.0)
    since_run = day - cases.seen[case] + cases.profiles["last_run"][case, 0]
    gap = np.maximum(column["payment_gap_mean"][case], 1.0)

    rows = np.empty((len(case), len(DAY_FEATURES) + len(cases.names)), dtype=np.float32)
    for index, values in enumerate(
        (
            delay,
            grid.open_days[case, piece],
            delay - column["delay_median"][case],
            delay - column["delay_last10"][case],
            day - cases.issued[case],
            np.minimum(day - cases.seen[case], 120),
            weekday,
            monthday,
            to_month_end,
            (counts[case, at] + PRIOR * ledger[at]) / (at_risk[case, at] + PRIOR),
            (
                counts[case, before]
                + counts[case, at]
                + counts[case, after]
                + PRIOR * (ledger[before] + ledger[at] + ledger[after])
            )
            / (at_risk[case, before] + PRIOR),
            at_risk[case, at] / (at_risk[case, at] + 5.0),
            1.0 - at_risk[case, at] / total[case],
            ledger[at],
            habits.weekday_share[case, weekday],
            habits.monthday_share[case, monthday],
            np.minimum(since_run, 60),
            np.mod(since_run, 7),
            np.mod(since_run, gap) / gap,
            grid.shut_before[case, piece],
        )
    ):
        rows[:, index] = values
    rows[:, len(DAY_FEATURES) :] = cases.values[case]
    return rows


def _delay_bin(delay: Days) -> NDArray[np.int64]:
    return np.maximum(np.searchsorted(DELAYS, delay, side="right") - 1, 0)


def _from_end(counts: NDArray[np.generic]) -> NDArray[np.generic]:
    """Per bin, what is in it or in a later one."""
    return np.cumsum(counts[:, ::-1], axis=1)[:, ::-1]


def _place_in_month(day: Days) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Days since the month's first, and days until its last."""
    date = day.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    since_first = (date - month.astype("datetime64[D]")).astype(np.int64)
    length = ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.int64)
    return since_first, length - 1 - since_first
