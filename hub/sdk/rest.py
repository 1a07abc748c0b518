"""Reading an ordinary REST interface from a description of it: a connector says what its listings are called.

A listing that can be asked for what changed since an instant, oldest change first, is read from the newest change that
was read on, never by counting pages from the start: rows that move while it is read cannot fall between two pages. Only
where more rows share one instant than fit a page is the next page of that instant asked for.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from typing import Any

import orjson

from hub.sdk.connector import Account, Page, Stream, Totals
from hub.sdk.errors import ConfigError, RecordError, RefusedError, TransientError
from hub.sdk.http import Answer, Api
from hub.sdk.records import Gone, Record

_MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """How a listing is asked for what changed: the query's name, and the item's field with the instant of its change.

    The listing has what changed at that instant or later, the oldest change first. `overlap_seconds` are read again by
    the next run, for changes that the provider made known late.
    """

    query: str
    field: str
    overlap_seconds: int = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """How a listing is cut: `number` counts pages from 1 (`is_offset`: rows from 0), each of so many `rows`."""

    number: str = "page"
    size: str = "per_page"
    rows: int = 100
    is_offset: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Stream):
    """A stream that is a listing of the provider's: where it is, and under which key its items are.

    `gone` names the item's field that says it was deleted; such an item becomes Gone of the stream's entity. `id` is
    the item's own id.
    """

    path: str = ""
    items: str = ""
    since: Since | None = None
    pages: Pages = Pages()
    gone: str = ""
    id: str = "id"


class RestConnector:
    """A connector of listings: a subclass has `streams`, and `map_<stream>` for each, which makes records of an item.

    What the interface does otherwise, `read` of a subclass does: for one stream, or for all.
    """

    streams: tuple[Listing, ...] = ()
    check_path = ""
    """What `check` asks for; empty: the first listing."""

    def __init__(self, config: Mapping[str, Any], api: Api) -> None:
        self.config, self.api = config, api

    def accounts(self) -> list[Account]:
        """One company, by the name of the connection, unless a subclass knows better."""
        return [Account(id=self.api.account.get("id", "default"), name=self.api.account.get("name", "the account"))]

    def check(self) -> None:
        """Ask for one page. Raises what `Api` raises, and ConfigError where the interface is not what was described."""
        listing = self.streams[0]
        if self.check_path:
            self.api.get(self.check_path)
        else:
            _items(listing, self.api.get(listing.path, _query(listing.pages, 1)))

    def read(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """Pages of a listing from a cursor on; see the head of this file."""
        listing = self._listing(stream)
        return self._read_changes(listing, cursor) if listing.since else self._read_all(listing)

    def map(self, stream: str, item: Mapping[str, Any]) -> Iterable[Record]:
        """The records of an item, by the method `map_<stream>`; of one that is gone, that it is."""
        listing = self._listing(stream)
        if listing.gone and item.get(listing.gone):
            if not item.get(listing.id):
                raise RecordError(f"a deleted item without {listing.id}", field=listing.id, expected="its id")
            return [
                Gone(entity=listing.entity, external_id=str(item[listing.id]), gone_on=self._gone_on(listing, item))
            ]
        found = getattr(self, f"map_{stream}")(item)
        return [found] if not isinstance(found, Iterable) else found

    def tie_out(self) -> Totals | None:
        """Nothing, unless a subclass knows where the provider states its receivables."""
        return None

    def _listing(self, stream: str) -> Listing:
        return next(each for each in self.streams if each.name == stream)

    def _gone_on(self, listing: Listing, item: Mapping[str, Any]) -> Any:
        since = listing.since
        return (parse_instant(item.get(since.field)) if since else datetime.now(UTC)).date()

    def _read_all(self, listing: Listing) -> Iterator[Page]:
        for number in range(1, _MOST_PAGES):
            items = _items(listing, self.api.get(listing.path, _query(listing.pages, number)))
            if items or number == 1:
                yield Page(items=items)
            if len(items) < listing.pages.rows:
                return
        raise RefusedError(f"{listing.path}: its pages have no end", 200)

    def _read_changes(self, listing: Listing, cursor: str | None) -> Iterator[Page]:
        since = listing.since
        assert since
        begun_at = parse_instant(cursor) if cursor else None
        anchor = None if begun_at is None else begun_at - timedelta(seconds=since.overlap_seconds)
        reached, number = begun_at, 1
        seen: Set[bytes] = frozenset()
        for _ in range(_MOST_PAGES):
            query = _query(listing.pages, number) | ({} if anchor is None else {since.query: _text(anchor)})
            answer = self.api.get(listing.path, query)
            items = _items(listing, answer)
            stamps = _stamps(since, items)
            if any(later < earlier for earlier, later in pairwise(stamps)):
                raise RefusedError(f"{listing.path} is not in the order of {since.field}, oldest first", answer.status)
            if anchor is not None and stamps and stamps[0] < anchor:
                raise RefusedError(f"{listing.path} takes no notice of {since.query}", answer.status)
            prints = {_print(item): item for item in items}
            fresh = [item for print_, item in prints.items() if print_ not in seen]
            # A provider whose clock runs ahead must not have the next run begin in the future.
            if stamps and (newest := min(stamps[-1], _told_at(answer))) > (reached or newest - timedelta(1)):
                reached = newest
            if fresh:
                yield Page(items=fresh, cursor=None if reached is None else _text(reached))
            if len(items) < listing.pages.rows:
                return
            # On from the newest change; where it is the one that was asked for, on to the next page of it.
            number, anchor = (number + 1, anchor) if stamps[-1] == anchor else (1, stamps[-1])
            seen = prints.keys() if number == 1 else seen | prints.keys()
        raise RefusedError(f"{listing.path}: its pages have no end", 200)


def parse_instant(text: Any) -> datetime:
    """An instant in ISO 8601 with its offset, in UTC. Raises RecordError for a time without one."""
    try:
        instant = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise RecordError(f"{text!r} is no instant", value=str(text), expected="2026-03-01T09:30:00Z") from error
    if instant.tzinfo is None:
        raise RecordError(f"{text!r} says no time zone", value=str(text), expected="an offset, or Z for UTC")
    return instant.astimezone(UTC)


def _stamps(since: Since, items: Iterable[Mapping[str, Any]]) -> list[datetime]:
    """When the items were changed; an item that does not say costs itself, all of a page the run."""
    stamps, error = [], None
    for item in items:
        try:
            stamps.append(parse_instant(item.get(since.field)))
        except RecordError as found:
            error = found
    if error and not stamps:
        raise ConfigError(f"{since.field} cannot be read as an instant with an offset: {error}") from error
    return stamps


def _print(item: Mapping[str, Any]) -> bytes:
    return orjson.dumps(item, default=str, option=orjson.OPT_SORT_KEYS)


def _text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def _told_at(answer: Answer) -> datetime:
    """The provider's own time of an answer; far away where it does not say."""
    try:
        return parsedate_to_datetime(answer.headers["date"]).astimezone(UTC) + timedelta(seconds=1)
    except (KeyError, ValueError):
        return datetime.max.replace(tzinfo=UTC)


def _query(pages: Pages, number: int) -> dict[str, str | int]:
    return {pages.number: (number - 1) * pages.rows if pages.is_offset else number, pages.size: pages.rows}


def _items(listing: Listing, answer: Answer) -> list[Mapping[str, Any]]:
    document = answer.json()
    found = document.get(listing.items) if listing.items and isinstance(document, dict) else document
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        where = listing.items or "the answer"
        raise TransientError(f"{listing.path}: {where} is no list of objects")
    return found
