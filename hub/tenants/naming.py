"""Keys for tenants, which name their schema and role: made from a company's name."""

import itertools
import re
import unicodedata
from collections.abc import Iterator

_MAX_LENGTH = 40


def candidate_keys(name: str) -> Iterator[str]:
    """Keys for a company of this name, best first, without end: acme_ltd, acme_ltd_2, acme_ltd_3, ..."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", folded).strip("_") or "company"
    if not slug[0].isalpha():
        slug = f"company_{slug}"
    yield slug[:_MAX_LENGTH].rstrip("_")
    for number in itertools.count(2):
        suffix = f"_{number}"
        yield slug[: _MAX_LENGTH - len(suffix)].rstrip("_") + suffix
