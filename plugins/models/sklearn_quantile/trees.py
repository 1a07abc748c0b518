"""Boosted trees of scikit-learn as plain arrays: kept without pickle, checked when read, and run by its own code."""

import io
import zipfile
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

NODE = np.dtype(
    [
        ("value", "<f8"),
        ("feature", "<i4"),
        ("threshold", "<f8"),
        ("missing_left", "u1"),
        ("left", "<u4"),
        ("right", "<u4"),
        ("is_leaf", "u1"),
    ]
)
_OF_SKLEARN = ("value", "feature_idx", "num_threshold", "missing_go_to_left", "left", "right", "is_leaf")
MOST_NODES = 5_000_000


@dataclass(frozen=True, slots=True)
class Trees:
    """Some ensembles over the same features, one per quantile: their trees' nodes, and where each tree begins.

    `ensemble` says whose each tree is. Children come after their parent, so that no walk can go round in circles.
    """

    nodes: NDArray[Any]
    begins: NDArray[np.int64]
    ensemble: NDArray[np.int64]
    base: NDArray[np.float64]
    features: int

    @classmethod
    def of(cls, fitted: list[Any], features: int) -> "Trees":
        """The trees of fitted HistGradientBoosting regressors."""
        parts, owner = [], []
        for at, one in enumerate(fitted):
            for (tree,) in one._predictors:
                part = np.zeros(len(tree.nodes), dtype=NODE)
                for name, theirs in zip(NODE.names or (), _OF_SKLEARN, strict=True):
                    part[name] = tree.nodes[theirs]
                parts.append(part)
                owner.append(at)
        sizes = np.array([0, *(len(part) for part in parts)], dtype=np.int64)
        base = np.array([float(np.ravel(one._baseline_prediction)[0]) for one in fitted])
        return cls(np.concatenate(parts), np.cumsum(sizes), np.array(owner, dtype=np.int64), base, features)

    def predict(self, values: Floats) -> NDArray[np.float64]:
        """One column per ensemble."""
        found = np.tile(self.base, (len(values), 1))
        rows = np.arange(len(values))
        for tree, owner in enumerate(self.ensemble):
            nodes = self.nodes[self.begins[tree] : self.begins[tree + 1]]
            at = np.zeros(len(values), dtype=np.int64)
            walking = rows if not nodes["is_leaf"][0] else rows[:0]
            while len(walking):
                here = at[walking]
                value = values[walking, nodes["feature"][here]]
                left = np.where(np.isnan(value), nodes["missing_left"][here] == 1, value <= nodes["threshold"][here])
                at[walking] = np.where(left, nodes["left"][here], nodes["right"][here])
                walking = walking[nodes["is_leaf"][at[walking]] == 0]
            found[:, owner] += nodes["value"][at]
        return found

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What `from_arrays` takes."""
        return {
            "begins": self.begins,
            "ensemble": self.ensemble,
            "base": self.base,
            "features": np.array([self.features], dtype=np.int64),
            **{name: np.ascontiguousarray(self.nodes[name]) for name in NODE.names or ()},
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> "Trees":
        """The trees that `arrays` returned. Raises ValueError unless every walk through them ends at a leaf."""
        nodes = np.zeros(len(arrays["value"]), dtype=NODE)
        for name in NODE.names or ():
            nodes[name] = arrays[name]
        begins, ensemble, base = (arrays[name] for name in ("begins", "ensemble", "base"))
        features = int(arrays["features"][0])
        sizes = np.diff(begins)
        if begins[0] != 0 or begins[-1] != len(nodes) or (sizes < 1).any() or len(sizes) != len(ensemble):
            raise ValueError("its trees do not cover its nodes")
        if (ensemble < 0).any() or (ensemble >= len(base)).any() or not np.isfinite(base).all():
            raise ValueError("it has trees of no ensemble")
        inner = nodes["is_leaf"] == 0
        own, size = np.arange(len(nodes)) - np.repeat(begins[:-1], sizes), np.repeat(sizes, sizes)
        for child in (nodes["left"].astype(np.int64), nodes["right"].astype(np.int64)):
            if ((child <= own) | (child >= size))[inner].any():
                raise ValueError("it has branches that lead nowhere")
        if ((nodes["feature"] < 0) | (nodes["feature"] >= features))[inner].any():
            raise ValueError("it asks for features that there are not")
        if not np.isfinite(nodes["value"]).all() or np.isnan(nodes["threshold"]).any():
            raise ValueError("it holds values that are no numbers")
        return cls(nodes, begins.astype(np.int64), ensemble.astype(np.int64), base.astype(np.float64), features)


def pack(arrays: dict[str, NDArray[Any]]) -> bytes:
    """Plain arrays as one numpy archive."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def unpack(data: bytes) -> dict[str, NDArray[Any]]:
    """What `pack` was given. Raises ValueError where it is none, or holds anything but plain numbers."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(item.file_size for item in archive.infolist()) > MOST_NODES * NODE.itemsize:
                raise ValueError("it is larger than any model of this backend")
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (zipfile.BadZipFile, OSError, EOFError, KeyError, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"not an archive of arrays: {error}") from error
