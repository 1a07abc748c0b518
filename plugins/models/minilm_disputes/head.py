"""The trained head: from a text's states and words to a score for each code, and what each word adds to it.

Scores are sums of weights over terms, parts of words and cues, and over the mean of the tokens' states.
"""

import hashlib
import io
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub.sdk.classifier import REASONS
from plugins.models.minilm_disputes.cues import Cues, shipped
from plugins.models.minilm_disputes.encoder import Encoded
from plugins.models.minilm_disputes.features import cue_row, parts_of, words_of

Floats = NDArray[np.float32]
HEAD = Path(__file__).with_name("head.npz")
MOST_REMEMBERED = 20_000
"""Words whose parts are kept at hand; the list begins anew where a process has seen more."""


@dataclass(frozen=True, slots=True)
class Block:
    """Terms of one kind: for each a row of weights, in bytes of `scale`, and an inverse document frequency."""

    rows: dict[str, int]
    idf: Floats
    weights: NDArray[np.int8]
    scale: Floats


@dataclass(frozen=True, slots=True)
class Scored:
    """A text's score per code, and what made it.

    `embedding` is the text's mean state, of length 1; `by_word` is what each word adds to each code.
    """

    scores: Floats
    embedding: Floats
    words: list[str]
    word_places: list[tuple[int, int]]
    by_word: Floats
    known: float
    """Share of the words that the head has seen in training."""


class Head:
    """Weights; made by `train.py`."""

    def __init__(self, arrays: dict[str, Any], cues: Cues, version: str) -> None:
        self.version = version
        self.cues = cues
        self.state_weights: Floats = arrays["state_weights"].astype(np.float32)
        self.cue_weights: Floats = arrays["cue_weights"].astype(np.float32)
        self.bias: Floats = arrays["bias"].astype(np.float32)
        self.terms = _block(arrays, "terms")
        self.parts = _block(arrays, "parts")
        self.calibration: NDArray[np.float64] = arrays["calibration"].astype(np.float64)
        self.sure_from = float(arrays["sure_from"])
        self.second_from = float(arrays["second_from"])
        self._ids: dict[str, NDArray[np.int64]] = {}

    def score(self, text: str, encoded: Encoded) -> Scored:
        """Scores of one text, from its tokens' states and its words."""
        words, places = words_of(text)
        mean = encoded.states.mean(axis=0)
        by_word = np.zeros((len(words), len(REASONS)), dtype=np.float32)
        known = self._add_terms(words, by_word)
        self._add_parts(words, by_word)
        row, found = cue_row(self.cues, words)
        counts = Counter(group for group, _ in found)
        for group, at in found:
            by_word[at] += self.cue_weights[group] * (row[group] / counts[group])
        scores = self.bias + mean @ self.state_weights + by_word.sum(axis=0)
        return Scored(scores, mean / (float(np.linalg.norm(mean)) or 1.0), words, places, by_word, known)

    def by_token(self, encoded: Encoded, contrasts: Floats) -> Floats:
        """What each token's state adds to mixes of the codes' scores, one per column."""
        found: Floats = encoded.states @ (self.state_weights @ contrasts) / len(encoded.states)
        return found

    def temperature(self, words: int, is_english: bool) -> float:
        """What scores are divided by: more for longer texts, by what was measured on texts of another author."""
        base, longer, other = self.calibration
        return float(np.exp(base + longer * np.log1p(words) + other * (not is_english)))

    def _add_terms(self, words: list[str], by_word: Floats) -> float:
        rows = self.terms.rows
        numbers, where, seen, before = [], [], 0, None
        for at, word in enumerate(words):
            number = rows.get(word)
            if number is not None:
                numbers.append(number)
                where.append(at)
                seen += 1
                # A pair is known only where both of its words are.
                if before is not None and (number := rows.get(f"{before} {word}")) is not None:
                    numbers.append(number)
                    where.append(at)
                before = word
            else:
                before = None
        if numbers:
            _spread(self.terms, np.array(numbers), np.array(where), by_word)
        return seen / len(words) if words else 0.0

    def _add_parts(self, words: list[str], by_word: Floats) -> None:
        each = [self._parts(word) for word in words]
        if any(map(len, each)):
            where = np.repeat(np.arange(len(each)), [len(found) for found in each])
            _spread(self.parts, np.concatenate(each), where, by_word)

    def _parts(self, word: str) -> NDArray[np.int64]:
        found = self._ids.get(word)
        if found is None:
            rows = self.parts.rows
            found = np.array([rows[part] for part in parts_of(word) if part in rows], dtype=np.int64)
            if len(self._ids) >= MOST_REMEMBERED:
                self._ids = {}
            self._ids[word] = found
        return found


def _spread(block: Block, numbers: NDArray[np.int64], where: NDArray[np.int64], by_word: Floats) -> None:
    """Add each term's weights, by its share of a row of length 1, to the words that hold it; `where` never falls."""
    own, place, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    values = (1 + np.log(counts)) * block.idf[own]
    shares = (values / (np.linalg.norm(values) * counts)).astype(np.float32)
    adds = block.weights[numbers] * shares[place][:, None]
    starts = np.flatnonzero(np.diff(where, prepend=-1))
    by_word[where[starts]] += np.add.reduceat(adds, starts, axis=0) * block.scale


def _block(arrays: dict[str, Any], name: str) -> Block:
    listed = bytes(arrays[f"{name}_list"]).decode().split("\n")
    weights, scale = arrays[f"{name}_weights"].astype(np.int8), arrays[f"{name}_scale"].astype(np.float32)
    rows = {term: number for number, term in enumerate(listed)}
    return Block(rows, arrays[f"{name}_idf"].astype(np.float32), weights, scale)


def load(data: bytes) -> Head:
    """A head from its file; its version is the beginning of the file's SHA-256."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return Head(dict(arrays), shipped(), hashlib.sha256(data).hexdigest()[:12])


@lru_cache(maxsize=1)
def head() -> Head:
    """The shipped head."""
    return load(HEAD.read_bytes())
