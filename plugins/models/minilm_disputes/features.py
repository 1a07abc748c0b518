"""What a text is made of, besides the encoder's states: words, pairs of words, parts of words, and cues."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from plugins.models.minilm_disputes.cues import TOKEN, Cues, plain

SHORTEST_PART, LONGEST_PART = 2, 5
MOST_WORDS = 1_500
"""Words read of one text; what lies beyond is left out."""


def words_of(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """The plain words of a text, and where each lies in it."""
    words: list[str] = []
    places: list[tuple[int, int]] = []
    for found in TOKEN.finditer(text):
        # A word at a time: making a text plain changes its length.
        plain_words = _plain_words(found[0])
        words += plain_words
        places += [found.span()] * len(plain_words)
        if len(words) >= MOST_WORDS:
            break
    return words, places


@lru_cache(maxsize=50_000)
def _plain_words(word: str) -> tuple[str, ...]:
    return tuple(TOKEN.findall(plain(word)))


@lru_cache(maxsize=50_000)
def parts_of(word: str) -> tuple[str, ...]:
    """Pieces of 2 to 5 letters of a word with a blank at either end, so that beginnings and ends are told apart."""
    padded = f" {word} "
    lengths = range(SHORTEST_PART, min(LONGEST_PART, len(padded)) + 1)
    return tuple(padded[at : at + length] for length in lengths for at in range(len(padded) - length + 1))


def terms_of(words: list[str]) -> Iterator[tuple[str, int]]:
    """The single words and pairs of neighbours, each with the position of its last word."""
    for at, word in enumerate(words):
        yield word, at
        if at:
            yield f"{words[at - 1]} {word}", at


def cue_row(cues: Cues, words: list[str]) -> tuple[NDArray[np.float32], list[tuple[int, int]]]:
    """How much of each group is there (a second cue adds less, a third nothing), and the cues found."""
    found = cues.found(words)
    counts = np.zeros(len(cues.names), dtype=np.float32)
    for group, _ in found:
        counts[group] += 1
    return np.sqrt(np.minimum(counts, 2)), found
