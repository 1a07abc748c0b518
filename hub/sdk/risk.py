"""The contract of a risk backend: it learns which customers go late, and answers with one probability per term.

What is asked, exactly. At the end of a snapshot's day, the amounts *watched* are the customer's open invoices, and
those issued to it within the next HORIZON_DAYS, as far as they fall due by the end of these (or are past due already).
The customer **goes k days late** when at least MATERIAL of what is watched, in any one currency, is still unsettled at
the end of the k-th day after its due date. Written off counts as unsettled; what is credited in time, or void, does
not count. The answer is known HORIZON_DAYS + k days after the snapshot. A probability is given that something is
watched at all; where nothing is, there is no answer to learn from.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from hub.sdk.forecaster import Contributions

RiskLevel = Literal["low", "medium", "high"]
LEVELS: tuple[RiskLevel, ...] = ("low", "medium", "high")
LATE_DAYS = (30, 60, 90)
"""The terms k, in the order of all columns of probabilities."""
HORIZON_DAYS = 30
MATERIAL = 0.1

Floats = NDArray[np.float32]
Probabilities = NDArray[np.float64]
Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshots:
    """Customers, each as it was known at the end of one `day` (days since 1970-01-01), one row each.

    `values` are the features called `names`; NaN is unknown. Rows of one `customer` are not independent.
    """

    names: tuple[str, ...]
    values: Floats
    customer: NDArray[np.int32]
    day: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.customer)

    def column(self, name: str) -> Floats:
        """One feature, by its name."""
        return self.values[:, self.names.index(name)]

    def take(self, rows: NDArray[np.bool_]) -> "Snapshots":
        """Only the rows marked."""
        return replace(self, values=self.values[rows], customer=self.customer[rows], day=self.day[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Fates:
    """What became of snapshots: `late` has a row each and a column per LATE_DAYS: 1 went late, 0 did not, -1 unknown.

    `share` is the part of what was watched that went so late; NaN where it is unknown.
    """

    late: NDArray[np.int8]
    share: NDArray[np.float64]

    def take(self, rows: NDArray[np.bool_]) -> "Fates":
        """Only the rows marked."""
        return Fates(late=self.late[rows], share=self.share[rows])


class RiskBackend(Protocol):
    """Made anew for each training. Deterministic for the same input.

    `dump` and `load` use a format that holds data only, never code (no pickle); the hub keeps a checksum beside it.
    """

    slug: str
    min_events: int
    """With fewer snapshots that went 30 days late than this, the ledger is too small for this backend."""

    def fit(self, snapshots: Snapshots, fates: Fates, progress: Progress) -> None:
        """Learn from what became of these snapshots; unknown answers are left out."""

    def predict(self, snapshots: Snapshots) -> Probabilities:
        """A row per snapshot and a column per LATE_DAYS, which never rises along a row."""

    def explain(self, snapshots: Snapshots) -> Contributions:
        """What moved the first column (30 days) of these few snapshots; positive towards late."""

    def dump(self) -> bytes:
        """The fitted model."""

    @classmethod
    def load(cls, data: bytes) -> Self:
        """The model that `dump` returned. Raises ValueError where the data is not one."""


def rarer(fates: Fates, column: int) -> float:
    """How often what went late by the term before `column` went late by this one too, where both are known.

    Mixed with one in two, counted twice: what a backend multiplies by where a term is too rare to be learnt by itself.
    """
    earlier, later = fates.late[:, column - 1], fates.late[:, column]
    went = (earlier == 1) & (later >= 0)
    return float(((later == 1) & went).sum() + 1.0) / float(went.sum() + 2.0)
