"""What a tenant's own labels add to a dispute classifier's scores: a linear correction, held close to nothing.

Kept as plain arrays with the version of the classifier that it belongs to.
"""

import io
import zipfile
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hub.sdk.classifier import REASONS

Floats = NDArray[np.float32]

FEWEST_EXAMPLES = 20
FEWEST_CODES = 2
HOLD = 2.0
"""How strongly each weight is held to nothing, in examples' worth of evidence."""
LARGEST_BYTES = 4_000_000


class Correction:
    """Adds `row @ weights + bias` to a text's scores, one per REASONS."""

    def __init__(self, weights: Floats, bias: Floats) -> None:
        self.weights, self.bias = weights, bias

    def add(self, row: Floats) -> Floats:
        """What is added to the scores of the text that the row describes."""
        added: Floats = row @ self.weights + self.bias
        return added

    def dump(self, version: str) -> bytes:
        """The correction, and the version of the classifier that it belongs to."""
        file = io.BytesIO()
        weights, bias = self.weights.astype(np.float16), self.bias.astype(np.float16)
        np.savez_compressed(file, version=np.array(version), weights=weights, bias=bias)
        return file.getvalue()

    @classmethod
    def load(cls, data: bytes, version: str, width: int) -> "Correction":
        """What `dump` returned. Raises ValueError where it is none, or belongs to another version or width."""
        if len(data) > LARGEST_BYTES:
            raise ValueError(f"not what a dispute classifier learnt: {len(data)} bytes")
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                found, weights, bias = str(arrays["version"]), arrays["weights"], arrays["bias"]
        except (OSError, KeyError, ValueError, TypeError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            raise ValueError(f"not what a dispute classifier learnt: {error}") from error
        if found != version:
            raise ValueError(f"learnt on version {found} of the shared classifier, which is {version} now")
        if weights.shape != (width, len(REASONS)) or bias.shape != (len(REASONS),):
            raise ValueError("not what a dispute classifier learnt: its shape is another")
        if weights.dtype.kind != "f" or not (np.isfinite(weights).all() and np.isfinite(bias).all()):
            raise ValueError("not what a dispute classifier learnt: it holds values that are no numbers")
        return cls(weights.astype(np.float32), bias.astype(np.float32))


def fit(rows: Floats, scores: Floats, codes: Sequence[str]) -> Correction:
    """The correction under which the codes are likeliest, given each text's row and its scores before.

    Raises ValueError where they are too few, or one is none of REASONS.
    """
    if unknown := sorted(set(codes) - set(REASONS)):
        raise ValueError(f"{', '.join(unknown)}: none of the dispute codes")
    if len(codes) < FEWEST_EXAMPLES or len(set(codes)) < FEWEST_CODES:
        raise ValueError(
            f"{len(codes)} examples of {len(set(codes))} codes are too few to learn from:"
            f" {FEWEST_EXAMPLES} of {FEWEST_CODES} are needed"
        )
    from scipy.optimize import minimize

    wide = np.hstack([rows, np.ones((len(rows), 1))]).astype(np.float64)
    base = scores.astype(np.float64)
    truth = np.zeros_like(base)
    truth[np.arange(len(codes)), [REASONS.index(code) for code in codes]] = 1
    shape = (wide.shape[1], len(REASONS))

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(shape)
        p = base + wide @ weights
        p = np.exp(p - p.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        slope = wide.T @ (p - truth) + HOLD * weights
        missed = -np.log(p[truth == 1] + 1e-12).sum() + HOLD / 2 * (weights**2).sum()
        return float(missed), slope.ravel()

    found = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    weights = found.x.reshape(shape).astype(np.float32)
    return Correction(weights[:-1], weights[-1])
