"""Dispute texts read in full, against the bare encoder on the same texts in the same batches."""

import csv
from typing import Any

from bench import harness
from hub.sdk.message import newest
from plugins.models.minilm_disputes.encoder import Encoder, encoder
from plugins.models.minilm_disputes.plugin import MiniLMDisputes
from plugins.models.minilm_disputes.train import TEXTS

GOAL = 0.9
BATCH = 1000
SINGLES = 20


def run(rounds: int = 5) -> list[dict[str, Any]]:
    """One text at a time, and a batch of 1,000: the classifier's rate as a share of the encoder's."""
    texts = sample(BATCH)
    reader, bare = MiniLMDisputes(), encoder()
    return [
        _compare("disputes, one text", reader, bare, texts[:: BATCH // SINGLES], together=False, rounds=rounds),
        _compare("disputes, 1,000 texts", reader, bare, texts, together=True, rounds=rounds),
    ]


def sample(count: int) -> list[str]:
    """Texts evenly from all files, short remarks and long threads alike."""
    rows = []
    for path in sorted(TEXTS.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows.append([row["text"] for row in csv.DictReader(file)])
    step = max(1, sum(map(len, rows)) // count)
    return [text for file in rows for text in file][::step][:count]


def _compare(
    name: str, reader: MiniLMDisputes, bare: Encoder, texts: list[str], *, together: bool, rounds: int
) -> dict[str, Any]:
    """The bare encoder, tokenizer included, gets what the classifier gives it: the newest message of each text."""
    read = [newest(text).text for text in texts]
    asked = [read] if together else [[each] for each in read]

    def limit() -> float:
        for each in asked:
            for batch in bare.batches(each):
                bare.run(batch)
        return len(texts)

    def product() -> float:
        if together:
            found = reader.classify(texts)
        else:
            found = [reading for text in texts for reading in reader.classify([text])]
        assert len(found) == len(texts) and all(len(reading.labels) == 17 for reading in found)
        return len(texts)

    costs = harness.alternate({"limit": limit, "product": product}, rounds=rounds)
    rates = [1 / ratio for ratio in harness.ratios(costs["limit"], costs["product"])]
    return harness.result(
        name, rates, goal=GOAL, better="higher", unit="x the encoder's rate", arms=harness.summarise(costs)
    )
