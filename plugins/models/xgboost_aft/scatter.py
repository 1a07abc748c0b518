"""How payments scatter around what was expected of them, with those that are still open counted as later."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

OFFSETS = np.array([*range(-45, 46), 52, 60, 75, 90, 120, 180, 365], dtype=np.int32)
"""Days from the expected one at which the scatter is kept."""


def kaplan_meier(error: Floats, paid: NDArray[np.bool_]) -> Floats:
    """The share paid by each of OFFSETS; `error` is days after the expected one, of payment or of the last look."""
    if not paid.any():
        return np.linspace(0.0, 1.0, len(OFFSETS))
    days, at = np.unique(np.ceil(error).astype(np.int64), return_inverse=True)
    events = np.bincount(at, weights=paid.astype(np.float64), minlength=len(days))
    at_risk = np.bincount(at, minlength=len(days))[::-1].cumsum()[::-1]
    survival = np.cumprod(1.0 - events / at_risk)
    position = np.searchsorted(days, OFFSETS, side="right") - 1
    shares = np.where(position >= 0, 1.0 - survival[np.maximum(position, 0)], 0.0)
    # Whoever has not paid by then is nobody to learn from: in the end all is paid.
    shares[-1] = 1.0
    return np.maximum.accumulate(shares)


def spread_groups(spread: NDArray[np.float32], edges: Floats) -> NDArray[np.int64]:
    """Which scatter each case has, by how much its customer's payments vary."""
    return np.searchsorted(edges, spread, side="right")
