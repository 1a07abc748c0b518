"""Quantiles of the days by which a payment differs from the customer's usual day, learnt by scikit-learn's trees."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from hub.sdk.forecaster import Cases, Contributions, Curves, Floats, Observed, Progress
from hub.sdk.usual import mature, regressors, usual_day
from plugins.models.sklearn_quantile.trees import Trees, pack, unpack

QUANTILES = (0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97)
OVERDUE_YET = 400.0
"""Days after the usual one that an invoice open to the end counts as paid at: later than any quantile."""
MOST_CASES = 40_000
TYPICAL_CASES = 500
TAIL_DAYS = 60
PARAMETERS = {"learning_rate": 0.08, "max_leaf_nodes": 16, "l2_regularization": 5.0, "random_state": 0}
ROUNDS, SHALLOW_ROUNDS = 120, 50
LEAST_DEEP_CASES = 6_000


class SklearnQuantileBackend:
    """One HistGradientBoosting regressor per quantile; `threads` is all there is to set."""

    slug = "sklearn_quantile"
    min_payments = 300

    def __init__(self, *, threads: int = 1) -> None:
        self.threads = threads
        self.names: tuple[str, ...] = ()
        self.typical: Floats
        self.trees: Trees

    def fit(self, cases: Cases, observed: Observed, progress: Progress) -> None:
        """Learn from the cases old enough for slow payers to be known; what is open yet counts as very late."""
        from sklearn.ensemble import HistGradientBoostingRegressor
        from threadpoolctl import threadpool_limits

        old = np.flatnonzero(mature(cases, observed))
        if len(old) == 0:
            old = np.arange(len(cases))
        if len(old) > MOST_CASES:
            old = np.sort(np.random.default_rng(0).choice(old, MOST_CASES, replace=False))
        chosen = np.zeros(len(cases), dtype=bool)
        chosen[old] = True
        learnt = cases.take(chosen)
        self.names, values = regressors(learnt)
        values[:, np.isnan(values).all(axis=0)] = 0.0  # what this ledger never says; scikit-learn cannot bin it
        days = np.where(observed.paid[old], observed.last[old] - usual_day(learnt), OVERDUE_YET)
        deep = len(old) >= LEAST_DEEP_CASES
        least = 40 if deep else 80
        fitted = []
        with threadpool_limits(self.threads):
            for at, quantile in enumerate(QUANTILES):
                one = HistGradientBoostingRegressor(
                    loss="quantile",
                    quantile=quantile,
                    max_iter=ROUNDS if deep else SHALLOW_ROUNDS,
                    min_samples_leaf=least,
                    early_stopping=False,
                    **PARAMETERS | ({} if deep else {"max_leaf_nodes": 6}),
                )
                fitted.append(one.fit(values, days))
                progress((at + 1) / len(QUANTILES), f"Learning quantiles from {len(old):,} invoices")
        self.trees = Trees.of(fitted, values.shape[1])
        self.typical = np.nanmedian(values[:: max(1, len(values) // TYPICAL_CASES)], axis=0).astype(np.float32)

    def predict(self, cases: Cases) -> Curves:
        """The quantiles in order, from each start on; after the last one it takes up to TAIL_DAYS more."""
        _, values = regressors(cases)
        usual, start = usual_day(cases)[:, None].astype(np.float64), cases.start[:, None].astype(np.float64)
        days = np.maximum(usual + np.sort(self.trees.predict(values), axis=1), start - 1)
        day_before = np.maximum(2 * days[:, :1] - days[:, 1:2], start - 1)
        after = np.maximum(days[:, -1:] + TAIL_DAYS, 2 * days[:, -1:] - days[:, -3:-2])
        edges = np.concatenate([day_before, days, after], axis=1)
        reached = np.array([0.0, *QUANTILES, 1.0])
        # Whole days, each with what the straight lines between the quantiles say of its end.
        ends = np.maximum(np.rint(edges), start).astype(np.int32)
        paid_by = np.tile(reached, (len(cases), 1))
        paid_by[:, 0] = np.where(ends[:, 0] >= cases.start, 0.5 * QUANTILES[0], 0.0)
        paid_by = np.maximum.accumulate(paid_by, axis=1)
        # Where payments bunch, several quantiles fall on one day: by its end all of them are paid.
        for at in range(paid_by.shape[1] - 2, -1, -1):
            paid_by[:, at] = np.where(ends[:, at] == ends[:, at + 1], paid_by[:, at + 1], paid_by[:, at])
        return Curves(ends=ends, paid_by=paid_by.astype(np.float32))

    def explain(self, cases: Cases) -> Contributions:
        """By how many days the median comes sooner when a feature is set to its typical value."""
        names, values = regressors(cases)
        middle = QUANTILES.index(0.5)
        whole = self._middle(values, middle)
        moved = np.empty(values.shape, dtype=np.float32)
        for column in range(values.shape[1]):
            typical = values.copy()
            typical[:, column] = self.typical[column]
            moved[:, column] = whole - self._middle(typical, middle)
        # That a customer usually pays late is no surprise to the trees, which start from there.
        at = names.index("delay_median")
        moved[:, at] += (usual_day(cases) - cases.due - self.typical[names.index("usual_after_due")]).astype(np.float32)
        return Contributions(names=names, values=moved, unit="days")

    def _middle(self, values: Floats, column: int) -> NDArray[np.float64]:
        found: NDArray[np.float64] = self.trees.predict(values)[:, column]
        return found

    def dump(self) -> bytes:
        """A numpy archive of plain arrays."""
        return pack({"names": np.array(self.names), "typical": self.typical, **self.trees.arrays()})

    @classmethod
    def load(cls, data: bytes) -> Self:
        """The model that `dump` returned. Raises ValueError where the data is not one."""
        arrays = unpack(data)
        backend = cls()
        try:
            backend.trees = Trees.from_arrays(arrays)
            backend.names = tuple(str(name) for name in arrays["names"])
            backend.typical = arrays["typical"].astype(np.float32)
        except (KeyError, IndexError, TypeError) as error:
            raise ValueError(f"not a model of this backend: {error}") from error
        if len(backend.trees.base) != len(QUANTILES) or len(backend.names) != backend.trees.features:
            raise ValueError("it has other quantiles or features than this backend")
        return backend
