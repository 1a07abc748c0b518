"""Says why a customer does not pay, from a sentence encoder and a trained head."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from hashlib import sha256
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from hub.sdk.classifier import REASONS, UNKNOWN_LANGUAGE, DisputeLabel, LabelledText, Reading
from hub.sdk.correction import Correction, fit
from hub.sdk.language import language_of
from hub.sdk.message import Message, newest
from plugins.models.minilm_disputes.encoder import Encoded, encoder
from plugins.models.minilm_disputes.head import Scored, head
from plugins.models.minilm_disputes.learned import ROW, row_of
from plugins.models.minilm_disputes.spans import telling_spans

LANGUAGES = frozenset({"en", "de", "fr", "es"})
"""Texts in others are never sure: nothing was learnt of them."""
FEWEST_KNOWN = 0.34
"""Share of a text's words that the head must know from training for its word to count."""
WITH_SPANS = 2
"""How many of the likeliest codes say which words speak for them."""
LEAST_WITH_SPANS = 0.05
MOST_REASONS = 3
REFERENCES = frozenset((
    "inv", "invoice", "invoices", "nr", "no", "num", "number", "ref", "reference", "po", "order", "doc", "document",
    "our", "your", "re", "fw", "x", "rechnung", "rechnungsnr", "rg", "beleg", "bestellung", "facture", "fact",
    "commande", "numero", "factura", "pedido",
))  # fmt: skip
"""Words by which documents are named; of themselves they give no reason."""
CHARACTERS_AT_ONCE = 400_000
"""Of texts read together: their states take some 150 MB."""
TENANTS_AT_HAND = 16


class MiniLMDisputes:
    """The default dispute classifier."""

    slug = "minilm_disputes"
    version: str

    def __init__(self, config: Mapping[str, Any] | None = None) -> None:
        self._encoder = encoder(int((config or {}).get("threads", 1)))
        self._head = head()
        self.version = self._head.version
        self._pools = ThreadpoolController()
        self._at_hand: OrderedDict[bytes, Correction] = OrderedDict()
        self._lock = Lock()

    def classify(self, texts: Sequence[str], learned: bytes | None = None) -> list[Reading]:
        """Read each text's newest message."""
        correction = self._learned(learned) if learned is not None else None
        found: list[Reading] = []
        for messages in _together([newest(text) for text in texts]):
            encoded = self._encoder.encode([message.text for message in messages])
            with self._few_threads():
                found += [self._read(*each, correction) for each in zip(messages, encoded, strict=True)]
        return found

    def learn(self, examples: Sequence[LabelledText]) -> bytes:
        """A correction of the shared head's scores."""
        messages = [newest(example.text).text for example in examples]
        read = [self._head.score(*each) for each in zip(messages, self._encoder.encode(messages), strict=True)]
        rows = np.array([row_of(each) for each in read], dtype=np.float32).reshape(-1, ROW)
        english = [_written(language_of(message)) == "en" for message in messages]
        scaled = [self._scaled(*each) for each in zip(read, english, strict=True)]
        scores = np.array(scaled, dtype=np.float32).reshape(-1, len(REASONS))
        return fit(rows, scores, [example.code for example in examples]).dump(self.version)

    def _few_threads(self) -> AbstractContextManager[Any]:
        # The products are small: more threads would spend their time waiting for each other.
        return self._pools.limit(limits=1, user_api="blas")

    def _read(self, message: Message, encoded: Encoded, correction: Correction | None) -> Reading:
        scored = self._head.score(message.text, encoded)
        language = language_of(message.text)
        written = _written(language)
        is_english = written == "en"
        scores = self._scaled(scored, is_english)
        p = _probabilities(scores + correction.add(row_of(scored)) if correction else scores)
        order = np.argsort(-p, kind="stable")
        sure_from = self._head.sure_from if written in LANGUAGES else np.inf
        is_readable = bool(scored.words) and scored.known >= FEWEST_KNOWN and not _only_refers(scored.words)
        is_sure = bool(p[order[0]] >= sure_from and is_readable)
        shown = [int(code) for code in order[:WITH_SPANS] if p[code] >= LEAST_WITH_SPANS]
        found = telling_spans(self._head, scored, encoded, shown, p)
        spans = {
            code: tuple(message.place(start, end) for start, end in each)
            for code, each in zip(shown, found, strict=True)
        }
        labels = tuple(
            DisputeLabel(code=REASONS[code], p_reason=chance, spans=spans.get(code, ()))
            for code, chance in zip(order.tolist(), p[order].tolist(), strict=True)
        )
        # A main reason takes the chances of the others, so what the words say of each is asked by itself.
        speak = scored.by_word.sum(axis=0)
        further = [REASONS[code] for code in order[1:].tolist() if speak[code] >= self._head.second_from]
        return Reading(
            labels=labels,
            reasons=(labels[0].code, *further[: MOST_REASONS - 1]) if is_readable else (),
            is_sure=is_sure,
            language=language,
        )

    def _scaled(self, scored: Scored, is_english: bool) -> NDArray[np.float32]:
        """Scores as log odds, but for a constant."""
        found: NDArray[np.float32] = scored.scores / self._head.temperature(len(scored.words), is_english)
        return found

    def _learned(self, data: bytes) -> Correction:
        key = sha256(data).digest()
        with self._lock:
            if key not in self._at_hand:
                self._at_hand[key] = Correction.load(data, self.version, ROW)
                if len(self._at_hand) > TENANTS_AT_HAND:
                    self._at_hand.popitem(last=False)
            self._at_hand.move_to_end(key)
            return self._at_hand[key]


def _only_refers(words: Sequence[str]) -> bool:
    """Whether a text names a document and says nothing of it."""
    return all(word in REFERENCES or not word.isalpha() for word in words)


def _together(messages: list[Message]) -> Iterator[list[Message]]:
    """Messages in their order, in lists of at most CHARACTERS_AT_ONCE, or of one."""
    found: list[Message] = []
    size = 0
    for message in messages:
        if found and size + len(message.text) > CHARACTERS_AT_ONCE:
            yield found
            found, size = [], 0
        found.append(message)
        size += len(message.text)
    if found:
        yield found


def _written(language: str) -> str:
    """Remarks of codes and numbers are in no language that could be told; clerks write them in English."""
    return "en" if language == UNKNOWN_LANGUAGE else language


def _probabilities(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    risen = np.exp((scores - scores.max()).astype(np.float64))
    found: NDArray[np.float64] = risen / risen.sum()
    return found
