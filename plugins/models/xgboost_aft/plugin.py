"""XGBoost's accelerated failure time on the distance to the customer's usual day, with the curve's shape from data."""

import json
import os
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

# Threads that wait for a busy core would otherwise spin.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
import xgboost as xgb

from hub.sdk.forecaster import Cases, Contributions, Curves, Floats, Observed, Progress
from hub.sdk.usual import mature, regressors, usual_day
from plugins.models.xgboost_aft.scatter import OFFSETS, kaplan_meier, spread_groups

SHIFT = 100.0
"""Days added so that all distances are positive; against it, the scatter of payments is small."""
EARLIEST = -90.0
KEPT_BACK = 5
"""One customer in so many is kept back to see how payments scatter."""
TRUSTED = (0.0, 0.25, 0.5, 0.75, 1.0)
"""How much of the regression's answer to use: what erred least on the customers kept back."""
LEAST_SCATTER = 200
TYPICAL_CASES = 200
ROUNDS, SHALLOW_ROUNDS = 150, 40
LEAST_DEEP_CASES = 6_000
PARAMETERS = {
    "objective": "survival:aft",
    "eval_metric": "aft-nloglik",
    "aft_loss_distribution": "logistic",
    "aft_loss_distribution_scale": 0.05,
    "tree_method": "hist",
    "max_bin": 128,
    "eta": 0.08,
    # A case weighs some 100 (1 / 3 of the scale to the minus second power), not 1 as elsewhere.
    "lambda": 1000,
    "subsample": 0.8,
    "colsample_bytree": 0.6,
    "min_child_weight": 3000,
    "base_score": SHIFT,
    "seed": 0,
}


