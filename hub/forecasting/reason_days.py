"""What contributions are worth in days: the same signs, the same order, and together the distance from a typical case.

A backend says what moved a forecast in its own unit; its contributions are less those of a typical case, so that all of
them together are what makes this case differ from that. Log odds of being paid on a day are turned into days by reading
the case's own curve once more with all of them taken away, and sharing out the difference in proportion: for a path
straight from the typical case to this one that is what integrated gradients give.
"""

import numpy as np
from numpy.typing import NDArray

from hub.sdk.forecaster import Cases, Contributions, Curves

Floats = NDArray[np.float64]

FARTHEST = 120
"""Days after due (or after the first day left) at which the expected day counts all that is still unpaid as paid."""
_LITTLE = 0.05
"""Log odds below which the slope of the expected day is taken in place of a difference."""


def in_days(found: Contributions, cases: Cases, curves: Curves) -> Floats:
    """Each contribution in days, positive towards later payment.

    Those of a row add up to the expected day of its curve less that of the curve without them.
    """
    values = found.values.astype(np.float64)
    if found.unit == "days":
        return values
    total = values.sum(axis=1)
    step = np.where(np.abs(total) < _LITTLE, _LITTLE, total)
    moved = expected_day(cases, curves, np.zeros(len(total))) - expected_day(cases, curves, step)
    return values * (moved / step)[:, None]


def expected_day(cases: Cases, curves: Curves, log_odds: Floats) -> Floats:
    """Per case the mean day of payment, when payment on each piece of the curve is likelier by so much log odds."""
    first = np.concatenate([cases.start[:, None] - 1, curves.ends[:, :-1]], axis=1)
    last = np.maximum(cases.due, cases.start).astype(np.float64) + FARTHEST
    middle = np.minimum((np.maximum(first, cases.start[:, None] - 1) + 1 + curves.ends) / 2, last[:, None])
    unpaid = 1.0 - np.concatenate([np.zeros((len(cases), 1)), curves.paid_by[:, :-1]], axis=1)
    hazard = np.clip(np.diff(curves.paid_by, axis=1, prepend=0.0) / np.maximum(unpaid, 1e-9), 0.0, 1.0)
    # p' = p e / (1 - p + p e): what cannot be stays impossible, and what is certain stays certain.
    odds = np.exp(np.clip(log_odds, -20, 20))[:, None]
    shifted = hazard * odds / (1.0 - hazard + hazard * odds)
    left = np.cumprod(1.0 - shifted, axis=1)
    paid = -np.diff(left, axis=1, prepend=1.0)
    mean: Floats = (paid * middle).sum(axis=1) + left[:, -1] * last
    return mean
