"""The contract of a connector: it reads a provider's records page by page and maps them, one item at a time."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from hub.sdk.errors import RecordError
from hub.sdk.records import Entity, Record

Progress = Callable[[float, str], None]
"""Called with the share done (0 to 1) and a sentence for the person waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One listing of the provider. `entity` is what an item mainly is: the raw item is kept beside that record."""

    name: str
    entity: Entity


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Raw items in the provider's order, and the cursor from which a later run continues after them.

    `done` is the share of the stream read so far, 0 to 1, where it is known.
    """

    items: list[Mapping[str, Any]]
    cursor: str | None = None
    done: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The provider's own receivables at the end of `as_of`, per currency: open invoices less unapplied credit."""

    as_of: date
    receivable: Mapping[str, Decimal] = field(default_factory=dict)


class Connector(Protocol):
    """Made anew for each connection from its checked, immutable config; it may keep state for one run.

    Fetching (`read`) is kept apart from mapping (`map`), so that one bad row costs one row. `map` is pure and raises
    RecordError for an item that cannot be used; `read` raises AuthError, TransientError or ConfigError.
    """

    streams: tuple[Stream, ...]

    def check(self) -> None:
        """Try the connection before it is saved. Raises ConfigError or AuthError, saying what to change."""

    def read(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """Pages of a stream from a cursor on (None: from the start), oldest change first."""

    def map(self, stream: str, item: Mapping[str, Any]) -> Iterable[Record]:
        """The ledger records that one raw item states."""

    def tie_out(self) -> Totals | None:
        """The provider's own totals after the streams were read, or None where it has none."""


class FileConnector(Connector, Protocol):
    """A connector for a file that a person hands over: it shows how the file is read before anything is stored."""

    def preview(self) -> Mapping[str, Any]:
        """How the file is read, as JSON data: which column is what, and by what each decision was made."""

    def problems(self, progress: Progress | None = None) -> Iterator[RecordError]:
        """Every row that cannot be used, in order, found in one pass over the whole file."""

    def write_rejects(self, out: Path) -> int:
        """Write the rows that cannot be used, with their problems, to a file; returns how many there are."""
