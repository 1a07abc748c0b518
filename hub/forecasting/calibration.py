"""What out-of-time forecasts teach about a backend's curves: how wide its 80 % interval has to be taken."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.curves import day_of
from hub.forecasting.days import Days
from hub.sdk.forecaster import Curves

COVERAGE = 0.82
"""Aimed at on the newest past, to hold 80 % of what comes: the future strays a little from it."""
LEAST_ANSWERS = 100
"""Fewer known outcomes than this do not outweigh the curves' own word."""
_TAILS = np.linspace(0.02, 0.25, 24)


@dataclass(frozen=True, slots=True)
class Calibration:
    """The probabilities at which the ends of the 80 % interval are read off a curve."""

    low: float = 0.1
    high: float = 0.9


def calibrate(curves: Curves, start: Days, paid: Days) -> Calibration:
    """The tails to cut off so that the interval held COVERAGE of these payments.

    Payments bunch on single days, so an interval of nominal tails holds more than it says.
    """
    if len(paid) < LEAST_ANSWERS:
        return Calibration()
    gap = np.array([abs(_coverage(curves, start, paid, tail, tail) - COVERAGE) for tail in _TAILS])
    tail = float(_TAILS[gap.argmin()])
    return Calibration(low=tail, high=1.0 - tail)


def _coverage(curves: Curves, start: Days, paid: Days, below: float, above: float) -> float:
    held: NDArray[np.bool_] = (paid >= day_of(curves, start, below)) & (paid <= day_of(curves, start, 1.0 - above))
    return float(held.mean())
