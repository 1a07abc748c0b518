"""The three listings of an account, from a cursor on: all of it newest first, then what changed since, in order."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from hub.sdk.connector import Page
from hub.sdk.errors import ConfigError, TransientError
from plugins.connectors.netsuite import queries
from plugins.connectors.netsuite.cursors import Cursor, beginning, checked, digest
from plugins.connectors.netsuite.documents import Row
from plugins.connectors.netsuite.gathering import Gathering, in_parts
from plugins.connectors.netsuite.queries import Books
from plugins.connectors.netsuite.suiteql import SuiteQL


@dataclass(frozen=True, kw_only=True)
class Listing:
    """How one stream is asked: its rows by condition and order, the columns that order it, and items made of rows.

    `state` asks for how many rows there are and when one was changed last; without it the listing has no backfill of
    its own and is read in the order of changes from the first one on.
    """

    select: Callable[[str, str], str]
    key: str
    changed: str
    state: str | None = None
    items: Callable[[list[Row], bool], list[Any]] = lambda rows, alone: list(rows)

    @property
    def key_name(self) -> str:
        """The name that the key has in a row."""
        return self.key.rpartition(".")[2]

    def place(self, row: Row) -> tuple[str, int]:
        """Where a row stands in the order of changes."""
        return checked(row.get(self.changed.rpartition(".")[2])), int(row[self.key_name])


def listing(stream: str, suiteql: SuiteQL, books: Books) -> Listing:
    """How a stream is asked. Raises ConfigError for one that there is not."""
    if stream == "customers":
        return Listing(
            select=lambda where, order: queries.customers(books, where, order),
            key="c.id",
            changed="c.lastmodifieddate",
            state=queries.state_of_customers(),
        )
    if stream == "transactions":
        return Listing(
            select=lambda where, order: queries.transactions(books, where, order),
            key="t.id",
            changed="t.lastmodifieddate",
            state=queries.state_of_transactions(books),
            items=lambda rows, alone: Gathering(suiteql, books).items(rows, alone=alone),
        )
    if stream == "deletions":
        return Listing(select=queries.deletions, key="d.recordid", changed="d.deleteddate")
    raise ConfigError(f"the NetSuite connector has no stream {stream!r}")


def customers_by_ids(suiteql: SuiteQL, books: Books, ids: Iterable[int]) -> list[Row]:
    """Single customers as they are now."""
    return [
        row
        for some in in_parts(sorted(ids))
        for row in suiteql.rows(queries.customers(books, f"c.id IN {queries.one_of(some)}", "c.id"))
    ]


def read(suiteql: SuiteQL, what: Listing, cursor: str | None, zone: ZoneInfo) -> Iterator[Page]:
    """Pages from a cursor on, each with a cursor that is safe to go on from."""
    place = Cursor.parse(cursor) if cursor else None
    if what.state is not None and (place is None or place.below is not None):
        yield from _backfill(suiteql, what, place)
    else:
        yield from _changes(suiteql, what, place or Cursor(), zone)


def _backfill(suiteql: SuiteQL, what: Listing, cursor: Cursor | None) -> Iterator[Page]:
    """All rows, newest first. What changes meanwhile is read again afterwards, from the last change before it began."""
    if cursor is None:
        state = suiteql.rows(what.state or "")[0]
        latest = state.get("latest")
        cursor = Cursor(since=checked(latest) if latest else None, total=int(state["total"]))
    at = cursor

    def query(last: int | None) -> str:
        below = at.below if last is None else -last
        return what.select("1 = 1" if below is None else f"{what.key} < {below}", f"{what.key} DESC")

    for rows, has_more in suiteql.pages(query, lambda row: -int(row[what.key_name])):
        read = at.read + len(rows)
        if has_more:
            at = replace(at, below=min(int(row[what.key_name]) for row in rows), read=read)
            done = min(read / at.total, 0.99) if at.total else None
        else:
            at, done = Cursor(since=at.since), 1.0
        yield Page(items=what.items(rows, True), cursor=str(at), done=done)


def _changes(suiteql: SuiteQL, what: Listing, cursor: Cursor, zone: ZoneInfo) -> Iterator[Page]:
    """What changed since, in the order of changes; one question where nothing did."""
    start = None if cursor.since is None else beginning(cursor.since, zone)
    latest, recent = cursor.since or "", list[Row]()

    def query(last: tuple[str, int] | None) -> str:
        return what.select(queries.changed(what.changed, what.key, start, last), f"{what.changed}, {what.key}")

    for number, (rows, has_more) in enumerate(suiteql.pages(query, what.place)):
        if start and any(what.place(row)[0] < start for row in rows):
            raise TransientError("NetSuite answers with an older state of its books than that it was asked for")
        if number == 0 and not has_more and digest(rows) == cursor.seen:
            yield Page(items=[], cursor=str(cursor), done=1.0)
            return
        latest = max([latest, *(what.place(row)[0] for row in rows)])
        again = beginning(latest, zone) if latest else ""
        recent = [row for row in [*recent, *rows] if what.place(row)[0] >= again]
        at = Cursor(since=latest or None, seen="" if has_more else digest(recent))
        yield Page(items=what.items(rows, False), cursor=str(at), done=None if has_more else 1.0)
