"""Whether a model still sees what it learnt from: how far the input has shifted, and the errors. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.days import Days
from hub.forecasting.features import build_cases
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.history import History
from hub.forecasting.settlement import Outcome

Floats = NDArray[np.float64]

PROFILED_DAYS = 120
"""A distribution is of the newest invoices that a model learnt from, not of its customers' beginnings."""
USUAL_TIMES = 2.0
"""A shift counts from so many times the one that was usual: where few customers have most invoices, their habits move
much of any distribution from month to month, and always did."""
GROWING = frozenset({"familiarity", "open_vs_paid"})
"""Features that move by themselves while customers are getting known: their shift says nothing."""
MOST_INVOICES = 20_000
"""Invoices that a distribution is taken of at most: the features of so many cost a second."""
LEAST_INVOICES = 200
BINS = 10
SHIFTED = 0.25
"""Population stability index from which a distribution is usually said to have shifted."""
SHIFTED_FEATURES = 3
"""So many features have to have shifted: with one alone, of two dozen, a busy month is a false alarm."""
ERROR_GROWTH = 1.25
"""Live errors beyond so many times the backtest's, both over the customer median's on the same invoices."""
LEAST_SCORED = 100
WORSE, SURE_WORSE = 0.02, 0.95
"""A model that is worse than the customer median by so much, in so many of the draws of customers, is replaced."""
DRAWS = 400


def profile(known: LedgerFrame) -> dict[str, Any] | None:
    """How each feature was distributed over a frame's newest invoices, as each was on its day of issue.

    Deciles, the shares that fall between them, the unknown ones last, and the usual shift: that of the newer half from
    the older. None where there are too few invoices.
    """
    middle = known.day - PROFILED_DAYS // 2
    whole, older, newer = (
        _fresh(known, known.day - PROFILED_DAYS),
        _fresh(known, known.day - PROFILED_DAYS, middle),
        _fresh(known, middle),
    )
    if whole is None:
        return None
    found = _distribution(*whole)
    if older is not None and newer is not None:
        found["usual"] = _shift(_distribution(*older), *newer)
    return found


def input_shift(then: Mapping[str, Any] | None, known: LedgerFrame, since: int) -> dict[str, Any] | None:
    """The population stability index of every feature: training against the invoices issued after `since`.

    What chance alone brings is taken off. None where either side has too few invoices, or features have changed.
    """
    values = _fresh(known, since)
    if then is None or values is None or set(values[0]) != set(then["shares"]):
        return None
    index = _shift(then, *values)
    usual = then.get("usual", {})
    shifted = [
        name
        for name, value in sorted(index.items(), key=lambda each: (-each[1], each[0]))
        if value >= max(SHIFTED, USUAL_TIMES * usual.get(name, 0.0)) and name not in GROWING
    ]
    return {
        "n": len(values[1]),
        "psi": index,
        "mean": round(float(np.mean(list(index.values()))), 4),
        "shifted": shifted,
        "alarm": len(shifted) >= SHIFTED_FEATURES,
    }


def _distribution(names: tuple[str, ...], table: NDArray[np.floating[Any]]) -> dict[str, Any]:
    edges = {name: _edges(table[:, at]) for at, name in enumerate(names)}
    return {
        "n": len(table),
        "edges": {name: cuts.tolist() for name, cuts in edges.items()},
        "shares": {name: shares(table[:, at], edges[name]).tolist() for at, name in enumerate(names)},
    }


def _shift(then: Mapping[str, Any], names: tuple[str, ...], table: NDArray[np.floating[Any]]) -> dict[str, float]:
    chance = BINS * (1.0 / then["n"] + 1.0 / len(table))
    index = {}
    for at, name in enumerate(names):
        now = shares(table[:, at], np.array(then["edges"][name]))
        index[name] = round(max(0.0, stability(np.array(then["shares"][name]), now) - chance), 4)
    return index


def stability(expected: Floats, actual: Floats) -> float:
    """The population stability index of two distributions over the same bins; 0 where they are equal."""
    p, q = np.maximum(expected, 1e-4), np.maximum(actual, 1e-4)
    return float(((q - p) * np.log(q / p)).sum())


def shares(values: NDArray[np.floating[Any]], edges: Floats) -> Floats:
    """The shares of values between the edges, and last that of the unknown ones."""
    known = values[~np.isnan(values)]
    counts = np.bincount(np.searchsorted(edges, known, side="right"), minlength=len(edges) + 1)
    every: Floats = np.append(counts, len(values) - len(known)) / max(len(values), 1)
    return every


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """Live forecasts once their truth is known, one entry each: errors of days, the customer median's beside them."""

    error: Floats
    naive_error: Floats
    customer: NDArray[np.int32]


def error_shift(live: Verdicts, backtest_ratio: float | None) -> dict[str, Any] | None:
    """Live errors over the customer median's, beside the same ratio in the model's backtest; None for too few.

    `p_worse` is the share of draws of the customers in which the model is worse than the customer median.
    """
    if len(live.error) < LEAST_SCORED:
        return None
    ratio = float(live.error.mean() / max(live.naive_error.mean(), 1e-9))
    _, of = np.unique(live.customer, return_inverse=True)
    loss = np.bincount(of, weights=live.error - live.naive_error)
    rng = np.random.default_rng(0)
    p_worse = sum(float(rng.poisson(1.0, len(loss)) @ loss) > 0 for _ in range(DRAWS)) / DRAWS
    return {
        "n": len(live.error),
        "mae": round(float(live.error.mean()), 3),
        "mae_naive": round(float(live.naive_error.mean()), 3),
        "ratio": round(ratio, 4),
        "backtest_ratio": None if backtest_ratio is None else round(backtest_ratio, 4),
        "p_worse": p_worse,
        "worse_than_naive": ratio >= 1.0 + WORSE and p_worse >= SURE_WORSE,
        "alarm": backtest_ratio is not None and ratio > ERROR_GROWTH * backtest_ratio,
    }


def alarms(shift: Mapping[str, Any] | None, error: Mapping[str, Any] | None) -> list[str]:
    """What is wrong, a sentence each; empty where nothing is."""
    found = []
    if shift and shift["alarm"]:
        found.append(
            "The invoices of late differ from those the model learnt from: "
            f"{', '.join(shift['shifted'][:5])} have shifted."
        )
    if error and error["worse_than_naive"]:
        found.append(
            f"Forecasts were {error['mae']:.1f} days off of late, each customer's own median {error['mae_naive']:.1f}: "
            "the model is worse than that."
        )
    elif error and error["alarm"]:
        found.append(
            f"Forecasts were {error['mae']:.1f} days off of late: {100 * error['ratio']:.0f} % of what each customer's "
            f"own median was, after {100 * error['backtest_ratio']:.0f} % in the backtest."
        )
    return found


def _fresh(
    known: LedgerFrame, since: int, until: int | None = None
) -> tuple[tuple[str, ...], NDArray[np.floating[Any]]] | None:
    rows = np.flatnonzero(
        (known.issued > since)
        & (known.issued <= (known.day if until is None else until))
        & ~known.draft
        & (known.outcome != Outcome.VOID)
    )
    if len(rows) < LEAST_INVOICES:
        return None
    if len(rows) > MOST_INVOICES:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST_INVOICES, replace=False))
    seen: Days = known.issued[rows]
    cases = build_cases(History(known), rows, seen)
    return cases.names, cases.values


def _edges(values: NDArray[np.floating[Any]]) -> Floats:
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return np.zeros(0)
    return np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])).astype(np.float64)
