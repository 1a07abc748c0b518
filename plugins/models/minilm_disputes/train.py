"""Train the shared head anew from the texts: `python -m plugins.models.minilm_disputes.train`.

Needs the extra `nlp`, some 4 GB of memory and minutes of a processor. The same texts and seed give the same head.

The head is a kernel ridge regression of the codes. Its probabilities are calibrated, and its thresholds chosen, on
what heads said of texts whose author they had never seen.
"""

import argparse
import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, lapack
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from hub.sdk.classifier import REASONS
from hub.sdk.message import newest
from plugins.models.minilm_disputes.cues import shipped
from plugins.models.minilm_disputes.encoder import encoder
from plugins.models.minilm_disputes.expand import expand
from plugins.models.minilm_disputes.features import cue_row, parts_of, terms_of, words_of
from plugins.models.minilm_disputes.head import HEAD, nearness, sentence_states, unit

Floats = NDArray[np.float32]
TEXTS = Path(__file__).parent / "texts"
SEED = 0
PER_TEMPLATE = 4
"""Texts of each template of the grammar; more would only teach the template."""
LANDMARKS = 1_024
CUES = 0.04
"""What two texts' common cues count beside their common words."""
SENTENCES = 1.0
RIDGE = 0.3
PRECISION = 0.96
FEWEST_SURE = 40


@dataclass(frozen=True, slots=True)
class Text:
    """One text to learn from: what is read of it, its code, further codes, and whose it is."""

    text: str
    label: str
    also: tuple[str, ...]
    language: str
    style: str
    family: str
    author: str


def texts(folder: Path = TEXTS, *, per_template: int = PER_TEMPLATE) -> list[Text]:
    """All texts of the folder, hand-written and by the grammar, each once; the author is the file."""
    rows: list[tuple[str, dict[str, str]]] = []
    for path in sorted(folder.glob("*.csv")):
        rows += [(path.stem, row) for row in read_rows(path)]
    grammar = folder / "grammar.toml"
    if grammar.exists() and per_template:
        rows += [("grammar", row) for row in expand(grammar, per_template, SEED)]
    found: dict[str, Text] = {}
    for author, row in rows:
        if row["label"] not in REASONS:
            raise ValueError(f"{author}: {row['label']!r} is none of the codes, in {row['text']!r}")
        read = newest(row["text"]).text
        also = tuple(each for each in row["also"].split(";") if each)
        text = Text(read, row["label"], also, row["language"], row["style"], row["family"], author)
        found.setdefault(read, text)
    return list(found.values())


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a file of texts."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Features:
    """What a kernel is made of: per text its nearness to landmarks, whole and by sentence, its words and its cues."""

    def __init__(self, known: Sequence[Text]) -> None:
        written = [each.text for each in known]
        encoded = encoder().encode(written)
        whole = unit(np.stack([each.states.mean(axis=0) for each in encoded]))
        by_text = [sentence_states(text, each)[0] for text, each in zip(written, encoded, strict=True)]
        dice = np.random.default_rng(SEED)
        chosen = np.sort(dice.permutation(len(whole))[:LANDMARKS])
        pieces = np.concatenate(by_text)
        others = np.sort(dice.permutation(len(pieces))[:LANDMARKS])
        self.landmarks = _to_bytes(whole[chosen])
        self.sentence_landmarks = _to_bytes(pieces[others])
        near_whole, near_piece = (
            unit(self.landmarks.astype(np.float32)),
            unit(self.sentence_landmarks.astype(np.float32)),
        )
        self.near = nearness(whole, near_whole)
        self.by_sentence = np.stack(
            [nearness(own, near_piece).sum(axis=0) / np.sqrt(nearness(own, own).sum()) for own in by_text]
        )
        # What makes products of rows approximate the nearness of the texts themselves (Nyström).
        self.near_map, self.sentence_map = (
            _root(nearness(near_whole, near_whole)),
            _root(nearness(near_piece, near_piece)),
        )
        self.terms = TfidfVectorizer(analyzer=_terms, sublinear_tf=True, dtype=np.float32)
        self.parts = TfidfVectorizer(analyzer=_parts, sublinear_tf=True, min_df=2, dtype=np.float32)
        self.term_rows: csr_matrix = self.terms.fit_transform(written)
        self.part_rows: csr_matrix = self.parts.fit_transform(written)
        self.cues = np.stack([cue_row(shipped(), words_of(text)[0])[0] for text in written])
        self.words = np.array([len(words_of(text)[0]) for text in written])

    def kernel(self) -> Floats:
        """How alike each two texts are."""
        near, piece = self.near @ self.near_map, self.by_sentence @ self.sentence_map
        found = near @ near.T
        found += SENTENCES * (piece @ piece.T)
        found += CUES * (self.cues @ self.cues.T)
        for rows in (self.term_rows, self.part_rows):
            for start in range(0, len(found), 1_000):
                found[start : start + 1_000] += (rows[start : start + 1_000] @ rows.T).toarray()
        return found

    def weights(self, dual: Floats) -> dict[str, Any]:
        """The head's arrays; weights of terms and parts are rounded to a byte each."""
        arrays: dict[str, Any] = {
            "landmarks": self.landmarks,
            "sentence_landmarks": self.sentence_landmarks,
            "near_weights": (self.near_map @ (self.near_map.T @ (self.near.T @ dual))).astype(np.float32),
            "sentence_weights": SENTENCES
            * (self.sentence_map @ (self.sentence_map.T @ (self.by_sentence.T @ dual))).astype(np.float32),
            "cue_weights": (CUES * (self.cues.T @ dual)).astype(np.float32),
        }
        for name, vectorizer, rows in (
            ("terms", self.terms, self.term_rows),
            ("parts", self.parts, self.part_rows),
        ):
            own = np.asarray(rows.T @ dual)
            scale = np.abs(own).max(axis=0) / 127
            listed = vectorizer.get_feature_names_out()
            arrays[f"{name}_list"] = np.frombuffer("\n".join(listed).encode(), dtype=np.uint8)
            arrays[f"{name}_idf"] = vectorizer.idf_.astype(np.float16)
            arrays[f"{name}_weights"] = np.round(own / scale).astype(np.int8)
            arrays[f"{name}_scale"] = scale.astype(np.float32)
        return arrays


