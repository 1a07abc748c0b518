"""Which customers go late, by boosted trees: shallow, because a ledger has few customers, and held to common sense."""

import json
import os
from typing import Self

import numpy as np
from numpy.typing import NDArray

# Threads that wait for a busy core would otherwise spin: seconds of training became minutes on a loaded machine.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
import xgboost as xgb

from hub.sdk.forecaster import Contributions
from hub.sdk.risk import LATE_DAYS, Fates, Floats, Probabilities, Progress, Snapshots, rarer

ROUNDS = 120
PARAMETERS = {
    "objective": "binary:logistic",
    "tree_method": "hist",
    "max_bin": 64,
    "max_depth": 3,
    "eta": 0.05,
    "min_child_weight": 3,
    "lambda": 5,
    "subsample": 0.8,
    "colsample_bytree": 0.5,
    "seed": 0,
}
WORSE_WHEN_MORE = frozenset(
    {
        "delay_median",
        "delay_p90",
        "delay_mean",
        "delay_last3",
        "delay_last10",
        "late_share",
        "late_share_recent",
        "open_overdue_share",
        "open_overdue_long_share",
        "overdue_amount_share",
        "late30_amount_share",
        "overdue_weighted_days",
        "oldest_overdue",
        "own_late30_share",
        "own_late60_share",
        "worst_delay_180",
        "credit_limit_use",
        "industry_late_share",
    }
)
"""More of these never lowers the probability: a few odd customers must not teach that being overdue is good."""
LEAST_EVENTS = 40
"""A term with fewer late ones is not learnt by itself, but taken as a share of the term before."""


class XGBoostRiskBackend:
    """One booster per term with enough late customers; `threads` is all there is to set."""

    slug = "xgboost_risk"
    min_events = LEAST_EVENTS

    def __init__(self, *, threads: int = 1) -> None:
        self.threads = threads
        self.names: tuple[str, ...] = ()
        self.heads: list[xgb.Booster | float] = []

    def fit(self, snapshots: Snapshots, fates: Fates, progress: Progress) -> None:
        """Learn each term from the snapshots whose answer to it is known."""
        self.names, self.heads = snapshots.names, []
        signs = tuple(int(name in WORSE_WHEN_MORE) for name in self.names)
        for column, days in enumerate(LATE_DAYS):
            known = fates.late[:, column] >= 0
            late: NDArray[np.int8] = fates.late[known, column]
            if column and late.sum() < LEAST_EVENTS:
                self.heads.append(rarer(fates, column))
                continue
            matrix = xgb.QuantileDMatrix(snapshots.values[known], late, nthread=self.threads, max_bin=64)
            level = float(np.clip(late.mean(), 1e-4, 1 - 1e-4))
            given = PARAMETERS | {"nthread": self.threads, "monotone_constraints": signs, "base_score": level}
            self.heads.append(xgb.train(given, matrix, ROUNDS))
            progress((column + 1) / len(LATE_DAYS), f"Learnt who goes {days} days late")

    def predict(self, snapshots: Snapshots) -> Probabilities:
        """Each booster's word; no later term is likelier than an earlier one."""
        columns: list[np.ndarray] = []
        for head in self.heads:
            columns.append(columns[-1] * head if isinstance(head, float) else _ask(head, snapshots.values))
        return np.minimum.accumulate(np.stack(columns, axis=1), axis=1)

    def explain(self, snapshots: Snapshots) -> Contributions:
        """SHAP contributions to the log odds of the first term."""
        first = self.heads[0]
        found = first.predict(xgb.DMatrix(snapshots.values, nthread=self.threads), pred_contribs=True)
        return Contributions(names=self.names, values=found[:, :-1])

    def dump(self) -> bytes:
        """One line of JSON, then the boosters in XGBoost's UBJ format, one after the other."""
        parts = [b"" if isinstance(head, float) else bytes(head.save_raw("ubj")) for head in self.heads]
        shares = [head if isinstance(head, float) else None for head in self.heads]
        line = {"names": self.names, "shares": shares, "lengths": [len(part) for part in parts]}
        return json.dumps(line).encode() + b"\n" + b"".join(parts)

    @classmethod
    def load(cls, data: bytes) -> Self:
        """The model that `dump` returned. Raises ValueError where the data is not one."""
        line, _, body = data.partition(b"\n")
        try:
            head = json.loads(line)
            backend = cls()
            backend.names = tuple(str(name) for name in head["names"])
            at = 0
            for share, length in zip(head["shares"], head["lengths"], strict=True):
                part = body[at : at + int(length)]
                at += int(length)
                backend.heads.append(float(share) if share is not None else _booster(part, backend.threads))
        except (KeyError, TypeError, AttributeError, xgb.core.XGBoostError) as error:
            raise ValueError(f"not a model of this backend: {error}") from error
        if len(backend.heads) != len(LATE_DAYS) or isinstance(backend.heads[0], float) or at != len(body):
            raise ValueError("not a model of this backend: terms are missing")
        return backend


def _booster(part: bytes, threads: int) -> xgb.Booster:
    if not part:
        raise ValueError("not a model of this backend: a booster is missing")
    return xgb.Booster({"nthread": threads}, model_file=bytearray(part))


def _ask(booster: xgb.Booster, values: Floats) -> Probabilities:
    return booster.inplace_predict(values).astype(np.float64)
