"""The naive forecast: a customer will pay as it has paid before, as far as that is known, else as its like do."""

import json
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hub.sdk.forecaster import DELAYS, Cases, Contributions, Curves, Observed, Progress

Floats = NDArray[np.float64]

LIKE_WEIGHT = 4.0
"""The delays of the customer's segment count as much as so many payments of the customer."""
SHIFT = 0.6
"""How far the segment's delays are moved to where the customer's own usually lie."""
MOST_SHIFT = 30
LONGEST_DELAY = 365
CHASED_AFTER, CHASED_DAYS = 14, 15.0
"""So long overdue, an invoice is paid within so many days on average, and a third of what it is overdue by more; or
sooner, where its like are. Few payments say how it goes on after the latest of them."""
_BEGINS = np.append(DELAYS, [120, 150, 200])
_BIN_OF_PIECE = np.minimum(np.arange(len(_BEGINS)), len(DELAYS) - 1)
_PART_OF_BIN = np.where(DELAYS[-1] <= _BEGINS, 0.25, 1.0)
_DAYS = np.arange(-60, 121)
_BIN = np.maximum(np.searchsorted(DELAYS, _DAYS, side="right") - 1, 0)
_WIDTH = np.bincount(_BIN, minlength=len(DELAYS))


class NaiveBackend:
    """Delay shares of the customer, mixed with its segment's; given that the invoice is still unpaid on its start.

    The segment's shares come with the cases, point in time, and lean on the ledger's and on a shipped prior in turn.
    """

    slug = "naive"
    min_payments = 1

    def __init__(self, **_config: Any) -> None:
        self.ledger = np.full(len(DELAYS), 1 / len(DELAYS))

    def fit(self, cases: Cases, observed: Observed, progress: Progress) -> None:
        """Learn the delays of the whole ledger: shares of the payments in each bin of DELAYS."""
        delay = (observed.last - cases.due)[observed.paid]
        counts = np.bincount(np.maximum(np.searchsorted(DELAYS, delay, side="right") - 1, 0), minlength=len(DELAYS))
        # A little of everything, so that no delay is held to be impossible.
        self.ledger = (counts + 0.5 / len(DELAYS)) / (counts.sum() + 0.5)
        progress(1.0, "Learnt the ledger's payment delays")

    def predict(self, cases: Cases) -> Curves:
        """The mixed delay shares as curves over the bins of DELAYS, without what lies before each start."""
        own = cases.profiles["delay"]
        like = 0.99 * _moved(cases.profiles["segment"], _shift(cases)) + 0.01 * self.ledger
        # What is later than every bin is paid sooner rather than later, not spread evenly over a year.
        share = (own + LIKE_WEIGHT * like)[:, _BIN_OF_PIECE] * _PART_OF_BIN
        first = cases.due[:, None] + _BEGINS
        ends = cases.due[:, None] + np.append(_BEGINS[1:] - 1, LONGEST_DELAY)
        start = cases.start[:, None]
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
        ends[:, -1] = np.maximum(ends[:, -1], cases.start + 30)
        return Curves(ends=ends.astype(np.int32), paid_by=np.clip(paid_by, 0.0, 1.0).astype(np.float32))

    def explain(self, cases: Cases) -> Contributions:
        """The customer's usual delay beside the ledger's, in days."""
        usual = cases.values[:, [cases.names.index("delay_median")]]
        ledger = DELAYS[np.searchsorted(np.cumsum(self.ledger), 0.5)]
        return Contributions(names=("delay_median",), values=(usual - ledger).astype(np.float32), unit="days")

    def dump(self) -> bytes:
        """The ledger's delay shares, as JSON."""
        return json.dumps({"ledger": self.ledger.tolist()}).encode()

    @classmethod
    def load(cls, data: bytes) -> Self:
        """The model that `dump` returned. Raises ValueError where the data is not one."""
        known = json.loads(data)
        ledger = np.array(known["ledger"] if isinstance(known, dict) and "ledger" in known else (), dtype=np.float64)
        if ledger.shape != (len(DELAYS),):
            raise ValueError(f"a naive model holds {len(DELAYS)} delay shares, this one {ledger.shape}")
        backend = cls()
        backend.ledger = ledger
        return backend


def _shift(cases: Cases) -> NDArray[np.int64]:
    """Whole days from the segment's mean delay to the customer's, as far as it is to be trusted."""
    segment = (cases.profiles["segment"] @ _bin_means()).astype(np.float64)
    return np.clip(np.rint(SHIFT * (cases.column("delay_mean") - segment)), -MOST_SHIFT, MOST_SHIFT).astype(np.int64)


def _bin_means() -> Floats:
    return np.bincount(_BIN, weights=_DAYS, minlength=len(DELAYS)) / _WIDTH


def _moved(shares: NDArray[np.float32], shift: NDArray[np.int64]) -> Floats:
    """Shares per bin of DELAYS, moved by whole days."""
    by_day = (shares / _WIDTH)[:, _BIN]
    source = np.clip(np.arange(len(_DAYS)) - shift[:, None], 0, len(_DAYS) - 1)
    moved = np.take_along_axis(by_day, source, axis=1)
    bins = np.add.reduceat(moved, np.flatnonzero(np.diff(_BIN, prepend=-1)), axis=1)
    total: Floats = bins / bins.sum(axis=1, keepdims=True)
    return total
