"""How good forecasts were, once it is known what happened. The measures of docs/accuracy.md."""

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.days import Days, monday_of
from hub.forecasting.results import CalibrationBin, Scores

Floats = NDArray[np.float64]
BINS = 10


def score(
    *,
    paid: Days,
    due: Days,
    amount: Floats,
    as_of: Days,
    expected: Days,
    p_paid_by_due: Floats | None = None,
    p10: Days | None = None,
    p90: Days | None = None,
) -> Scores:
    """Scores of forecasts made on `as_of` for invoices paid on `paid`; what was past due by then has no p to score."""
    if len(paid) == 0:
        return Scores(n=0, mae=np.nan, within3=np.nan, **dict.fromkeys(_OPTIONAL))
    error = np.abs(paid - expected)
    found: dict[str, float | None] = dict.fromkeys(_OPTIONAL)
    undecided = due > as_of
    if p_paid_by_due is not None and undecided.any():
        happened, p = (paid <= due)[undecided], p_paid_by_due[undecided]
        found["auc"] = auc(happened, p)
        found["brier"] = float(np.mean((p - happened) ** 2))
        found["ece"] = float(sum(abs(b.p_mean - b.share_paid) * b.n for b in calibration(happened, p)) / len(p))
    if p10 is not None and p90 is not None:
        found["coverage"] = float(np.mean((paid >= p10) & (paid <= p90)))
        found["width"] = float(np.mean(p90 - p10))
    found["weekly_cash_error"] = weekly_cash_error(paid, expected, amount)
    return Scores(n=len(paid), mae=float(error.mean()), within3=float(np.mean(error <= 3)), **found)


_OPTIONAL = ("auc", "brier", "ece", "coverage", "width", "weekly_cash_error")


def auc(happened: NDArray[np.bool_], p: Floats) -> float | None:
    """The probability that what happened was given the higher p than what did not; None if all or nothing happened."""
    _, rank_of, count = np.unique(p, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[rank_of]
    yes, no = int(happened.sum()), int((~happened).sum())
    return float((rank[happened].sum() - yes * (yes + 1) / 2) / (yes * no)) if yes and no else None


def calibration(happened: NDArray[np.bool_], p: Floats) -> tuple[CalibrationBin, ...]:
    """Ten bins of p, the empty ones left out."""
    at = np.minimum((p * BINS).astype(int), BINS - 1)
    return tuple(
        CalibrationBin(n=int(mine.sum()), p_mean=float(p[mine].mean()), share_paid=float(happened[mine].mean()))
        for mine in (at == k for k in range(BINS))
        if mine.any()
    )


def weekly_cash_error(paid: Days, expected: Days, amount: Floats) -> float | None:
    """The sum of |actual - forecast| per calendar week over the sum of actual; None where nothing was paid."""
    weeks, at = np.unique(np.concatenate([monday_of(paid), monday_of(expected)]), return_inverse=True)
    actual = np.bincount(at[: len(paid)], weights=amount, minlength=len(weeks))
    forecast = np.bincount(at[len(paid) :], weights=amount, minlength=len(weeks))
    return float(np.abs(actual - forecast).sum() / actual.sum()) if actual.sum() > 0 else None
