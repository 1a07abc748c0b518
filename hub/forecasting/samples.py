"""Which invoices a model learns from, and from what distance each of them is seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.days import Days
from hub.forecasting.features import build_cases
from hub.forecasting.history import History
from hub.forecasting.settlement import Outcome
from hub.forecasting.timeline import Rows
from hub.sdk.forecaster import Cases, Observed

LONGEST_LOOK_AHEAD = 75
"""Days before its issue from which an invoice is seen at most."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Cases and what became of them; `rows` are those of the frame."""

    rows: Rows
    cases: Cases
    observed: Observed


def training_sample(history: History, *, look_ahead_share: float = 0.5, seed: int = 0) -> Sample:
    """Every invoice of the frame that was watched for at least a day, the open ones as censored.

    `look_ahead_share` of them are not seen on the day of issue, but from up to LONGEST_LOOK_AHEAD days before: a model
    fitted on fresh histories only is too sure of itself when it forecasts invoices that are yet to be issued.
    """
    frame, rng = history.frame, np.random.default_rng(seed)
    watched = (frame.issued <= frame.day) & ~frame.draft & (frame.outcome != Outcome.VOID)
    rows = np.flatnonzero(watched)
    look_ahead = rng.integers(0, LONGEST_LOOK_AHEAD, len(rows)) * (rng.random(len(rows)) < look_ahead_share)
    seen = (frame.issued[rows] - look_ahead).astype(np.int32)
    observed = observe(history, rows)
    useful = observed.last >= frame.issued[rows]
    rows, observed = rows[useful], Observed(last=observed.last[useful], paid=observed.paid[useful])
    return Sample(rows, build_cases(history, rows, seen[useful]), observed)


def observe(history: History, rows: Rows) -> Observed:
    """What became of the invoices `rows` by the day of the history's frame."""
    frame = history.frame
    paid: NDArray[np.bool_] = frame.outcome[rows] == Outcome.PAID
    # Closed without a payment: up to the day before, it was seen unpaid.
    seen_unpaid: Days = np.minimum(frame.day, frame.closed[rows] - 1)
    return Observed(last=np.where(paid, frame.closed[rows], seen_unpaid).astype(np.int32), paid=paid)
