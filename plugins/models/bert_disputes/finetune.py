"""Fine-tune a whole BERT-family model on dispute texts, by the Trainer of transformers.

`python -m plugins.models.bert_disputes.finetune --model PATH_OR_ID --texts IN.csv --out FOLDER`. Needs the extra
`finetune`. A local path is read as it is; anything else is an id that the model hub is asked for. The CSV has the
columns text and label, and family where texts are relatives: no family is on both sides of the held-back part.
"""

import argparse
import csv
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModelForSequenceClassification, AutoTokenizer, Trainer, TrainingArguments, set_seed

from hub.sdk.classifier import REASONS
from hub.sdk.message import newest

RECORD = "disputes.json"
HELD_BACK = 5
"""One family in so many is held back to calibrate on."""
PRECISION = 0.95
LEAST_SURE = 20


class Encodings(torch.utils.data.Dataset[dict[str, Any]]):
    """Tokens and codes of texts, as the Trainer takes them."""

    def __init__(self, tokenizer: Any, rows: Sequence[dict[str, str]], longest: int) -> None:
        texts = [newest(row["text"]).text for row in rows]
        self.tokens = [tokenizer(text, truncation=True, max_length=longest) for text in texts]
        self.labels = [REASONS.index(row["label"]) for row in rows]

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, number: int) -> dict[str, Any]:
        return {**self.tokens[number], "labels": self.labels[number]}


def finetune(
    model: str,
    rows: Sequence[dict[str, str]],
    out: Path,
    *,
    epochs: float = 4,
    rate: float = 1e-4,
    batch: int = 16,
    longest: int = 128,
    seed: int = 0,
) -> dict[str, Any]:
    """Train on most families, calibrate on the rest, write the folder, and return its record.

    Raises ValueError where a label is none of REASONS, or there are too few texts to hold some back.
    """
    if unknown := sorted({row["label"] for row in rows} - set(REASONS)):
        raise ValueError(f"{', '.join(unknown)}: none of the dispute codes")
    held = np.array([_held_back(row.get("family") or row["text"]) for row in rows])
    if held.sum() < len(REASONS) or (~held).sum() < len(REASONS):
        raise ValueError(f"{len(rows)} texts are too few: a fifth of their families is held back to calibrate on")
    set_seed(seed)
    tokenizer = AutoTokenizer.from_pretrained(model)
    names = dict(enumerate(REASONS))
    network = AutoModelForSequenceClassification.from_pretrained(
        model,
        num_labels=len(REASONS),
        id2label=names,
        label2id={code: number for number, code in names.items()},
        ignore_mismatched_sizes=True,  # a model that told other labels apart gets a new last layer
    )
    learnt = Encodings(tokenizer, [row for row, kept in zip(rows, held, strict=True) if not kept], longest)
    asked = Encodings(tokenizer, [row for row, kept in zip(rows, held, strict=True) if kept], longest)
    trainer = Trainer(
        model=network,
        args=TrainingArguments(
            output_dir=str(out / "training"),
            num_train_epochs=epochs,
            learning_rate=rate,
            warmup_steps=0.1,
            weight_decay=0.01,
            per_device_train_batch_size=batch,
            per_device_eval_batch_size=64,
            label_smoothing_factor=0.1,
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
            logging_steps=1_000_000,
            seed=seed,
            use_cpu=not torch.cuda.is_available(),
            dataloader_pin_memory=False,
        ),
        train_dataset=learnt,
        processing_class=tokenizer,
    )
    trainer.train()
    scores = np.asarray(trainer.predict(asked).predictions, dtype=np.float64)
    record = {
        "model": model if not Path(model).exists() else Path(model).name,
        "texts": len(learnt),
        "held_back": len(asked),
        "texts_sha256": hashlib.sha256(
            "\n".join(sorted(f"{r['label']}\t{r['text']}" for r in rows)).encode()
        ).hexdigest(),
        "epochs": epochs,
        "rate": rate,
        "seed": seed,
        "longest": longest,
        **calibrate(scores, np.array(asked.labels)),
    }
    network.save_pretrained(out)
    tokenizer.save_pretrained(out)
    (out / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return record


def calibrate(scores: NDArray[np.float64], truth: NDArray[np.int64]) -> dict[str, float]:
    """The temperature with the least log loss on held-back texts, and from which probability 95% are right."""
    rows = np.arange(len(truth))
    tried = np.exp(np.linspace(-1.5, 1.5, 61))
    losses = [float(-np.log(_softmax(scores / each)[rows, truth] + 1e-12).mean()) for each in tried]
    temperature = float(tried[int(np.argmin(losses))])
    p = _softmax(scores / temperature)
    right, top = p.argmax(axis=1) == truth, p.max(axis=1)
    order = np.argsort(-top, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero((shares >= PRECISION) & (np.arange(len(order)) >= LEAST_SURE - 1))
    return {
        "temperature": temperature,
        "sure_from": float(top[order][enough[-1]]) if len(enough) else 1.01,
        "accuracy": float(right.mean()),
        "log_loss": min(losses),
    }


def _held_back(family: str) -> bool:
    return int(hashlib.sha256(family.encode()).hexdigest(), 16) % HELD_BACK == 0


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    risen = np.exp(scores - scores.max(axis=1, keepdims=True))
    found: NDArray[np.float64] = risen / risen.sum(axis=1, keepdims=True)
    return found


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="A folder, or an id of the model hub.")
    parser.add_argument("--texts", required=True, type=Path, nargs="+", help="CSV files with the columns text, label.")
    parser.add_argument("--out", required=True, type=Path, help="The folder to write.")
    parser.add_argument("--epochs", type=float, default=4)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--longest", type=int, default=128, help="Tokens read of a text.")
    parser.add_argument("--seed", type=int, default=0)
    given = vars(parser.parse_args())
    rows: list[dict[str, str]] = []
    for path in given.pop("texts"):
        with path.open(encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file)
    record = finetune(given.pop("model"), rows, given.pop("out"), **given)
    print(json.dumps(record, indent=1))  # noqa: T201 - the command's answer


if __name__ == "__main__":
    main()
