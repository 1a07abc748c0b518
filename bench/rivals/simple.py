"""Without a model: the due date, and what a customer did on average."""

from typing import ClassVar

import numpy as np

from bench.measures import Guess
from bench.rivals.lesson import Lesson, day_after
from hub.sdk.forecaster import Cases


class DueDate:
    """Everything on its due date; probability and interval are those of the ledger as a whole."""

    name: ClassVar[str] = "due date"
    needs: ClassVar[str | None] = None

    def fit(self, lesson: Lesson) -> None:
        self.on_time = float((lesson.delay <= 0).mean())
        self.low, self.high = np.quantile(lesson.delay, (0.1, 0.9))

    def guess(self, cases: Cases) -> Guess:
        expected = day_after(cases, np.zeros(len(cases)))
        return Guess(
            expected=expected,
            p_paid_by_due=np.where(cases.due < cases.start, 0.0, self.on_time),
            p10=np.minimum(day_after(cases, np.full(len(cases), self.low)), expected),
            p50=expected,
            p90=np.maximum(day_after(cases, np.full(len(cases), self.high)), expected),
        )


class _CustomerHistory:
    """A figure of the customer's own delays, with its share of late payments and its deciles.

    The figures are the product's features: known before the day of the forecast, and for a customer with little
    history mixed with the ledger's.
    """

    needs: ClassVar[str | None] = None
    column: ClassVar[str]

    def fit(self, lesson: Lesson) -> None:
        """Nothing to learn: the history is in the cases."""

    def guess(self, cases: Cases) -> Guess:
        expected = day_after(cases, cases.column(self.column).astype(np.float64))
        low, high = (day_after(cases, cases.column(name).astype(np.float64)) for name in ("delay_p10", "delay_p90"))
        return Guess(
            expected=expected,
            p_paid_by_due=np.where(cases.due < cases.start, 0.0, 1.0 - cases.column("late_share").astype(np.float64)),
            p10=np.minimum(low, expected),
            p50=expected,
            p90=np.maximum(high, expected),
        )


class CustomerAverage(_CustomerHistory):
    """Due plus the customer's mean delay."""

    name: ClassVar[str] = "customer average"
    column: ClassVar[str] = "delay_mean"


class CustomerMedian(_CustomerHistory):
    """Due plus the customer's median delay: the reference, for it is hard to beat."""

    name: ClassVar[str] = "customer median"
    column: ClassVar[str] = "delay_median"
