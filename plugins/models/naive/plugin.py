"""The naive forecast: a customer will pay as it has paid before, as far as it is known, else as everybody does."""

import json
from typing import Any, Self

import numpy as np

from hub.sdk.forecaster import DELAYS, Cases, Contributions, Curves, Observed, Progress

LEDGER_WEIGHT = 4.0
"""The ledger's own delays count as much as so many payments of the customer."""
LONGEST_DELAY = 365


class NaiveBackend:
    """Delay shares of the customer, mixed with the ledger's; given that the invoice is still unpaid on its start."""

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
        share = own + LEDGER_WEIGHT * self.ledger
        first = cases.due[:, None] + DELAYS
        ends = cases.due[:, None] + np.append(DELAYS[1:] - 1, LONGEST_DELAY)
        start = cases.start[:, None]
        left = np.clip((ends - np.maximum(first, start) + 1) / (ends - first + 1), 0.0, 1.0)
        left[:, 0] = np.where(start[:, 0] <= ends[:, 0], 1.0, 0.0)
        share = share * left
        # Overdue beyond every bin: nothing is left to go by but that it has to be paid within the longest delay.
        share[:, -1] += np.where(share.sum(axis=1) > 0, 0.0, 1.0)
        paid_by = np.cumsum(share, axis=1) / share.sum(axis=1, keepdims=True)
        ends[:, -1] = np.maximum(ends[:, -1], cases.start + 30)
        return Curves(ends=ends.astype(np.int32), paid_by=np.minimum(paid_by, 1.0).astype(np.float32))

    def explain(self, cases: Cases) -> Contributions:
        """The customer's usual delay beside the ledger's, in days."""
        usual = cases.values[:, [cases.names.index("delay_median")]]
        ledger = DELAYS[np.searchsorted(np.cumsum(self.ledger), 0.5)]
        return Contributions(names=("delay_median",), values=(usual - ledger).astype(np.float32))

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
