"""A forest as plain arrays: asked with numpy alone, and stored as npz, which holds numbers and never code."""

import io
import zipfile
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Forest:
    """All trees' nodes, one after the other; the root of tree t is node `root[t]`.

    A node asks whether `feature` is at most `threshold` and goes on at `left` or `right` (NaN goes where
    `missing_left` says); a leaf has feature -1. `value` is the share of late ones among the node's training rows.
    """

    root: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: Floats
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    missing_left: NDArray[np.bool_]
    value: Floats

    @classmethod
    def of(cls, fitted: Any) -> Self:
        """The trees of a fitted scikit-learn RandomForestClassifier of the classes 0 and 1."""
        trees = [estimator.tree_ for estimator in fitted.estimators_]
        root = np.cumsum([0, *(tree.node_count for tree in trees)])[:-1].astype(np.int32)
        leaf = [tree.children_left < 0 for tree in trees]

        def children(name: str) -> NDArray[np.int32]:
            parts = [
                np.where(ends, 0, getattr(tree, name) + at)
                for tree, ends, at in zip(trees, leaf, root.tolist(), strict=True)
            ]
            return np.concatenate(parts).astype(np.int32)

        return cls(
            root=root,
            feature=np.concatenate(
                [np.where(ends, -1, tree.feature) for tree, ends in zip(trees, leaf, strict=True)]
            ).astype(np.int32),
            threshold=np.concatenate([tree.threshold for tree in trees]),
            left=children("children_left"),
            right=children("children_right"),
            missing_left=np.concatenate([tree.missing_go_to_left for tree in trees]).astype(bool),
            value=np.concatenate([tree.value[:, 0, 1] / tree.value[:, 0, :].sum(axis=1) for tree in trees]),
        )

    def predict(self, values: NDArray[np.float32]) -> Floats:
        """The mean over the trees of the share of late ones in the leaf that each row falls in."""
        node = self._leaves(values)[-1]
        mean: Floats = self.value[node].mean(axis=1)
        return mean

    def contributions(self, values: NDArray[np.float32]) -> Floats:
        """Per feature what it added on the way down, mean over the trees; with the roots' mean it makes `predict`."""
        added = np.zeros(values.shape)
        path = self._leaves(values)
        rows = np.repeat(np.arange(len(values))[:, None], len(self.root), axis=1)
        for before, after in pairwise(path):
            asked = self.feature[before]
            moved = asked >= 0
            step = self.value[after] - self.value[before]
            np.add.at(added, (rows[moved], asked[moved]), step[moved])
        return added / len(self.root)

    def _leaves(self, values: NDArray[np.float32]) -> list[NDArray[np.int32]]:
        """The nodes of all rows and trees on the way down, level by level; the last are the leaves."""
        node = np.tile(self.root, (len(values), 1))
        path = [node]
        rows = np.arange(len(values))[:, None]
        while (self.feature[node] >= 0).any():
            asked = self.feature[node]
            found = values[rows, np.maximum(asked, 0)]
            goes_left = np.where(np.isnan(found), self.missing_left[node], found <= self.threshold[node])
            node = np.where(asked < 0, node, np.where(goes_left, self.left[node], self.right[node]))
            path.append(node)
        return path

    def to_bytes(self) -> bytes:
        """The arrays as npz."""
        file = io.BytesIO()
        np.savez_compressed(file, **{item.name: getattr(self, item.name) for item in fields(self)})
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes, features: int) -> Self:
        """The forest that `to_bytes` returned. Raises ValueError unless it is one that comes to an end for any row."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as stored:
                arrays = {item.name: np.asarray(stored[item.name]) for item in fields(cls)}
        except (KeyError, OSError, EOFError, zipfile.BadZipFile, NotImplementedError) as error:
            raise ValueError(f"no arrays of a forest: {error}") from error
        forest = cls(**arrays)
        forest._check(features)
        return forest

    def _check(self, features: int) -> None:
        kinds = {"threshold": "f", "value": "f", "missing_left": "b"}
        nodes = len(self.feature)
        for item in fields(self):
            array = getattr(self, item.name)
            if array.ndim != 1 or array.dtype.kind != kinds.get(item.name, "i"):
                raise ValueError(f"{item.name} of the forest is not a row of its kind of numbers")
            if item.name != "root" and len(array) != nodes:
                raise ValueError(f"{item.name} of the forest has another length than its nodes")
        inner = self.feature >= 0
        here = np.arange(nodes)[inner]
        # A child lies behind its parent, so that every way down ends.
        behind = all(((side[inner] > here) & (side[inner] < nodes)).all() for side in (self.left, self.right))
        rooted = len(self.root) > 0 and ((self.root >= 0) & (self.root < nodes)).all()
        if not (
            behind and rooted and (self.feature < features).all() and ((self.value >= 0) & (self.value <= 1)).all()
        ):
            raise ValueError("the nodes of the forest do not make trees over these features")
