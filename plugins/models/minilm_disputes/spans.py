"""Which words of a text speak for a code rather than for the others."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from plugins.models.minilm_disputes.encoder import Encoded
from plugins.models.minilm_disputes.head import Head, Scored

MOST_SPANS = 3
LEAST_SHARE = 0.35
"""Of what the most telling word adds; words that add less are not shown."""
NEAR = 2
"""Characters between words that are shown as one span."""


def telling_spans(
    head: Head, scored: Scored, encoded: Encoded, codes: Sequence[int], p: NDArray[np.float64]
) -> list[list[tuple[int, int]]]:
    """For each code the parts (start, end) that add most to its score beyond the others', in reading order."""
    if not scored.words or not codes:
        return [[] for _ in codes]
    contrasts = np.zeros((len(p), len(codes)), dtype=np.float32)
    for column, code in enumerate(codes):
        rest = p.copy()
        rest[code] = 0
        contrasts[:, column] = -rest / (rest.sum() or 1.0)
        contrasts[code, column] = 1
    by_word = (scored.by_word @ contrasts).T.tolist()
    by_token = head.by_token(encoded, contrasts).T.tolist()
    firsts = np.array([start for start, _ in scored.word_places])
    owners = np.searchsorted(firsts, encoded.places[:, 0], side="right") - 1
    tokens = list(zip(owners.tolist(), *encoded.places.T.tolist(), strict=True))
    return [_spans(scored.word_places, tokens, *each) for each in zip(by_word, by_token, strict=True)]


def _spans(
    word_places: list[tuple[int, int]], tokens: list[tuple[int, int, int]], by_word: list[float], by_token: list[float]
) -> list[tuple[int, int]]:
    added: dict[tuple[int, int], float] = {}
    for place, value in zip(word_places, by_word, strict=True):
        added[place] = added.get(place, 0.0) + value
    for (owner, start, end), value in zip(tokens, by_token, strict=True):
        if end > start and owner >= 0 and start < word_places[owner][1]:
            added[word_places[owner]] += value
    most = max(added.values())
    if most <= 0:
        return []
    merged: list[tuple[int, int, float]] = []
    for (start, end), value in added.items():
        if value < LEAST_SHARE * most:
            continue
        if merged and start - merged[-1][1] <= NEAR:
            merged[-1] = (merged[-1][0], end, merged[-1][2] + value)
        else:
            merged.append((start, end, value))
    best = sorted(merged, key=lambda span: -span[2])[:MOST_SPANS]
    return sorted((start, end) for start, end, _ in best)
