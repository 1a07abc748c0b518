"""The figures of docs/accuracy.md: forecasts beside what happened, for all and for slices."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.days import Days
from hub.forecasting.scoring import auc, calibration, weekly_cash_error
from hub.sdk.forecaster import Cases

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Figures = Mapping[str, float | None]

LATE = 30
LARGE_SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What one model says of invoices, one row each. Without `p_late30` the expected delay ranks them."""

    expected: Days
    p_paid_by_due: Floats
    p10: Days
    p50: Days
    p90: Days
    p_late30: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What happened to the invoices that were forecast at the end of `as_of`."""

    paid: Days
    due: Days
    as_of: Days
    amount: Floats

    def take(self, rows: Mask) -> "Truth":
        """Only the invoices marked."""
        return Truth(paid=self.paid[rows], due=self.due[rows], as_of=self.as_of[rows], amount=self.amount[rows])


def figures(truth: Truth, guess: Guess) -> Figures:
    """All figures of one forecast of all its invoices; None where the invoices give no answer."""
    delay, said = truth.paid - truth.due, guess.expected - truth.due
    error = (delay - said).astype(np.float64)
    found: dict[str, float | None] = {
        "n": len(delay),
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "within3": float((np.abs(error) <= 3).mean()),
        "within7": float((np.abs(error) <= 7).mean()),
        "c_index": concordance(delay, said),
        "pinball": pinball(truth.paid, guess),
        "coverage": float(((truth.paid >= guess.p10) & (truth.paid <= guess.p90)).mean()),
        "width": float((guess.p90 - guess.p10).mean()),
        "cash": weekly_cash_error(truth.paid, guess.expected, truth.amount),
    }
    undecided = truth.due >= truth.as_of
    happened, p = (delay <= 0)[undecided], np.clip(guess.p_paid_by_due[undecided], 0.0, 1.0)
    found["auc"] = auc(happened, p) if len(p) else None
    found["brier"] = float(((p - happened) ** 2).mean()) if len(p) else None
    bins = calibration(happened, p) if len(p) else ()
    found["ece"] = sum(abs(each.p_mean - each.share_paid) * each.n for each in bins) / len(p) if len(p) else None
    undecided = truth.as_of - truth.due <= LATE
    rank = said.astype(np.float64) if guess.p_late30 is None else guess.p_late30
    found["auc_late30"] = auc((delay > LATE)[undecided], rank[undecided])
    return found


def concordance(actual: NDArray[np.integer], said: NDArray[np.integer]) -> float | None:
    """The share of pairs of different actual delay that are said in the right order; said equal counts half."""
    rows, columns = actual - actual.min(), said - said.min()
    shape = int(rows.max()) + 1, int(columns.max()) + 1
    count = np.zeros(shape)
    np.add.at(count, (rows, columns), 1.0)
    later = np.zeros(shape)  # per cell, those with a later actual day and the same one said
    later[:-1] = np.cumsum(count[::-1], axis=0)[::-1][1:]
    both_later = np.zeros(shape)
    both_later[:, :-1] = np.cumsum(later[:, ::-1], axis=1)[:, ::-1][:, 1:]
    usable = float((count.sum(axis=1) * later.sum(axis=1)).sum())
    return float((count * (both_later + 0.5 * later)).sum()) / usable if usable else None


def pinball(paid: Days, guess: Guess) -> float:
    """The mean quantile loss, in days, of P10, P50 and P90."""
    losses = []
    for share, day in ((0.1, guess.p10), (0.5, guess.p50), (0.9, guess.p90)):
        over = (paid - day).astype(np.float64)
        losses.append(np.maximum(share * over, (share - 1.0) * over).mean())
    return float(np.mean(losses))


def slices(cases: Cases, cut: int, amount: Floats, is_new: Mask, as_of: Days) -> dict[str, Mask]:
    """Marks of the invoices of each slice; `is_new` marks those of customers without any invoice until `cut`.

    Large is the top decile by amount; the depth of history counts the customer's payments known to the forecast.
    """
    payments = cases.profiles["delay"].sum(axis=1)
    is_open = cases.issued <= cut
    return {
        "all": np.ones(len(cases), dtype=bool),
        "cold customers": is_new,
        "open at the cut": is_open,
        "issued later": ~is_open,
        "large": amount >= np.quantile(amount, 1 - LARGE_SHARE),
        "overdue > 30 d": as_of - cases.due > LATE,
        "0 payments": payments == 0,
        "1–5": (payments >= 1) & (payments <= 5),
        "6–20": (payments >= 6) & (payments <= 20),
        "21+": payments > 20,
    }
