"""Regression of the delay on paid invoices, as public notebooks do it, but taught on the past alone."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bench.measures import Guess
from bench.rivals.lesson import Lesson, from_delay
from hub.forecasting.days import weekday
from hub.sdk.forecaster import Cases

ROUNDS, RATE = 200, 0.1
Rows = NDArray[np.float32]
Predict = Callable[[Rows], NDArray[np.float64]]


class _Regression:
    """Taught twice: on the older invoices, to learn from the newest how far it is off, and then on all."""

    def fit(self, lesson: Lesson) -> None:
        rows, older = self.columns(lesson.cases), lesson.older
        before = self.taught(rows[:older], lesson.delay[:older], lesson.threads)
        self._residuals = lesson.delay[older:] - before(rows[older:])
        self._predict = self.taught(rows, lesson.delay, lesson.threads)

    def guess(self, cases: Cases) -> Guess:
        return from_delay(cases, self._predict(self.columns(cases)).astype(np.float64), self._residuals)

    def columns(self, cases: Cases) -> Rows:
        """What is regressed on: the product's features, which is more than the notebooks have."""
        return cases.values

    def taught(self, rows: Rows, delay: NDArray[np.float64], threads: int) -> Predict:
        raise NotImplementedError


class XGBoostRegression(_Regression):
    """XGBoost with squared error on the product's features."""

    name: ClassVar[str] = "XGBoost regression"
    needs: ClassVar[str | None] = "xgboost"

    def taught(self, rows: Rows, delay: NDArray[np.float64], threads: int) -> Predict:
        import xgboost as xgb

        settings: dict[str, Any] = {
            "objective": "reg:squarederror",
            "max_depth": 6,
            "eta": RATE,
            "subsample": 0.8,
            "nthread": threads,
        }
        return xgb.train(settings, xgb.QuantileDMatrix(rows, delay, nthread=threads), ROUNDS).inplace_predict


class InvoiceColumns(XGBoostRegression):
    """The same on what most notebooks take: who, how much, on what terms, and parts of the two dates."""

    name: ClassVar[str] = "XGBoost, invoice columns"

    def columns(self, cases: Cases) -> Rows:
        parts = [cases.customer, cases.column("amount_log"), cases.column("terms_days")]
        for day in (cases.issued, cases.due):
            # Not the month: with a year of history it only says how lately an invoice was issued.
            of_month = day.astype("datetime64[D]") - day.astype("datetime64[D]").astype("datetime64[M]")
            parts += [weekday(day), of_month.astype(int)]
        return np.stack(parts, axis=1).astype(np.float32)


class LightGBMRegression(_Regression):
    """LightGBM with squared error on the product's features."""

    name: ClassVar[str] = "LightGBM regression"
    needs: ClassVar[str | None] = "lightgbm"

    def taught(self, rows: Rows, delay: NDArray[np.float64], threads: int) -> Predict:
        import lightgbm

        settings: dict[str, Any] = {
            "objective": "regression",
            "learning_rate": RATE,
            "num_threads": threads,
            "deterministic": True,
            "verbosity": -1,
            "seed": 0,
        }
        booster = lightgbm.train(settings, lightgbm.Dataset(rows, delay), ROUNDS)
        return lambda asked: booster.predict(asked, num_threads=threads)
