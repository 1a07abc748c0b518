"""How often customers with as much overdue and as bad a past went late, few cases leaning on many."""

import json
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hub.sdk.forecaster import Contributions
from hub.sdk.risk import LATE_DAYS, Fates, Probabilities, Progress, Snapshots

OVERDUE = (0.5, 14.5, 30.5)
"""Days that the oldest open invoice is overdue: none, up to 14, up to 30, more."""
PAST = (0.02, 0.1, 0.3)
"""The share of the customer's invoices that went more than 30 days late."""
SHRINK = 15.0
"""Snapshots of the wider group that a narrower one is mixed with."""
UNKNOWN = (0.10, 0.05, 0.03)
"""What is assumed where the ledger does not show anything yet: an assumption, not a measurement."""


class NaiveRiskBackend:
    """A table of rates: by how long the customer is overdue, and within that by how late it was before."""

    slug = "naive_risk"
    min_events = 0

    def __init__(self, *, threads: int = 1) -> None:
        self.base = np.array(UNKNOWN)
        self.by_overdue = np.tile(self.base, (len(OVERDUE) + 1, 1))
        self.rates = np.tile(self.base, (len(OVERDUE) + 1, len(PAST) + 1, 1))

    def fit(self, snapshots: Snapshots, fates: Fates, progress: Progress) -> None:
        """Count, and mix: a cell with its row, a row with the ledger, the ledger with what is assumed of any."""
        overdue, past = _bands(snapshots)
        for column in range(len(LATE_DAYS)):
            known = fates.late[:, column] >= 0
            late = fates.late[known, column].astype(np.float64)
            self.base[column] = (late.sum() + SHRINK * UNKNOWN[column]) / (len(late) + SHRINK)
            for band in range(len(OVERDUE) + 1):
                mine = overdue[known] == band
                self.by_overdue[band, column] = _mix(late[mine], self.base[column])
                for cell in range(len(PAST) + 1):
                    within = late[mine & (past[known] == cell)]
                    self.rates[band, cell, column] = _mix(within, self.by_overdue[band, column])
        progress(1.0, f"Counted {len(snapshots):,} snapshots of customers")

    def predict(self, snapshots: Snapshots) -> Probabilities:
        """The rate of the snapshot's cell."""
        overdue, past = _bands(snapshots)
        return np.minimum.accumulate(self.rates[overdue, past], axis=1)

    def explain(self, snapshots: Snapshots) -> Contributions:
        """What being so long overdue adds to the ledger's rate, and what the customer's past adds to that."""
        overdue, past = _bands(snapshots)
        by_overdue = self.by_overdue[overdue, 0]
        added = np.stack([by_overdue - self.base[0], self.rates[overdue, past, 0] - by_overdue], axis=1)
        return Contributions(names=("oldest_overdue", "own_late30_share"), values=added.astype(np.float32))

    def dump(self) -> bytes:
        """The table, as JSON."""
        tables = {"base": self.base, "by_overdue": self.by_overdue, "rates": self.rates}
        return json.dumps({name: table.tolist() for name, table in tables.items()}).encode()

    @classmethod
    def load(cls, data: bytes) -> Self:
        """The model that `dump` returned. Raises ValueError where the data is not one."""
        try:
            known = json.loads(data)
            backend = cls()
            for name in ("base", "by_overdue", "rates"):
                table = np.array(known[name], dtype=np.float64)
                if table.shape != getattr(backend, name).shape or not ((table >= 0) & (table <= 1)).all():
                    raise ValueError(f"{name} is no table of rates of the right shape")
                setattr(backend, name, table)
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a model of this backend: {error}") from error
        return backend


def _bands(snapshots: Snapshots) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return (
        np.searchsorted(OVERDUE, snapshots.column("oldest_overdue")),
        np.searchsorted(PAST, snapshots.column("own_late30_share"), side="right"),
    )


def _mix(late: NDArray[np.float64], wider: float) -> float:
    return float((late.sum() + SHRINK * wider) / (len(late) + SHRINK))
