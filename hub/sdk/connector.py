"""The contract of a connector: it reads a provider's records page by page and maps them, one item at a time."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
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
    """One listing of the provider. `entity` is what an item mainly is: the raw item is kept beside that record.

    `lists_all`: a read from the start brings every record of `entity` there is, so that what it does not bring was
    deleted; a full run then deletes it here too.
    """

    name: str
    entity: Entity
    lists_all: bool = False


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
    """The provider's own receivables at the end of `as_of`: open invoices less unapplied payments and credit.

    `receivable` is per currency, in that currency, `home` in the books' home currency; what the provider does not
    state is left out. `customers` has the same per customer, by the provider's ids: {customer: {currency: amount}},
    and `home_customers` {customer: amount}. A customer that is missing there owes nothing.
    """

    as_of: date
    receivable: Mapping[str, Decimal] = field(default_factory=dict)
    customers: Mapping[str, Mapping[str, Decimal]] | None = None
    home_currency: str | None = None
    home: Decimal | None = None
    home_customers: Mapping[str, Decimal] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A company that a grant opens: the provider's id of it, its name, and what else each call to it needs."""

    id: str
    name: str
    home_currency: str | None = None
    time_zone: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a webhook announces: look at this record again. `event_id` is the same when it comes twice.

    `account` is the provider's id of the company; `external_id` None: look at what changed in the whole stream.
    """

    event_id: str
    account: str | None
    stream: str
    external_id: str | None = None


class Connector(Protocol):
    """Made anew for each connection: `Plugin(config, api)`; without `auth` in its manifest `Plugin(config)`.

    The config is checked and immutable and holds no secrets; the object may keep state for one run. Fetching (`read`)
    is kept apart from mapping (`map`), so that one bad row costs one row. `map` is pure and raises RecordError for an
    item that cannot be used; `read` raises what `Api` raises.
    """

    streams: tuple[Stream, ...]

    def check(self) -> None:
        """Try the connection before it is saved. Raises ConfigError or AuthError, saying what to change."""

    def read(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """Pages of a stream from a cursor on. None: all of it, what is newest first where the provider can.

        A cursor is safe to resume from once the items of its page and of all before are stored. The last one is where
        the next run begins; it is the same as before where nothing changed. Cursors are the connector's own text.
        """

    def map(self, stream: str, item: Mapping[str, Any]) -> Iterable[Record]:
        """The ledger records that one raw item states."""

    def tie_out(self) -> Totals | None:
        """The provider's own totals after the streams were read, or None where it has none."""


class ApiConnector(Connector, Protocol):
    """A connector for a provider that is called; what is not there (`None` in a class) the provider cannot do."""

    def accounts(self) -> list[Account]:
        """The companies that the grant opens; where there are several a person chooses. Called before `check`."""

    def read_some(self, stream: str, external_ids: Iterable[str]) -> Iterator[Page]:
        """These records of a stream as they are now; ids that are gone are left out. For webhooks."""

    def unpack(self, payloads: Iterable[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The stream and raw item of each record in answers of the provider, as parsed from JSON, in any order.

        Raises ConfigError for an answer that it does not know.
        """

    @staticmethod
    def changes(headers: Mapping[str, str], body: bytes) -> list[Change]:
        """What a webhook's body, whose signature the hub has checked, announces. Raises ConfigError if it is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRequest:
    """A credit memo that the provider is to make, set against one invoice. Ids are the provider's own.

    `key` (at most 40 letters, digits and hyphens) is the same in every attempt and stands in the document, so that it
    can be found there; `on` is the document's day, the same in every attempt. `amount` is what the invoice owes less,
    tax included; `reason` is what the document says it is for.
    """

    key: str
    invoice_id: str
    customer_id: str
    amount: Decimal
    currency: str
    on: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteResult:
    """The document that the provider has now. `applied` is how much of it settles the invoice."""

    external_id: str
    number: str | None
    applied: Decimal


class WritingConnector(Protocol):
    """Beside `ApiConnector`: the capability `write_credit_memo`. The hub calls it only where an admin allowed it."""

    def write(self, request: WriteRequest) -> WriteResult:
        """Have the document made once: asked again with the same key, what is there is found and finished.

        Looks for the document first, for a provider forgets keys. Raises RefusedError where the provider refuses and
        there is no document, AuthError where the grant does not reach so far, TransientError where it is not known
        what came of it: the same request again finds out.
        """


class FileConnector(Connector, Protocol):
    """A connector for a file that a person hands over: it shows how the file is read before anything is stored."""

    def head(self) -> Mapping[str, Any]:
        """The first rows as they stand, as JSON data: for a person who has to say what the columns are."""

    def rows(self, first: int, lines: Collection[int]) -> Iterator[tuple[int, list[str]]]:
        """The first rows that state something, and those at `lines`, by line: cells in the order of the header."""

    def preview(self) -> Mapping[str, Any]:
        """How the file is read, as JSON data: which column is what, and by what each decision was made."""

    def problems(self, progress: Progress | None = None) -> Iterator[RecordError]:
        """Every row that cannot be used, in order, found in one pass over the whole file."""

    def write_rejects(self, out: Path) -> int:
        """Write the rows that cannot be used, with their problems, to a file; returns how many there are."""