def _terms(text: str) -> list[str]:
    return [term for term, _ in terms_of(words_of(text)[0])]


def _parts(text: str) -> list[str]:
    return [part for word in words_of(text)[0] for part in parts_of(word)]


def _to_bytes(states: Floats) -> NDArray[np.int8]:
    found: NDArray[np.int8] = np.round(states / np.abs(states).max(axis=1, keepdims=True) * 127).astype(np.int8)
    return found


def _root(square: Floats) -> Floats:
    """The inverse square root of a kernel of landmarks."""
    values, vectors = np.linalg.eigh(square.astype(np.float64))
    kept = values > 1e-4
    found: Floats = (vectors[:, kept] / np.sqrt(values[kept])).astype(np.float32)
    return found


def targets(known: Sequence[Text]) -> Floats:
    """A column per code: 1 for a text's own, and what all have on average taken away."""
    found = np.full((len(known), len(REASONS)), -1 / len(REASONS), dtype=np.float32)
    found[np.arange(len(known)), [REASONS.index(each.label) for each in known]] += 1
    return found


def solve(kernel: Floats, wanted: Floats) -> tuple[Floats, Floats]:
    """The dual weights of the ridge regression, and the inverse they come from; the kernel is used up.

    Codes with fewer texts weigh as much as others.
    """
    truth = wanted.argmax(axis=1)
    counts = np.bincount(truth, minlength=len(REASONS))
    kernel[np.diag_indices_from(kernel)] += RIDGE * counts[truth] * len(REASONS) / len(truth)
    factor, _ = cho_factor(kernel, lower=True, overwrite_a=True, check_finite=False)
    inverse, problem = lapack.spotri(factor, lower=1, overwrite_c=1)
    if problem:
        raise ValueError(f"the kernel cannot be inverted ({problem})")
    for row in range(len(inverse)):
        inverse[row, row + 1 :] = inverse[row + 1 :, row]
    return (inverse @ wanted).astype(np.float32), inverse


def folds(known: Sequence[Text]) -> Iterator[NDArray[np.bool_]]:
    """Which texts to ask about, in turns: each author's; the grammar's only teach."""
    authors = np.array([each.author for each in known])
    for author in sorted(set(authors) - {"grammar"}):
        yield authors == author


def out_of_author(dual: Floats, inverse: Floats, wanted: Floats, known: Sequence[Text]) -> Floats:
    """Scores of each text by a head that was not trained on its author; NaN for the grammar's.

    Of a ridge regression these follow from the inverse of the whole, without training again.
    """
    scores = np.full(wanted.shape, np.nan, dtype=np.float32)
    for asked in folds(known):
        block = inverse[np.ix_(asked, asked)].astype(np.float64)
        scores[asked] = wanted[asked] - np.linalg.solve(block, dual[asked].astype(np.float64))
    return scores


def temperatures(calibration: Sequence[float], words: NDArray[Any], english: NDArray[np.bool_]) -> NDArray[np.float64]:
    """As `Head.temperature`, for many texts."""
    base, longer, other = calibration
    found: NDArray[np.float64] = np.exp(base + longer * np.log1p(words) + other * ~english)
    return found


