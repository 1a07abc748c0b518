"""How good a dispute classifier is on texts it was not trained on: `python -m bench.disputes_quality [FILE.csv]`.

The file has the columns text and label, and as far as there are any also, language, style and part. Without one it is
the test set, which no head was trained, tuned or calibrated on.
"""

import argparse
import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub import registry
from hub.sdk.classifier import REASONS, Reading

TEST = Path(__file__).with_name("disputes_test.csv")
BINS = 10

Rows = Sequence[dict[str, str]]


def figures(rows: Rows, readings: Sequence[Reading]) -> dict[str, float]:
    """Of the likeliest code: accuracy, macro-F1, top-2 and calibration; of what is sure: its share and precision."""
    truth = np.array([REASONS.index(row["label"]) for row in rows])
    p = np.array([[_chance(reading, code) for code in REASONS] for reading in readings])
    first, top = p.argmax(axis=1), p.max(axis=1)
    right = first == truth
    sure = np.array([reading.is_sure for reading in readings])
    half = np.argsort(-top, kind="stable")[: max(1, len(top) // 2)]
    ahead = np.argsort(-p, axis=1, kind="stable")[:, :2]
    also = [set(filter(None, (row.get("also") or "").split(";"))) for row in rows]
    given = [set(reading.reasons[1:]) for reading in readings]
    met = sum(len(one & other) for one, other in zip(also, given, strict=True))
    return {
        "texts": len(rows),
        "accuracy": float(right.mean()),
        "macro_f1": macro_f1(truth, first),
        "top_2": float((ahead == truth[:, None]).any(axis=1).mean()),
        "ece": calibration_error(top, right),
        "surest_half_right": float(right[half].mean()),
        "sure": float(sure.mean()),
        "sure_right": float(right[sure].mean()) if sure.any() else float("nan"),
        "further_found": met / max(1, sum(map(len, also))),
        "further_right": met / max(1, sum(map(len, given))),
    }


def macro_f1(truth: NDArray[np.int64], said: NDArray[np.int64]) -> float:
    """The mean F1 of the codes that are there."""
    scores = []
    for code in np.unique(truth):
        both = int(((truth == code) & (said == code)).sum())
        scores.append(2 * both / (int((truth == code).sum()) + int((said == code).sum())))
    return float(np.mean(scores))


def calibration_error(top: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Expected calibration error: how far chances lie from what came true, in ten bins of equal width."""
    bins = np.minimum((top * BINS).astype(int), BINS - 1)
    return float(
        sum(abs(right[bins == each].mean() - top[bins == each].mean()) * (bins == each).mean() for each in set(bins))
    )


def confusion(rows: Rows, readings: Sequence[Reading]) -> NDArray[np.int64]:
    """How often a text of the code in the row was taken for the code in the column."""
    found = np.zeros((len(REASONS), len(REASONS)), dtype=np.int64)
    for row, reading in zip(rows, readings, strict=True):
        found[REASONS.index(row["label"]), REASONS.index(reading.labels[0].code)] += 1
    return found


def report(rows: Rows, readings: Sequence[Reading]) -> str:
    """Markdown: the figures of all texts and of each part, and the confusion matrix."""
    parts: list[tuple[str, Callable[[dict[str, str]], bool]]] = [("all", lambda row: True)]
    for column in ("part", "language", "style"):
        values = sorted({row[column] for row in rows if row.get(column)})
        parts += [(value, lambda row, column=column, value=value: row[column] == value) for value in values]  # type: ignore[misc]
    names = list(figures(rows, readings))
    lines = [f"| texts of | {' | '.join(names)} |", f"|{'---|' * (len(names) + 1)}"]
    for name, belongs in parts:
        chosen = [number for number, row in enumerate(rows) if belongs(row)]
        found = figures([rows[each] for each in chosen], [readings[each] for each in chosen])
        shown = [f"{value:.0f}" if key == "texts" else f"{value:.3f}" for key, value in found.items()]
        lines.append(f"| {name} | {' | '.join(shown)} |")
    matrix = confusion(rows, readings)
    lines += ["", f"| is \\ taken for | {' | '.join(str(each) for each in range(1, 18))} |", f"|{'---|' * 18}"]
    for number, code in enumerate(REASONS):
        cells = [str(value) if value else "" for value in matrix[number]]
        lines.append(f"| {number + 1} {code} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _chance(reading: Reading, code: str) -> float:
    return next(label.p_reason for label in reading.labels if label.code == code)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=TEST)
    parser.add_argument("--classifier", default="minilm_disputes")
    parser.add_argument("--config", default="{}", help="The classifier's config, as JSON.")
    parser.add_argument("--json", action="store_true", help="Print the figures of all texts as JSON.")
    given = parser.parse_args()
    with given.file.open(encoding="utf-8", newline="") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    reader = registry.load().make(given.classifier, json.loads(given.config))
    readings = reader.classify([row["text"] for row in rows])
    print(json.dumps(figures(rows, readings), indent=1) if given.json else report(rows, readings))


if __name__ == "__main__":
    main()
