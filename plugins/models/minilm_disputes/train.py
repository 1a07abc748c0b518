"""Train the shared head anew from the texts: `python -m plugins.models.minilm_disputes.train`.

Needs the extra `nlp`, some 4 GB of memory and minutes of a processor. The same texts give the same head.

The head adds two scores for each code: a kernel ridge regression on words and cues, and what the codes weigh in the
adapted encoder's states (see `adapt.py`, which comes before where texts have changed). Its probabilities are
calibrated, and its thresholds chosen, on `validation.csv`, which neither of the two had seen.
"""

import argparse
import csv
import hashlib
import json
from collections.abc import Sequence
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
from plugins.models.minilm_disputes.encoder import ADAPTED_SHA256, CODES, adapted, encoder
from plugins.models.minilm_disputes.expand import expand
from plugins.models.minilm_disputes.features import cue_row, parts_of, terms_of, words_of
from plugins.models.minilm_disputes.head import HEAD

Floats = NDArray[np.float32]
TEXTS = Path(__file__).parent / "texts"
SEED = 0
PER_TEMPLATE = 4
"""Texts of each template of the grammar; more would only teach the template."""
HELD_OUT = "validation"
"""The file whose texts the encoder was not adapted to."""
CUES = 0.04
"""What two texts' common cues count beside their common words."""
STATES = 0.1
"""What the encoder's scores count beside those of the words; on held-out texts 0.08 to 0.12 were equally good."""
RIDGE = 0.3
PRECISION = 0.98
"""Of sure answers on the held-out texts, which are easier than others: some authors' have two points less."""
FEWEST_SURE = 40
FURTHER = 0.5
"""What a further reason counts where the main one counts 1. Of texts with several reasons, four-fold: with 0 it finds
24 % of the further ones and 85.4 % of the main ones, with 0.5 31 % and 84.3 %, with 1 38 % and 83.3 %.
"""
SECOND_FROM = 0.35
"""What words must say of a code beside the likeliest for it to be a further reason: one too many in 7 % of texts that
give one alone (held out), where 0.3 has 12 %."""
SHORT = 40
"""Words up to which the record counts a text as short."""


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
    """What a text is known by: its words and its cues for a kernel, and the encoder's scores."""

    def __init__(self, known: Sequence[Text]) -> None:
        written = [each.text for each in known]
        codes = adapted()
        self.state_weights: Floats = STATES * codes[f"{CODES}weights"].astype(np.float32)
        self.bias: Floats = STATES * codes[f"{CODES}bias"].astype(np.float32)
        means = np.stack([each.states.mean(axis=0) for each in encoder().encode(written)])
        self.by_state: Floats = means @ self.state_weights + self.bias
        self.terms = TfidfVectorizer(analyzer=_terms, sublinear_tf=True, dtype=np.float32)
        self.parts = TfidfVectorizer(analyzer=_parts, sublinear_tf=True, min_df=2, dtype=np.float32)
        self.term_rows: csr_matrix = self.terms.fit_transform(written)
        self.part_rows: csr_matrix = self.parts.fit_transform(written)
        self.cues = np.stack([cue_row(shipped(), words_of(text)[0])[0] for text in written])
        self.words = np.array([len(words_of(text)[0]) for text in written])

    def kernel(self) -> Floats:
        """How alike each two texts are."""
        found: Floats = CUES * (self.cues @ self.cues.T)
        for rows in (self.term_rows, self.part_rows):
            for start in range(0, len(found), 1_000):
                found[start : start + 1_000] += (rows[start : start + 1_000] @ rows.T).toarray()
        return found

    def weights(self, dual: Floats) -> dict[str, Any]:
        """The head's arrays; weights of terms and parts are rounded to a byte each."""
        arrays: dict[str, Any] = {
            "state_weights": self.state_weights,
            "bias": self.bias,
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


def targets(known: Sequence[Text]) -> Floats:
    """A column per code: 1 for a text's own, FURTHER for what it gives besides, and the average taken away."""
    found = np.full((len(known), len(REASONS)), -1 / len(REASONS), dtype=np.float32)
    found[np.arange(len(known)), [REASONS.index(each.label) for each in known]] += 1
    for row, each in enumerate(known):
        found[row, [REASONS.index(code) for code in each.also if code in REASONS]] += FURTHER
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


def unseen(dual: Floats, inverse: Floats, wanted: Floats, asked: NDArray[np.bool_]) -> Floats:
    """Scores of the asked texts by a head that was trained on all others.

    Of a ridge regression these follow from the inverse of the whole, without training again.
    """
    block = inverse[np.ix_(asked, asked)].astype(np.float64)
    found: Floats = (wanted[asked] - np.linalg.solve(block, dual[asked].astype(np.float64))).astype(np.float32)
    return found


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


def train(known: Sequence[Text], out: Path) -> dict[str, Any]:
    """Train, calibrate, write the head to `out` and its record beside it; the record."""
    features = Features(known)
    wanted = targets(known)
    dual, inverse = solve(features.kernel(), wanted)
    asked = np.array([each.author == HELD_OUT for each in known])
    held = [each for each in known if each.author == HELD_OUT]
    speak = unseen(dual, inverse, wanted, asked)
    scores = speak + features.by_state[asked]
    truth = np.array([REASONS.index(each.label) for each in held])
    english = np.array([each.language == "en" for each in held])
    words = features.words[asked]
    calibration = calibrate(scores, truth, words, english)
    p = probabilities(scores, temperatures(calibration, words, english))
    right = p.argmax(axis=1) == truth
    sure_from = sure_threshold(p.max(axis=1), right)
    arrays = features.weights(dual) | {
        "calibration": np.array(calibration),
        "sure_from": np.array(sure_from),
        "second_from": np.array(SECOND_FROM),
    }
    with out.open("wb") as file:
        np.savez_compressed(file, **arrays)
    lines = sorted(f"{each.label}\t{each.text}" for each in known)
    record = {
        "texts": len(known),
        "texts_sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        "encoder_sha256": ADAPTED_SHA256,
        "head_sha256": hashlib.sha256(out.read_bytes()).hexdigest(),
        "calibration": calibration,
        "sure_from": sure_from,
        "second_from": SECOND_FROM,
        "further": _further_figures(speak, p.argmax(axis=1), held),
        "held_out": {
            name: _figures(p[rows], truth[rows], sure_from)
            for name, rows in (
                ("all", english | ~english),
                ("en_short", english & (words <= SHORT)),
                ("en_long", english & (words > SHORT)),
                ("other", ~english),
            )
        },
    }
    out.with_suffix(".json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return record


def _further_figures(speak: Floats, first: NDArray[Any], known: Sequence[Text]) -> dict[str, float]:
    """Of the held-out texts' reasons beside the likeliest code: how many are found, and how many too many are said."""
    given = speak >= SECOND_FROM
    wanted = np.zeros_like(given)
    for row, each in enumerate(known):
        wanted[row, [REASONS.index(code) for code in (each.label, *each.also) if code in REASONS]] = True
    for marks in (given, wanted):
        marks[np.arange(len(known)), first] = False
    several = np.array([bool(each.also) for each in known])
    found = (given & wanted)[several].sum()
    return {
        "texts_with_several": int(several.sum()),
        "found": round(float(found / max(1, wanted[several].sum())), 4),
        "right": round(float(found / max(1, given[several].sum())), 4),
        "too_many": round(float((given & ~wanted)[~several].any(axis=1).mean()), 4),
    }


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
