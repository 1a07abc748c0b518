"""Paid on time, late or very late: the three classes of Dynamics 365's payment predictions."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bench.measures import LATE, Guess
from bench.rivals.lesson import Lesson
from hub.sdk.forecaster import Cases

EARLIEST, LATEST = -60, 150
"""Delays that are told apart; what is beyond counts as these."""
_DELAYS = np.arange(EARLIEST, LATEST + 1)


class ThreeClasses:
    """A classifier of three classes on the product's features; very late is more than 30 days.

    Its days are read off a mixture: within a class, delays are spread as in the ledger. A class that an open invoice
    can no longer be in is taken out.
    """

    name: ClassVar[str] = "three classes"
    needs: ClassVar[str | None] = "xgboost"

    def fit(self, lesson: Lesson) -> None:
        import xgboost as xgb

        delay = np.clip(lesson.delay, EARLIEST, LATEST).astype(int)
        label = (delay > 0).astype(int) + (delay > LATE)
        self.threads = lesson.threads
        self.spread = np.stack([_spread(delay[label == each]) for each in range(3)])
        settings = {
            "objective": "multi:softprob",
            "num_class": 3,
            "max_depth": 6,
            "eta": 0.1,
            "subsample": 0.8,
            "nthread": lesson.threads,
        }
        rows = xgb.QuantileDMatrix(lesson.cases.values, label, nthread=lesson.threads)
        self._booster = xgb.train(settings, rows, 100)

    def guess(self, cases: Cases) -> Guess:
        p_class = self._booster.inplace_predict(cases.values).astype(np.float64)
        mass = p_class @ self.spread
        # Given that it is unpaid until it can be paid.
        mass[_DELAYS[None, :] < (np.minimum(cases.start - cases.due, LATEST))[:, None]] = 0.0
        total = mass.sum(axis=1, keepdims=True)
        mass[:, -1] += total[:, 0] <= 0
        paid_by = np.cumsum(mass / np.maximum(mass.sum(axis=1, keepdims=True), 1e-12), axis=1)
        p10, p50, p90 = (_day(cases, paid_by, share) for share in (0.1, 0.5, 0.9))
        return Guess(
            expected=p50,
            p_paid_by_due=paid_by[:, -EARLIEST],
            p_late30=1.0 - paid_by[:, LATE - EARLIEST],
            p10=p10,
            p50=p50,
            p90=p90,
        )


def _spread(delay: NDArray[np.int64]) -> NDArray[np.float64]:
    """The share of each delay of a class; an empty class is spread evenly over nothing."""
    count = np.bincount(delay - EARLIEST, minlength=len(_DELAYS)).astype(np.float64)
    return count / max(count.sum(), 1.0)


def _day(cases: Cases, paid_by: NDArray[np.float64], share: float) -> NDArray[np.int32]:
    at = np.minimum((paid_by < share - 1e-9).sum(axis=1), len(_DELAYS) - 1)
    return np.maximum(cases.due + _DELAYS[at], cases.start).astype(np.int32)
