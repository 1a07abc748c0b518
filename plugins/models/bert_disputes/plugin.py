"""Says why a customer does not pay, by a BERT-family model that was fine-tuned on dispute texts."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub.sdk.classifier import REASONS, DisputeLabel, LabelledText, Reading
from hub.sdk.correction import Correction, fit
from hub.sdk.errors import ConfigError
from hub.sdk.language import language_of
from hub.sdk.message import Message, newest

RECORD = "disputes.json"
AT_ONCE = 16
LANGUAGES = frozenset({"en", "de", "fr", "es", "und"})
"""Texts in others are never sure: nothing was learnt of them."""
SECOND_FROM = 0.2
MOST_REASONS = 3
LEAST_SHARE = 0.4
"""Of what the most telling token adds; tokens that add less are not shown."""


class BertDisputes:
    """Reads with the model in a folder that `finetune.py` wrote; nothing is fetched."""

    slug = "bert_disputes"
    version: str

    def __init__(self, config: Mapping[str, Any]) -> None:
        folder = Path(config["folder"])
        try:
            record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
            self._temperature = float(record["temperature"])
            self._sure_from = float(record["sure_from"])
            self._longest = int(record["longest"])
            self.version = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()[:12]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigError(f"{folder} holds no model fine-tuned on disputes: {error}", field="folder") from error
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        try:
            import torch
            from transformers import AutoModelForSequenceClassification, AutoTokenizer
        except ImportError as error:
            raise ConfigError(f"bert_disputes needs the extra paypredict[finetune]: {error}") from error
        torch.set_num_threads(int(config.get("threads", 1)))
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._model = AutoModelForSequenceClassification.from_pretrained(folder, local_files_only=True)
        self._model.eval()
        labels = [self._model.config.id2label.get(number) for number in range(self._model.config.num_labels)]
        if labels != list(REASONS):
            raise ConfigError(f"{folder} holds a model of other labels than the dispute codes", field="folder")
        # Gradients of one call must not meet those of another.
        self._lock = Lock()

    def classify(self, texts: Sequence[str], learned: bytes | None = None) -> list[Reading]:
        """Read each text's newest message."""
        correction = None if learned is None else Correction.load(learned, self.version, len(REASONS))
        found: list[Reading] = []
        for start in range(0, len(texts), AT_ONCE):
            messages = [newest(text) for text in texts[start : start + AT_ONCE]]
            for message, (scores, places, adds) in zip(messages, self._ask(messages), strict=True):
                if correction is not None:
                    scores = scores + correction.add(_probabilities(scores).astype(np.float32))
                found.append(self._reading(message, scores, places, adds))
        return found

    def learn(self, examples: Sequence[LabelledText]) -> bytes:
        """A correction of the model's scores by its own probabilities."""
        messages = [newest(example.text) for example in examples]
        scores = [
            each
            for start in range(0, len(messages), AT_ONCE)
            for each, _, _ in self._ask(messages[start : start + AT_ONCE])
        ]
        stacked = np.array(scores, dtype=np.float32).reshape(-1, len(REASONS))
        rows = np.array([_probabilities(each) for each in scores], dtype=np.float32).reshape(-1, len(REASONS))
        return fit(rows, stacked, [example.code for example in examples]).dump(self.version)

    def _ask(
        self, messages: Sequence[Message]
    ) -> list[tuple[NDArray[np.float64], list[list[int]], NDArray[np.float64]]]:
        """Each text's scores, and its tokens' places and what they add to the likeliest (input times gradient)."""
        import torch

        tokens = self._tokenizer(
            [message.text for message in messages],
            truncation=True,
            max_length=self._longest,
            padding=True,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        places = tokens.pop("offset_mapping").tolist()
        with self._lock:
            embedded = self._model.get_input_embeddings()(tokens.pop("input_ids")).detach().requires_grad_()
            scores = self._model(inputs_embeds=embedded, **tokens).logits
            (slope,) = torch.autograd.grad(scores.max(dim=1).values.sum(), embedded)
        adds = (slope * embedded).sum(dim=2).detach().numpy().astype(np.float64)
        scaled = scores.detach().numpy().astype(np.float64) / self._temperature
        return list(zip(scaled, places, adds, strict=True))

    def _reading(
        self, message: Message, scores: NDArray[np.float64], places: list[list[int]], adds: NDArray[np.float64]
    ) -> Reading:
        language = language_of(message.text)
        p = _probabilities(scores)
        order = np.argsort(-p, kind="stable")
        spans = tuple(message.place(start, end) for start, end in _spans(places, adds))
        labels = tuple(
            DisputeLabel(code=REASONS[code], p_reason=float(p[code]), spans=spans if place == 0 else ())
            for place, code in enumerate(order)
        )
        is_readable = bool(message.text.strip()) and language in LANGUAGES
        is_sure = is_readable and labels[0].p_reason >= self._sure_from
        further = [label.code for label in labels[1:MOST_REASONS] if label.p_reason >= SECOND_FROM]
        reasons = (labels[0].code, *further) if is_readable else ()
        return Reading(labels=labels, reasons=reasons, is_sure=is_sure, language=language)


def _spans(places: list[list[int]], adds: NDArray[np.float64]) -> list[tuple[int, int]]:
    most = float(adds.max(initial=0.0))
    told = [
        (start, end) for (start, end), add in zip(places, adds, strict=True) if end > start and add > LEAST_SHARE * most
    ]
    merged: list[tuple[int, int]] = []
    for start, end in told:
        if merged and start - merged[-1][1] <= 1:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _probabilities(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    risen = np.exp(scores - scores.max())
    found: NDArray[np.float64] = risen / risen.sum()
    return found
