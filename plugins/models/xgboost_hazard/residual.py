"""Quantiles of the days by which payments differ from the customer's usual day: steadier than the hazard on few rows.

What the hazard has to find out day by day, where a customer's payments lie, is here what is started from.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import xgboost as xgb

from hub.sdk.forecaster import Cases, Days, Floats, Observed
from hub.sdk.usual import mature, regressors, usual_day

QUANTILES = (0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97)
NOT_YET = 400.0
"""Days after the usual one that an invoice open to the end counts as paid at: later than any quantile."""
TAIL_DAYS = 60
ROUNDS = 60
PARAMETERS = {
    "objective": "reg:quantileerror",
    "quantile_alpha": list(QUANTILES),
    "tree_method": "hist",
    "max_bin": 128,
    "max_depth": 3,
    "min_child_weight": 40,
    "eta": 0.1,
    "lambda": 5,
    "subsample": 0.8,
    "colsample_bytree": 0.6,
    "seed": 0,
}


@dataclass(frozen=True, slots=True)
class ResidualQuantiles:
    """One booster for all quantiles."""

    booster: xgb.Booster

    @classmethod
    def learn(cls, cases: Cases, observed: Observed, threads: int) -> Self:
        """From the cases old enough for slow payers to be known; what is open yet counts as very late."""
        old = mature(cases, observed)
        if not old.any():
            old = np.ones(len(cases), dtype=bool)
        learnt = cases.take(old)
        _, values = regressors(learnt)
        days = np.where(observed.paid[old], observed.last[old] - usual_day(learnt), NOT_YET)
        parameters: dict[str, Any] = PARAMETERS | {"nthread": threads}
        matrix = xgb.QuantileDMatrix(values, days, nthread=threads, max_bin=PARAMETERS["max_bin"])
        return cls(xgb.train(parameters, matrix, ROUNDS))

    def paid_by(self, cases: Cases, ends: Days) -> Floats:
        """The probability of payment by the end of each day of `ends`, given that it is unpaid until its start."""
        _, values = regressors(cases)
        start = cases.start[:, None].astype(np.float64)
        days = np.sort(self.booster.inplace_predict(values).reshape(len(cases), -1), axis=1) + usual_day(cases)[:, None]
        # A quantile at the end of a day is reached in the course of it.
        days = np.maximum(
            np.concatenate([2 * days[:, :1] - days[:, 1:2], days, days[:, -1:] + TAIL_DAYS], axis=1), start
        )
        reached = np.array([0.0, *QUANTILES, 1.0])
        found = np.empty(ends.shape, dtype=np.float32)
        for row in range(len(cases)):
            found[row] = np.interp(ends[row] + 0.5, days[row], reached)
        return np.where(ends < start, 0.0, found).astype(np.float32)
