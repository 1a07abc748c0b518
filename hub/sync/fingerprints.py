"""Which items of a page are, byte for byte, what the same page held last time: they need not even be mapped.

A fingerprint says that the ledger holds what its item states. A run that changes a stored record therefore drops the
stored fingerprints of all pages that it has not read yet (`forget_unread`): one of them may state the record as it was,
and the run may not get that far. Items that moved to another page, and pages of which nothing is known, are compared
row by row as ever.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from struct import Struct
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.sync.models import sync_pages

UNKNOWN = 0
_SIGNED = Struct(">q").unpack


def salt(*parts: Any) -> bytes:
    """What, beside an item, decides which records it becomes: the plugin, its version, its configuration."""
    return blake2b(orjson.dumps(parts, default=str, option=orjson.OPT_SORT_KEYS), digest_size=8).digest()


def fingerprints(items: Sequence[Mapping[str, Any]], salted: bytes) -> "array[int]":
    """A 64-bit fingerprint of each item; 0, which equals nothing, for one that cannot be encoded."""
    dumps, hashed, signed = orjson.dumps, blake2b, _SIGNED
    found = array("q")
    for item in items:
        try:
            encoded = dumps(item, default=str)
        except TypeError:
            found.append(UNKNOWN)
            continue
        found.append(signed(hashed(salted + encoded, digest_size=8).digest())[0])
    return found


class KnownPages:
    """The fingerprints of one stream's pages: as they were when the run began, and which of them are stored still.

    `read` counts the pages that this run has read, and so is the number of the next.
    """

    def __init__(self, connection_id: UUID, stream: str, held: Mapping[int, bytes]) -> None:
        self.key = {"connection_id": connection_id, "stream": stream}
        self.held = dict(held)
        self.stored = dict(held)
        self.read = 0

    def unknown(self, prints: "array[int]") -> list[int]:
        """Positions of the items that the next page did not hold before, in order."""
        held = self.held.get(self.read, b"")
        if held == prints.tobytes() and UNKNOWN not in prints:
            return []
        known = set(array("q", held)) - {UNKNOWN}
        return [position for position, each in enumerate(prints) if each not in known]

    def is_stored(self, prints: "array[int]") -> bool:
        """Whether exactly this is stored of the next page."""
        return self.stored.get(self.read, b"") == prints.tobytes()

    def save(self, session: Session, prints: "array[int]") -> None:
        """Store what the ledger now holds of the next page; writes nothing where that is stored."""
        if self.is_stored(prints):
            return
        statement = insert(sync_pages).values(**self.key, page=self.read, fingerprints=prints.tobytes())
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["connection_id", "stream", "page"],
                set_={"fingerprints": statement.excluded.fingerprints},
            )
        )


def load_pages(session: Session, connection_id: UUID, streams: Iterable[str]) -> dict[str, KnownPages]:
    """What is known of each stream's pages: 8 bytes an item."""
    held: dict[str, dict[int, bytes]] = {stream: {} for stream in streams}
    query = select(sync_pages.c.stream, sync_pages.c.page, sync_pages.c.fingerprints).where(
        sync_pages.c.connection_id == connection_id, sync_pages.c.stream.in_(held)
    )
    for stream, page, prints in session.execute(query):
        held[stream][page] = bytes(prints)
    return {stream: KnownPages(connection_id, stream, pages) for stream, pages in held.items()}


def forget_unread(session: Session, connection_id: UUID, streams: Mapping[str, KnownPages]) -> None:
    """Drop a connection's stored fingerprints but those of pages that this run has read; it goes on knowing them."""
    statement = delete(sync_pages).where(sync_pages.c.connection_id == connection_id)
    for stream, known in streams.items():
        statement = statement.where(~((sync_pages.c.stream == stream) & (sync_pages.c.page < known.read)))
        known.stored = {page: prints for page, prints in known.stored.items() if page < known.read}
    session.execute(statement)


def has_unread(streams: Mapping[str, KnownPages]) -> bool:
    """Whether fingerprints are stored of pages that this run has not read."""
    return any(page >= known.read for known in streams.values() for page in known.stored)
