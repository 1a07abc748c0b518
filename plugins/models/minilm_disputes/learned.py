"""What a tenant's correction of this classifier reads of a text.

Its mean state, and its own words, hashed, so that a customer's private codes ("ded 07") can be learnt too.
"""

import zlib

import numpy as np
from numpy.typing import NDArray

from plugins.models.minilm_disputes.encoder import WIDTH
from plugins.models.minilm_disputes.features import terms_of
from plugins.models.minilm_disputes.head import Scored

BUCKETS = 2_048
ROW = WIDTH + BUCKETS


def row_of(scored: Scored) -> NDArray[np.float32]:
    """A text's mean state beside its hashed words, each of length 1."""
    words = np.zeros(BUCKETS, dtype=np.float32)
    for term, _ in terms_of(scored.words):
        words[zlib.crc32(term.encode()) % BUCKETS] = 1
    return np.concatenate([scored.embedding, words / np.float32(np.linalg.norm(words) or 1.0)])
