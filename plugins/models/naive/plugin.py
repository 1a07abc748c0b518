"""The naive forecast: a customer will pay as it has paid before, as far as that is known, else as its like do."""

import json
from typing import Any, Self

import numpy as np

from hub.sdk.forecaster import DELAYS, Cases, Contributions, Curves, Observed, Progress
from hub.sdk.habit import delay_shares, habit_curves


class NaiveBackend:
    """Delay shares of the customer, mixed with its peers'; given that the invoice is still unpaid on its start.

    The peers' shares come with the cases, point in time, and lean on the ledger's and on a shipped prior in turn.
    """

    slug = "naive"
    min_payments = 1

    def __init__(self, **_config: Any) -> None:
        self.ledger = np.full(len(DELAYS), 1 / len(DELAYS))

    def fit(self, cases: Cases, observed: Observed, progress: Progress) -> None:
        """Learn the delays of the whole ledger: shares of the payments in each bin of DELAYS."""
        self.ledger = delay_shares(cases, observed)
        progress(1.0, "Learnt the ledger's payment delays")

    def predict(self, cases: Cases) -> Curves:
        """The mixed delay shares as curves over the bins of DELAYS, without what lies before each start."""
        return habit_curves(cases, self.ledger)

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
