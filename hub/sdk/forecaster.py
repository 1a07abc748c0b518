"""The contract of a forecast backend: it learns when invoices get paid and answers with one curve per invoice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Days = NDArray[np.int32]
"""Calendar days as days since 1970-01-01."""

Progress = Callable[[float, str], None]
"""Called with the share done (0 to 1) and a sentence for the person waiting."""

DELAYS: Days = np.array([-60, -45, -30, -25, *range(-21, 22), 25, 30, 37, 45, 60, 90], dtype=np.int32)
"""Lower edges, in days from due, of the bins of the profile "delay"; what is earlier falls in the first bin."""

HOLIDAY_DELAYS: Days = np.arange(-21, 22, dtype=np.int32)
"""Days from due that the profile "holiday" tells of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """Invoices, each as it was known before one day (`seen`), one row each; a row says nothing known only later.

    `values` are the features called `names`; NaN is unknown. An invoice is unpaid until `start`, the first day on
    which it may be paid. Rows of one `customer` are not independent. `profiles` count the customer's payments before
    `seen` in matrices of one row per case: "delay" by DELAYS, "weekday" Monday to Sunday, "monthday" 1st to 31st;
    "last_run" holds the days since the last of them, "segment" how its peers paid by DELAYS (shares of them), and
    "holiday" 1 for each of HOLIDAY_DELAYS from due that is a bank holiday where it is paid from.
    """

    names: tuple[str, ...]
    values: Floats
    customer: NDArray[np.int32]
    seen: Days
    start: Days
    issued: Days
    due: Days
    profiles: Mapping[str, Floats]

    def __len__(self) -> int:
        return len(self.due)

    def column(self, name: str) -> Floats:
        """One feature, by its name."""
        return self.values[:, self.names.index(name)]

    def take(self, rows: NDArray[np.bool_]) -> "Cases":
        """Only the cases marked."""
        per_case = ("values", "customer", "seen", "start", "issued", "due")
        profiles = {name: profile[rows] for name, profile in self.profiles.items()}
        return replace(self, profiles=profiles, **{name: getattr(self, name)[rows] for name in per_case})


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Per case (row), the probability of being paid by the end of each day of `ends`, linear in between.

    `ends` never falls along a row, nor does `paid_by`; both have the same shape. Before `Cases.start` it is 0.
    """

    ends: Days
    paid_by: Floats

    def take(self, rows: NDArray[np.bool_]) -> "Curves":
        """Only the curves marked."""
        return Curves(ends=self.ends[rows], paid_by=self.paid_by[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What became of cases: paid on `last`, or seen unpaid up to and including `last` (censored)."""

    last: Days
    paid: NDArray[np.bool_]


ContributionUnit = Literal["log_odds", "days"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributions:
    """What moved each forecast: one column per name, positive towards later payment, less that of a typical case.

    `unit` is "log_odds" (of payment on a day, turned round) or "days".
    """

    names: tuple[str, ...]
    values: Floats
    unit: ContributionUnit = "log_odds"


class ForecastBackend(Protocol):
    """Made anew for each training from its checked, immutable config. Deterministic for the same input.

    `dump` and `load` use a format that holds data only, never code (no pickle); the hub keeps a checksum beside it
    and verifies that before `load` sees a byte.
    """

    slug: str
    min_payments: int
    """A ledger with fewer payments than this is too small for this backend."""

    def fit(self, cases: Cases, observed: Observed, progress: Progress) -> None:
        """Learn from what became of these cases. A censored case was not paid so far: it is not missing."""

    def predict(self, cases: Cases) -> Curves:
        """When each case will be paid, given that it is unpaid until its `start`."""

    def explain(self, cases: Cases) -> Contributions:
        """What moved the forecasts of these few cases, by the names of their features."""

    def dump(self) -> bytes:
        """The fitted model."""

    @classmethod
    def load(cls, data: bytes) -> Self:
        """The model that `dump` returned. Raises ValueError where the data is not one."""
