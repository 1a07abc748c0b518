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
USUAL = (10.0, 20.0, 30.0)
"""The delay, in days, that one payment of the customer in ten exceeds."""
SHRINK = 15.0
"""Snapshots of the wider group that a narrower one is mixed with."""
UNKNOWN = (0.10, 0.05, 0.03)
"""What is assumed where the ledger does not show anything yet: an assumption, not a measurement."""


class NaiveRiskBackend:
    """A table of rates: by how long the customer is overdue, how often it was very late, and how late it usually is."""

    slug = "naive_risk"
    min_events = 0

    def __init__(self, *, threads: int = 1) -> None:
        self.base = np.array(UNKNOWN)
        self.by_overdue = np.tile(self.base, (len(OVERDUE) + 1, 1))
        self.by_past = np.tile(self.base, (len(OVERDUE) + 1, len(PAST) + 1, 1))
        self.rates = np.tile(self.base, (len(OVERDUE) + 1, len(PAST) + 1, len(USUAL) + 1, 1))

    def fit(self, snapshots: Snapshots, fates: Fates, progress: Progress) -> None:
        """Count, and mix: each cell with the one it lies in, and the ledger with what is assumed of any."""
        bands = np.stack(_bands(snapshots), axis=1)
        for column in range(len(LATE_DAYS)):
            known = fates.late[:, column] >= 0
            late = fates.late[known, column].astype(np.float64)
            self.base[column] = (late.sum() + SHRINK * UNKNOWN[column]) / (len(late) + SHRINK)
            wider: np.ndarray = self.base[column]
            for depth, table in enumerate((self.by_overdue, self.by_past, self.rates), start=1):
                shape = table.shape[:-1]
                cell = np.ravel_multi_index(tuple(bands[known, :depth].T), shape)
                cells = int(np.prod(shape))
                events, n = np.bincount(cell, late, cells).reshape(shape), np.bincount(cell, None, cells).reshape(shape)
                table[..., column] = (events + SHRINK * wider) / (n + SHRINK)
                wider = table[..., column][..., None]
        progress(1.0, f"Counted {len(snapshots):,} snapshots of customers")

    def predict(self, snapshots: Snapshots) -> Probabilities:
        """The rate of the snapshot's cell."""
        return np.minimum.accumulate(self.rates[_bands(snapshots)], axis=1)

    def explain(self, snapshots: Snapshots) -> Contributions:
        """What each thing adds to the ledger's rate: how long it is overdue, its past, and its usual delay."""
        overdue, past, usual = _bands(snapshots)
        base = np.full(len(snapshots), self.base[0])
        steps = [base, self.by_overdue[overdue, 0], self.by_past[overdue, past, 0], self.rates[overdue, past, usual, 0]]
        names = ("oldest_overdue", "own_late30_share", "delay_p90")
        return Contributions(names=names, values=np.diff(np.stack(steps, axis=1), axis=1).astype(np.float32))

    def dump(self) -> bytes:
        """The table, as JSON."""
        return json.dumps({name: getattr(self, name).tolist() for name in _TABLES}).encode()

    @classmethod
    def load(cls, data: bytes) -> Self:
        """The model that `dump` returned. Raises ValueError where the data is not one."""
        try:
            known = json.loads(data)
            backend = cls()
            for name in _TABLES:
                table = np.array(known[name], dtype=np.float64)
                if table.shape != getattr(backend, name).shape or not ((table >= 0) & (table <= 1)).all():
                    raise ValueError(f"{name} is no table of rates of the right shape")
                setattr(backend, name, table)
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a model of this backend: {error}") from error
        return backend


_TABLES = ("base", "by_overdue", "by_past", "rates")


def _bands(snapshots: Snapshots) -> tuple[NDArray[np.int64], ...]:
    return (
        np.searchsorted(OVERDUE, snapshots.column("oldest_overdue")),
        np.searchsorted(PAST, snapshots.column("own_late30_share"), side="right"),
        np.searchsorted(USUAL, snapshots.column("delay_p90"), side="right"),
    )
