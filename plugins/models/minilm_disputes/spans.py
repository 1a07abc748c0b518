"""Which words of a text speak for a code rather than for the others."""

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
    head: Head, scored: Scored, encoded: Encoded, code: int, p: NDArray[np.float64]
) -> list[tuple[int, int]]:
    """The parts (start, end) that add most to the code's score beyond the other codes', in reading order."""
    if not scored.words:
        return []
    contrast = -p.astype(np.float32)
    contrast[code] = 0
    contrast /= -contrast.sum() or 1.0
    contrast[code] = 1
    by_token = head.by_token(scored, encoded, contrast)
    added: dict[tuple[int, int], float] = {}
    for place, value in zip(scored.word_places, (scored.by_word @ contrast).tolist(), strict=True):
        added[place] = added.get(place, 0.0) + value
    places = sorted(added)
    firsts = np.array([start for start, _ in places])
    starts = encoded.places[:, 0]
    owner = np.searchsorted(firsts, starts, side="right") - 1
    for at, start, end, value in zip(
        owner.tolist(), starts.tolist(), encoded.places[:, 1].tolist(), by_token.tolist(), strict=True
    ):
        if end > start and at >= 0 and start < places[at][1]:
            added[places[at]] += value
    most = max(added.values())
    if most <= 0:
        return []
    merged: list[tuple[int, int, float]] = []
    for start, end in places:
        value = added[start, end]
        if value < LEAST_SHARE * most:
            continue
        if merged and start - merged[-1][1] <= NEAR:
            merged[-1] = (merged[-1][0], end, merged[-1][2] + value)
        else:
            merged.append((start, end, value))
    best = sorted(merged, key=lambda span: -span[2])[:MOST_SPANS]
    return sorted((start, end) for start, end, _ in best)
