"""How businesses pay in general, shipped as prior.json: what a ledger's own payments are mixed with while they are few.

Aggregates only, in round figures; a tenant's own payments outweigh them within a few weeks.
"""

import json
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.days import Days
from hub.sdk.forecaster import DELAYS

Floats = NDArray[np.float64]

WEIGHT = 5.0
"""Payments of a ledger that the prior counts as."""


FEW_PAYMENTS = 30
"""With fewer payments known in a ledger than this, the prior still shows."""


def leaning(payments: int) -> str:
    """A sentence for people on what a forecast from so few payments leans on; empty where they are not so few."""
    if payments >= FEW_PAYMENTS:
        return ""
    return (
        f" With {payments} payment{'s' if payments > 1 else ''} known, it leans on how businesses pay in general, and"
        " its ranges are wide."
    )


@cache
def prior() -> tuple[Days, Floats, Floats]:
    """By bucket of terms: the longest terms in it, the shares per bin of DELAYS, and the mean, mean square and late
    share of the delays."""
    stated = json.loads(Path(__file__).with_name("prior.json").read_text(encoding="utf-8"))
    days = np.arange(-60, 121)
    at = np.maximum(np.searchsorted(DELAYS, days, side="right") - 1, 0)
    longest, shares, means = [], [], []
    for bucket in stated["terms"]:
        by_day = np.diff(np.interp(days, bucket["delays"], stated["shares"]), prepend=0.0)
        longest.append(bucket["up_to"])
        shares.append(np.bincount(at, weights=by_day, minlength=len(DELAYS)))
        means.append([(by_day * days).sum(), (by_day * days**2).sum(), by_day[days > 0].sum()])
    return np.array(longest, dtype=np.int32), np.array(shares), np.array(means)


def terms_bucket(terms_days: Days) -> NDArray[np.int64]:
    """The bucket of terms that so many days to pay fall in."""
    longest, _, _ = prior()
    return np.minimum(np.searchsorted(longest, terms_days), len(longest) - 1)
