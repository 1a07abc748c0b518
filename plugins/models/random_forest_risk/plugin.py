"""Which customers go late, by a random forest: scikit-learn learns it, numpy asks it, and plain arrays keep it."""

import json
from typing import Self

import numpy as np

from hub.sdk.forecaster import Contributions
from hub.sdk.risk import LATE_DAYS, Fates, Probabilities, Progress, Snapshots, rarer
from plugins.models.random_forest_risk.forest import Forest

TREES = 200
PARAMETERS = {"max_depth": 7, "min_samples_leaf": 12, "max_features": 0.35, "random_state": 0}
LEAST_EVENTS = 40
"""A term with fewer late ones is not learnt by itself, but taken as a share of the term before."""


class RandomForestRiskBackend:
    """One forest per term with enough late customers; `threads` is all there is to set."""

    slug = "random_forest_risk"
    min_events = LEAST_EVENTS

    def __init__(self, *, threads: int = 1) -> None:
        self.threads = threads
        self.names: tuple[str, ...] = ()
        self.heads: list[Forest | float] = []

    def fit(self, snapshots: Snapshots, fates: Fates, progress: Progress) -> None:
        """Learn each term from the snapshots whose answer to it is known."""
        from sklearn.ensemble import RandomForestClassifier  # late: it takes seconds, and only a training needs it

        self.names, self.heads = snapshots.names, []
        for column, days in enumerate(LATE_DAYS):
            known = fates.late[:, column] >= 0
            late = fates.late[known, column]
            if column and late.sum() < LEAST_EVENTS:
                self.heads.append(rarer(fates, column))
                continue
            if not 0 < late.sum() < len(late):
                raise ValueError(f"a forest needs customers that went {days} days late and such that did not")
            classifier = RandomForestClassifier(n_estimators=TREES, n_jobs=self.threads, **PARAMETERS)
            self.heads.append(Forest.of(classifier.fit(snapshots.values[known], late)))
            progress((column + 1) / len(LATE_DAYS), f"Grew {TREES} trees for {days} days late")

    def predict(self, snapshots: Snapshots) -> Probabilities:
        """Each forest's mean; no later term is likelier than an earlier one."""
        columns: list[np.ndarray] = []
        for head in self.heads:
            columns.append(columns[-1] * head if isinstance(head, float) else head.predict(snapshots.values))
        return np.minimum.accumulate(np.stack(columns, axis=1), axis=1)

    def explain(self, snapshots: Snapshots) -> Contributions:
        """What each feature added to the probability on the way down the trees."""
        first = self.heads[0]
        if isinstance(first, float):
            raise ValueError("the model was never fitted")
        return Contributions(names=self.names, values=first.contributions(snapshots.values).astype(np.float32))

    def dump(self) -> bytes:
        """One line of JSON, then the forests' arrays as npz, one after the other."""
        parts = [b"" if isinstance(head, float) else head.to_bytes() for head in self.heads]
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
                grown = share is None
                backend.heads.append(Forest.from_bytes(part, len(backend.names)) if grown else float(share))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a model of this backend: {error}") from error
        if len(backend.heads) != len(LATE_DAYS) or isinstance(backend.heads[0], float) or at != len(body):
            raise ValueError("not a model of this backend: terms are missing")
        return backend
