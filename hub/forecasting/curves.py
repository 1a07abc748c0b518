"""Reading payment curves: how likely it is by a day, and by which day it is so likely."""

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.days import Days
from hub.sdk.forecaster import Curves

Floats = NDArray[np.float64]


def paid_by(curves: Curves, start: Days, day: Days) -> Floats:
    """Per row, the probability of being paid by the end of its `day`; 0 before its `start`."""
    piece = (curves.ends < day[:, None]).sum(axis=1)
    beyond = piece == curves.ends.shape[1]
    first, last, low, high = _piece(curves, start, np.minimum(piece, curves.ends.shape[1] - 1))
    share = (day - first) / np.maximum(last - first, 1)
    inside = low + np.clip(share, 0.0, 1.0) * (high - low)
    return np.where(day < start, 0.0, np.where(beyond, high, inside))


def day_of(curves: Curves, start: Days, probability: Floats | float) -> Days:
    """Per row, the first day by whose end it is paid with this probability; the curve's last day if none is."""
    wanted = np.broadcast_to(np.asarray(probability, dtype=np.float64), (len(start),))
    # float32 curves: what falls short by rounding only has reached the probability.
    piece = (curves.paid_by < wanted[:, None] - 1e-6).sum(axis=1)
    first, last, low, high = _piece(curves, start, np.minimum(piece, curves.ends.shape[1] - 1))
    share = np.clip((wanted - low) / np.maximum(high - low, 1e-9), 0.0, 1.0)
    day = first + np.ceil(share * (last - first) - 1e-4)
    return np.clip(day, first + 1, np.maximum(last, first + 1)).astype(np.int32)


def _piece(curves: Curves, start: Days, piece: NDArray[np.int64]) -> tuple[Days, Days, Floats, Floats]:
    """The day before each row's piece, its last day, and the probabilities at the end of both."""
    row, before = np.arange(len(start)), np.maximum(piece - 1, 0)
    is_first = piece == 0
    first = np.where(is_first, start - 1, np.maximum(curves.ends[row, before], start - 1))
    low = np.where(is_first, 0.0, curves.paid_by[row, before])
    return first, curves.ends[row, piece], low, curves.paid_by[row, piece].astype(np.float64)
