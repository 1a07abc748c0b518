"""AutoML: FLAML searches learners and their settings for as long as it is given."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bench.measures import Guess
from bench.rivals.lesson import Lesson, from_delay
from hub.sdk.forecaster import Cases

SECONDS = {"regression": 30, "classification": 20}
"""Of search, per question and cut."""
LEARNERS = ["lgbm", "xgb_limitdepth", "rf", "extra_tree"]


class FlamlAutoML:
    """FLAML on the product's features, for the delay (mean absolute error) and for payment by due (log loss).

    Both are chosen on the newest invoices of its lesson, by time. How long a search gets is fixed, not how far it
    comes: the row differs a little from run to run.
    """

    name: ClassVar[str] = "FLAML AutoML"
    needs: ClassVar[str | None] = "flaml"

    def fit(self, lesson: Lesson) -> None:
        from sklearn.base import clone

        rows, older, on_time = lesson.cases.values, lesson.older, (lesson.delay <= 0).astype(int)
        found = _searched("regression", rows[:older], lesson.delay[:older], lesson.threads)
        self._residuals = lesson.delay[older:] - found.predict(rows[older:])
        # What was found, taught on all of it.
        self._delay = clone(found.model.estimator).fit(rows, lesson.delay)
        self._on_time = _searched("classification", rows, on_time, lesson.threads)

    def guess(self, cases: Cases) -> Guess:
        guess = from_delay(cases, self._delay.predict(cases.values).astype(np.float64), self._residuals)
        p = self._on_time.predict_proba(cases.values)[:, 1].astype(np.float64)
        return Guess(
            expected=guess.expected,
            p_paid_by_due=np.where(cases.due < cases.start, 0.0, p),
            p_late30=guess.p_late30,
            p10=guess.p10,
            p50=guess.p50,
            p90=guess.p90,
        )


def _searched(task: str, rows: NDArray[np.float32], answer: Any, threads: int) -> Any:
    from flaml import AutoML

    found = AutoML()
    settings = {
        "task": task,
        "metric": "mae" if task == "regression" else "log_loss",
        "time_budget": SECONDS[task],
        "estimator_list": LEARNERS,
        "eval_method": "holdout",
        "split_type": "time",
        "n_jobs": threads,
        "seed": 0,
        "verbose": 0,
    }
    found.fit(X_train=rows, y_train=answer, **settings)
    return found
