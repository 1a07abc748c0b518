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
HIDDEN, MOST_HIDDEN = 60, 0.25
"""Cases of each customer, on average, that are shown once more as a new customer's, and the largest share of them."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Cases and what became of them; `rows` are those of the frame."""

    rows: Rows
    cases: Cases
    observed: Observed


def fresh_sample(history: History) -> Sample:
    """Every invoice of the frame that was watched for at least a day, seen on its day of issue."""
    rows, observed = _watched(history)
    return Sample(rows, build_cases(history, rows, history.frame.issued[rows]), observed)


def training_sample(history: History, *, seed: int = 0) -> Sample:
    """Every invoice of the frame that was watched for at least a day, from the distances it is later forecast from.

    Half of them are seen on the day of issue, the others from up to LONGEST_LOOK_AHEAD days before: a model fitted on
    fresh histories only is too sure of itself when it forecasts invoices that are yet to be issued. Each is seen once
    more on some later day on which it was still open, as the open book is. The open ones count as censored. Some are
    shown again as a new customer's, so that new customers are not taken for those the ledger began with.
    """
    rng = np.random.default_rng(seed)
    rows, observed = _watched(history)
    issued = history.frame.issued[rows]
    ahead = rng.integers(0, LONGEST_LOOK_AHEAD, len(rows)) * (rng.random(len(rows)) < 0.5)
    later = issued + 1 + np.floor(rng.random(len(rows)) * (observed.last - issued)).astype(np.int64)
    again = np.flatnonzero(observed.last > issued)
    both = np.concatenate([np.arange(len(rows)), again])
    seen = np.concatenate([issued - ahead, later[again]]).astype(np.int32)
    customer = history.frame.customer[rows[both]]
    as_new = rng.random(len(both)) < np.minimum(MOST_HIDDEN, HIDDEN / np.bincount(customer)[customer])
    hidden = np.repeat([False, True], [len(both), as_new.sum()])
    both, seen = np.concatenate([both, both[as_new]]), np.concatenate([seen, seen[as_new]])
    return Sample(
        rows[both],
        build_cases(history, rows[both], seen, hidden),
        Observed(last=observed.last[both], paid=observed.paid[both]),
    )


def _watched(history: History) -> tuple[Rows, Observed]:
    frame = history.frame
    rows = np.flatnonzero((frame.issued <= frame.day) & ~frame.draft & (frame.outcome != Outcome.VOID))
    observed = observe(history, rows)
    useful = observed.last >= frame.issued[rows]
    return rows[useful], Observed(last=observed.last[useful], paid=observed.paid[useful])


def observe(history: History, rows: Rows) -> Observed:
    """What became of the invoices `rows` by the day of the history's frame."""
    frame = history.frame
    paid: NDArray[np.bool_] = frame.outcome[rows] == Outcome.PAID
    # Closed without a payment: up to the day before, it was seen unpaid.
    seen_unpaid: Days = np.minimum(frame.day, frame.closed[rows] - 1)
    return Observed(last=np.where(paid, frame.closed[rows], seen_unpaid).astype(np.int32), paid=paid)
