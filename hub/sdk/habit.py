"""The curve of a customer that goes on paying as before: its own delays, mixed with those of its peers."""

import numpy as np
from numpy.typing import NDArray

from hub.sdk.forecaster import DELAYS, Cases, Curves, Days, Observed

Floats = NDArray[np.float64]

LIKE_WEIGHT = 4.0
"""The delays of the customer's peers count as much as so many payments of the customer."""
SHIFT = 0.6
"""How far the peers' delays are moved to where the customer's own usually lie."""
MOST_SHIFT = 30
LONGEST_DELAY = 365
CHASED_AFTER, CHASED_DAYS = 14, 15.0
"""So long overdue, an invoice is paid within so many days on average, and a third of what it is overdue by more; or
sooner, where its like are. Few payments say how it goes on after the latest of them."""
LEAST_LEFT = 30
"""Days after its start by which an invoice is paid at the latest, however long it is overdue."""
_BEGINS = np.append(DELAYS, [120, 150, 200])
_ENDS = np.append(_BEGINS[1:] - 1, LONGEST_DELAY)
_BIN_OF_PIECE = np.minimum(np.arange(len(_BEGINS)), len(DELAYS) - 1)
_PART_OF_BIN = np.where(DELAYS[-1] <= _BEGINS, 0.25, 1.0)
_DAYS = np.arange(-60, 121)
_BIN = np.maximum(np.searchsorted(DELAYS, _DAYS, side="right") - 1, 0)
_WIDTH = np.bincount(_BIN, minlength=len(DELAYS))
_BIN_MEANS = np.bincount(_BIN, weights=_DAYS, minlength=len(DELAYS)) / _WIDTH


def delay_shares(cases: Cases, observed: Observed) -> Floats:
    """The shares of these payments in each bin of DELAYS, with a little of everything: no delay is impossible."""
    delay = (observed.last - cases.due)[observed.paid]
    counts = np.bincount(np.maximum(np.searchsorted(DELAYS, delay, side="right") - 1, 0), minlength=len(DELAYS))
    shares: Floats = (counts + 0.5 / len(DELAYS)) / (counts.sum() + 0.5)
    return shares


def habit_curves(cases: Cases, ledger: Floats) -> Curves:
    """When each case is paid if its customer pays as before, given that it is unpaid until its start.

    The peers' shares come with the cases; `ledger` are the `delay_shares` of all payments.
    """
    like = 0.99 * _moved(cases.profiles["segment"], _shift(cases)) + 0.01 * ledger
    # What is later than every bin is paid sooner rather than later, not spread evenly over a year.
    share = (cases.profiles["delay"] + LIKE_WEIGHT * like)[:, _BIN_OF_PIECE] * _PART_OF_BIN
    first, ends, start = cases.due[:, None] + _BEGINS, cases.due[:, None] + _ENDS, cases.start[:, None]
    days = np.clip(ends - np.maximum(first, start) + 1, 0, None)
    left = days / (ends - first + 1)
    left[:, 0] = np.where(start[:, 0] <= ends[:, 0], 1.0, 0.0)
    share = share * left
    remaining = np.cumsum(share[:, ::-1], axis=1)[:, ::-1]
    hazard = np.divide(share, remaining, out=np.zeros_like(share), where=remaining > 1e-12)
    chased = 1.0 - np.exp(-days / (CHASED_DAYS + np.maximum(_BEGINS, 0) / 3.0))
    hazard = np.where(_BEGINS >= CHASED_AFTER, np.maximum(hazard, chased), hazard)
    hazard[:, -1] = 1.0
    paid_by = 1.0 - np.cumprod(1.0 - hazard, axis=1)
    ends[:, -1] = np.maximum(ends[:, -1], cases.start + LEAST_LEFT)
    return Curves(ends=ends.astype(np.int32), paid_by=np.clip(paid_by, 0.0, 1.0).astype(np.float32))


def habit_paid_by(cases: Cases, ledger: Floats, days: Days) -> Floats:
    """The same read at the end of each of `days`, one row of them per case; 0 before its start."""
    curves, start = habit_curves(cases, ledger), cases.start[:, None]
    piece = np.minimum(np.searchsorted(_ENDS, days - cases.due[:, None]), len(_ENDS) - 1)
    reached = np.concatenate([np.zeros((len(cases), 1), dtype=np.float32), curves.paid_by], axis=1)
    low, high = np.take_along_axis(reached, piece, axis=1), np.take_along_axis(reached, piece + 1, axis=1)
    last = np.take_along_axis(curves.ends, piece, axis=1)
    first = np.maximum(cases.due[:, None] + _BEGINS[piece], start)
    first = np.where(piece == 0, start, first)
    share = np.clip((days - first + 1) / np.maximum(last - first + 1, 1), 0.0, 1.0)
    return np.where(days < start, 0.0, low + share * (high - low))


def _shift(cases: Cases) -> NDArray[np.int64]:
    """Whole days from the peers' mean delay to the customer's, as far as it is to be trusted."""
    peers = (cases.profiles["segment"] @ _BIN_MEANS).astype(np.float64)
    return np.clip(np.rint(SHIFT * (cases.column("delay_mean") - peers)), -MOST_SHIFT, MOST_SHIFT).astype(np.int64)


def _moved(shares: NDArray[np.float32], shift: NDArray[np.int64]) -> Floats:
    """Shares per bin of DELAYS, moved by whole days."""
    by_day = (shares / _WIDTH)[:, _BIN]
    source = np.clip(np.arange(len(_DAYS)) - shift[:, None], 0, len(_DAYS) - 1)
    moved = np.take_along_axis(by_day, source, axis=1)
    bins = np.add.reduceat(moved, np.flatnonzero(np.diff(_BIN, prepend=-1)), axis=1)
    total: Floats = bins / bins.sum(axis=1, keepdims=True)
    return total