class XGBoostAftBackend:
    """A survival regression around the usual day; `threads` is all there is to set."""

    slug = "xgboost_aft"
    min_payments = 300

    def __init__(self, *, threads: int = 1) -> None:
        self.threads = threads
        self.trust = 1.0
        self.edges: NDArray[np.float64] = np.zeros(0)
        self.shapes: NDArray[np.float64] = np.zeros((1, len(OFFSETS)))
        self.typical: Floats
        self.booster: xgb.Booster

    def fit(self, cases: Cases, observed: Observed, progress: Progress) -> None:
        """Learn from what became of these cases; a censored one was paid later than it was seen, whenever."""
        old = mature(cases, observed)
        if old.any():
            # Among the young ones those that are open yet say more of their age than of their payers.
            cases, observed = cases.take(old), Observed(last=observed.last[old], paid=observed.paid[old])
        _, values = regressors(cases)
        days = np.maximum((observed.last - usual_day(cases)).astype(np.float64), EARLIEST)
        kept = cases.customer % KEPT_BACK == 0
        if kept.sum() >= LEAST_SCATTER and (~kept).sum() >= LEAST_SCATTER:
            first = self._train(values[~kept], days[~kept], observed.paid[~kept])
            self._learn_trust(days[kept & observed.paid], first, values[kept & observed.paid])
            self._learn_scatter(
                cases.column("delay_spread")[kept], days[kept], observed.paid[kept], first, values[kept]
            )
        progress(0.5, "Learnt how payments scatter")
        self.booster = self._train(values, days, observed.paid)
        if not self.shapes.any():
            self._learn_scatter(cases.column("delay_spread"), days, observed.paid, self.booster, values)
        some = values[:: max(1, len(values) // TYPICAL_CASES)]
        self.typical = self._contributions(some)[:, :-1].mean(axis=0)
        progress(1.0, f"Learnt from {len(days):,} invoices")

    def _train(self, values: Floats, days: NDArray[np.float64], paid: NDArray[np.bool_]) -> xgb.Booster:
        matrix = xgb.QuantileDMatrix(values, nthread=self.threads, max_bin=PARAMETERS["max_bin"])
        matrix.set_float_info("label_lower_bound", days + SHIFT)
        matrix.set_float_info("label_upper_bound", np.where(paid, days + SHIFT, np.inf))
        deep = len(days) >= LEAST_DEEP_CASES
        trees = {"max_depth": 5 if deep else 3, "nthread": self.threads}
        return xgb.train(PARAMETERS | trees, matrix, ROUNDS if deep else SHALLOW_ROUNDS)

    def _learn_trust(self, days: NDArray[np.float64], booster: xgb.Booster, values: Floats) -> None:
        errors = []
        for self.trust in TRUSTED:
            errors.append(np.abs(days - self._expected(booster, values)).mean())
        self.trust = TRUSTED[int(np.argmin(errors))]

    def _learn_scatter(
        self,
        spread: NDArray[np.float32],
        days: NDArray[np.float64],
        paid: NDArray[np.bool_],
        booster: xgb.Booster,
        values: Floats,
    ) -> None:
        error = days - self._expected(booster, values)
        self.edges = (
            np.unique(np.quantile(spread, (0.25, 0.5, 0.75))) if len(days) >= 8 * LEAST_SCATTER else np.zeros(0)
        )
        group = spread_groups(spread, self.edges)
        self.shapes = np.stack(
            [kaplan_meier(error[group == at], paid[group == at]) for at in range(len(self.edges) + 1)]
        )

    def _expected(self, booster: xgb.Booster, values: Floats) -> NDArray[np.float64]:
        """Days from the usual one; in whole days, as payments are."""
        found: NDArray[np.float64] = np.rint(self.trust * (booster.inplace_predict(values).astype(np.float64) - SHIFT))
        return found

    def predict(self, cases: Cases) -> Curves:
        """The scatter around each expected day, given that it is unpaid until its `start`."""
        _, values = regressors(cases)
        day = (usual_day(cases) + self._expected(self.booster, values)).astype(np.int32)
        paid_by = self.shapes[spread_groups(cases.column("delay_spread"), self.edges)]
        ends = day[:, None] + OFFSETS
        start = cases.start[:, None]
        before = (ends < start).sum(axis=1)
        row = np.arange(len(cases))
        gone = np.where(before > 0, paid_by[row, np.minimum(np.maximum(before - 1, 0), len(OFFSETS) - 2)], 0.0)[:, None]
        left = np.where(ends < start, 0.0, (paid_by - gone) / np.maximum(1.0 - gone, 1e-9))
        left[:, -1] = 1.0
        ends = np.maximum(ends, start)
        ends[:, -1] = np.maximum(ends[:, -1], cases.start + 30)
        curve = np.maximum.accumulate(np.clip(left, 0.0, 1.0), axis=1)
        return Curves(ends=ends.astype(np.int32), paid_by=curve.astype(np.float32))

    def explain(self, cases: Cases) -> Contributions:
        """SHAP contributions, less those of a typical case, in days: together how far they move the expected day."""
        names, values = regressors(cases)
        found = self._contributions(values)
        # They are of the logarithm of a distance, which is shared out in proportion.
        less = (found[:, :-1] - self.typical).astype(np.float64)
        total, whole = less.sum(axis=1), found.sum(axis=1, dtype=np.float64)
        step = np.where(np.abs(total) < 1e-3, 1e-3, total)
        days = self.trust * (np.exp(whole) - np.exp(whole - step)) / step
        return Contributions(names=names, values=(less * days[:, None]).astype(np.float32), unit="days")

    def _contributions(self, values: Floats) -> Floats:
        """With the bias as last column."""
        found: Floats = self.booster.predict(xgb.DMatrix(values, nthread=self.threads), pred_contribs=True)
        return found

    def dump(self) -> bytes:
        """One line of JSON, then the trees in XGBoost's UBJ format."""
        head = {
            "trust": self.trust,
            "edges": self.edges.tolist(),
            "shapes": self.shapes.tolist(),
            "typical": self.typical.tolist(),
        }
        return json.dumps(head).encode() + b"\n" + bytes(self.booster.save_raw("ubj"))

    @classmethod
    def load(cls, data: bytes) -> Self:
        """The model that `dump` returned. Raises ValueError where the data is not one."""
        head, _, trees = data.partition(b"\n")
        backend = cls()
        try:
            known: Any = json.loads(head)
            backend.trust = float(known["trust"])
            backend.edges = np.array(known["edges"], dtype=np.float64)
            backend.shapes = np.array(known["shapes"], dtype=np.float64)
            backend.typical = np.array(known["typical"], dtype=np.float32)
            if backend.shapes.shape != (len(backend.edges) + 1, len(OFFSETS)):
                raise ValueError("its curves do not fit its groups")
            backend.booster = xgb.Booster({"nthread": backend.threads}, model_file=bytearray(trees))
        except (KeyError, TypeError, xgb.core.XGBoostError) as error:
            raise ValueError(f"not a model of this backend: {error}") from error
        return backend
