"""The contract of a forecast backend: it learns when invoices get paid and answers with one curve per invoice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Days = NDArray[np.int32]
"""Calendar days as days since 1970-01-01."""

Progress = Callable[[float, str], None]
"""Called with the share done (0 to 1) and a sentence for the person waiting."""

GRID: Days = np.concatenate([np.arange(180), np.arange(186, 551, 7)]).astype(np.int32)
"""Days after `Cases.start` at which a curve says how likely it is that the invoice is paid by the end of that day."""

DELAYS: Days = np.array([-60, -45, -30, -25, *range(-21, 22), 25, 30, 37, 45, 60, 90], dtype=np.int32)
"""Lower edges, in days from due, of the bins of the profile "delay"; what is earlier falls in the first bin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """Invoices, each as it was known before one day (`seen`), one row each; a row says nothing known only later.

    `values` are the features called `names`; NaN is unknown. An invoice is unpaid until `start`, the first day on
    which it may be paid. Rows of one `customer` are not independent. `profiles` count the customer's payments before
    `seen` in matrices of one row per case: "delay" by DELAYS, "weekday" Monday to Sunday, "monthday" 1st to 31st.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What became of cases: paid on `last`, or seen unpaid up to and including `last` (censored)."""

    last: Days
    paid: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributions:
    """What moved each forecast: one column per name, positive towards later payment, in the backend's own unit."""

    names: tuple[str, ...]
    values: Floats


class ForecastBackend(Protocol):
    """Made anew for each training from its checked, immutable config. Deterministic for the same input.

    `dump` and `load` use a format that holds data only, never code (no pickle); the hub keeps a checksum beside it
    and verifies that before `load` sees a byte.
    """

    slug: str
    min_payments: int
    """A ledger with fewer payments than this is too small for this backend."""

    def fit(self, cases: Cases, observed: Observed, progress: Progress) -> None:
        """Learn from what became of these cases. A censored case is neither late nor missing: it was not paid so far."""

    def predict(self, cases: Cases) -> Floats:
        """Per case, the probability of being paid by the end of `start + GRID`: never falling along a row, 0 to 1."""

    def explain(self, cases: Cases) -> Contributions:
        """What moved the forecasts of these few cases."""

    def dump(self) -> bytes:
        """The fitted model."""

    @classmethod
    def load(cls, data: bytes) -> Self:
        """The model that `dump` returned. Raises ValueError where the data is not one."""