def probabilities(scores: NDArray[Any], temperature: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores as probabilities."""
    scaled = scores.astype(np.float64) / temperature[:, None]
    found = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return found / found.sum(axis=1, keepdims=True)


def calibrate(scores: Floats, truth: NDArray[Any], words: NDArray[Any], english: NDArray[np.bool_]) -> list[float]:
    """The calibration with the least log loss."""
    rows = np.arange(len(truth))

    def loss(given: NDArray[np.float64]) -> float:
        p = probabilities(scores, temperatures(given.tolist(), words, english))
        return float(-np.log(p[rows, truth] + 1e-12).mean())

    found = minimize(loss, np.array([-2.0, 0.0, 0.0]), method="Nelder-Mead", options={"maxiter": 400})
    return [round(float(each), 4) for each in found.x]


def sure_threshold(top: NDArray[np.float64], right: NDArray[np.bool_], precision: float = PRECISION) -> float:
    """The least probability from which answers are right often enough, counting from the surest down."""
    order = np.argsort(-top, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero((shares >= precision) & (np.arange(len(order)) >= FEWEST_SURE - 1))
    return round(float(top[order][enough[-1]]), 4) if len(enough) else 1.01


def second_threshold(p: NDArray[np.float64], known: Sequence[Text]) -> float:
    """The least probability at which a code beside the likeliest is a further reason, by the best F1."""
    also = np.zeros(p.shape, dtype=bool)
    for number, each in enumerate(known):
        also[number, [REASONS.index(code) for code in each.also if code in REASONS]] = True
        also[number, REASONS.index(each.label)] = True
    rest = p.copy()
    rest[np.arange(len(p)), p.argmax(axis=1)] = -1
    also[np.arange(len(p)), p.argmax(axis=1)] = False
    tried = np.linspace(0.05, 0.45, 41)
    f1 = [2 * ((rest >= t) & also).sum() / max(1, (rest >= t).sum() + also.sum()) for t in tried]
    return round(float(tried[int(np.argmax(f1))]), 3)


def train(known: Sequence[Text], out: Path) -> dict[str, Any]:
    """Train, calibrate, write the head to `out` and its record beside it; the record."""
    features = Features(known)
    wanted = targets(known)
    dual, inverse = solve(features.kernel(), wanted)
    scores = out_of_author(dual, inverse, wanted, known)
    truth = np.array([REASONS.index(each.label) for each in known])
    english = np.array([each.language == "en" for each in known])
    hand = np.isfinite(scores[:, 0])
    calibration = calibrate(scores[hand], truth[hand], features.words[hand], english[hand])
    p = probabilities(np.nan_to_num(scores), temperatures(calibration, features.words, english))
    right = p.argmax(axis=1) == truth
    groups = {"en": hand & english, "other": hand & ~english}
    sure_from = [sure_threshold(p[rows].max(axis=1), right[rows]) for rows in groups.values()]
    second = second_threshold(p[hand], [each for each, is_hand in zip(known, hand, strict=True) if is_hand])
    arrays = features.weights(dual) | {
        "bias": np.zeros(len(REASONS), dtype=np.float32),
        "calibration": np.array(calibration),
        "sure_from": np.array(sure_from),
        "second_from": np.array(second),
    }
    with out.open("wb") as file:
        np.savez_compressed(file, **arrays)
    lines = sorted(f"{each.label}\t{each.text}" for each in known)
    record = {
        "texts": len(known),
        "texts_sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        "seed": SEED,
        "head_sha256": hashlib.sha256(out.read_bytes()).hexdigest(),
        "calibration": calibration,
        "sure_from": dict(zip(groups, sure_from, strict=True)),
        "second_from": second,
        "out_of_author": {
            name: _figures(p[rows], truth[rows], threshold)
            for (name, rows), threshold in zip(groups.items(), sure_from, strict=True)
        }
        | {
            author: _figures(p[rows], truth[rows], sure_from[0])
            for author in sorted({each.author for each in known} - {"grammar"})
            for rows in [hand & np.array([each.author == author for each in known])]
        },
    }
    out.with_suffix(".json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return record


def _figures(p: NDArray[np.float64], truth: NDArray[Any], threshold: float) -> dict[str, float]:
    """Accuracy, macro-F1, top-2, calibration error, and what is sure of how much."""
    from sklearn.metrics import f1_score

    first, top = p.argmax(axis=1), p.max(axis=1)
    right = first == truth
    sure = top >= threshold
    bins = np.minimum((top * 10).astype(int), 9)
    ece = sum(abs(right[bins == each].mean() - top[bins == each].mean()) * (bins == each).mean() for each in set(bins))
    half = np.argsort(-top, kind="stable")[: max(1, len(top) // 2)]
    found = {
        "texts": len(truth),
        "accuracy": right.mean(),
        "macro_f1": f1_score(truth, first, average="macro", labels=np.unique(truth)),
        "top_2": (np.argsort(-p, axis=1)[:, :2] == truth[:, None]).any(axis=1).mean(),
        "ece": ece,
        "surest_half_right": right[half].mean(),
        "sure": sure.mean(),
        "sure_right": right[sure].mean() if sure.any() else 1.0,
    }
    return {name: round(float(value), 4) for name, value in found.items()}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=HEAD, help="The head to write, and its record beside it.")
    parser.add_argument("--texts", type=Path, default=TEXTS, help="The folder of texts.")
    given = parser.parse_args()
    record = train(texts(given.texts), given.out)
    print(json.dumps(record, indent=1))  # noqa: T201 - the command's answer


if __name__ == "__main__":
    main()
