"""What every rival is taught from, and how a regression's one number becomes a whole forecast."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from bench.measures import LATE, Guess
from hub.forecasting.history import History
from hub.forecasting.samples import fresh_sample
from hub.sdk.forecaster import Cases

Floats = NDArray[np.float64]
NEWEST = 0.2
"""The share of the invoices, the newest, on which a rival learns how far it is off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """The invoices paid by the cut, oldest first, each as it was known on its day of issue, and their delay in days.

    Open ones are left out, as those do who regress a delay.
    """

    cases: Cases
    delay: Floats
    threads: int

    @classmethod
    def of(cls, known: History, threads: int) -> "Lesson":
        """The lesson of a ledger as it stood on the cut."""
        sample = fresh_sample(known)
        rows = np.flatnonzero(sample.observed.paid)
        rows = rows[np.argsort(sample.cases.issued[rows], kind="stable")]
        delay = (sample.observed.last - sample.cases.due)[rows].astype(np.float64)
        return cls(cases=sample.cases.take(rows), delay=delay, threads=threads)

    @property
    def older(self) -> int:
        """How many of the invoices come before the newest part."""
        return int(len(self.delay) * (1 - NEWEST))


class Rival(Protocol):
    """Made anew for each cut. `name` is its row in the table, `needs` the library that it cannot do without."""

    name: ClassVar[str]
    needs: ClassVar[str | None]

    def fit(self, lesson: Lesson) -> None:
        """Learn from what was known on the cut."""

    def guess(self, cases: Cases) -> Guess:
        """Forecast these invoices."""


def from_delay(cases: Cases, delay: Floats, residuals: Floats) -> Guess:
    """A forecast out of predicted delays: probabilities and interval from how far the model was off before.

    No day before an invoice can be paid is said.
    """
    order = np.sort(residuals)

    def share_within(days: Floats) -> Floats:
        return np.searchsorted(order, days, side="right") / len(order)

    low, high = np.quantile(order, (0.1, 0.9))
    p10, p50, p90 = (day_after(cases, delay + shift) for shift in (low, 0.0, high))
    return Guess(
        expected=p50,
        p_paid_by_due=np.where(cases.due < cases.start, 0.0, share_within(-delay)),
        p_late30=1.0 - share_within(LATE - delay),
        p10=np.minimum(p10, p50),
        p50=p50,
        p90=np.maximum(p90, p50),
    )


def day_after(cases: Cases, delay: Floats) -> NDArray[np.int32]:
    """The day this long after due, but not before the invoice can be paid."""
    return np.maximum(cases.due + np.rint(delay), cases.start).astype(np.int32)
