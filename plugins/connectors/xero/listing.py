"""Walking one of Xero's lists: backwards from what changed last, and forwards from where the last walk ended.

Nothing leaves a list, and what changes moves to its newer end. So backwards, page numbers lose nothing: a change pushes
what is still to come further back, and at worst something comes twice. Forwards they would lose what moves up when
something before it moves to the end; so there each page begins where the one before ended, by the time of the last
change, and the number counts on only within a second that fills more than a page.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from hub.sdk.connector import Page
from hub.sdk.errors import ConfigError
from plugins.connectors.xero.client import since
from plugins.connectors.xero.values import instant, updated_at

PAGE_SIZE = 1000
LAG = timedelta(minutes=5)
"""For how long a change may stay out of sight in a list although later ones are in it; so far each walk goes back."""

_LEAST_PAGE = 100
_SECOND = timedelta(seconds=1)
_FORMER = datetime(1970, 1, 1, tzinfo=UTC)
Ask = Callable[..., Mapping[str, Any] | None]
"""Asks for one page of the list: (where, order, page, page_size, and if_modified_since where it is known)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list: the key of its items in an answer, the name of their id, and the filter that is always asked for."""

    key: str
    id_name: str
    where: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where a walk stands.

    `since`: all that was changed up to there was seen; `seen` is a mark of what was seen from there on, `newest` the
    time of the last change of it. While the list is walked backwards, `page` is the next, and `total` how many items
    there were. `is_doubted`: the last answer from here contradicted itself. `beside` marks how far the other lists were
    read.
    """

    since: str
    seen: str = ""
    newest: str | None = None
    page: int | None = None
    total: int | None = None
    is_doubted: bool = False
    beside: str = ""

    def __str__(self) -> str:
        return json.dumps({name: value for name, value in asdict(self).items() if value not in (None, "", False)})

    def is_settled(self, clock: datetime) -> bool:
        """Whether all that was changed before its newest change is in sight by now, Xero's time being `clock`."""
        newest = instant(self.newest)
        return self.page is None and newest is not None and newest <= clock - LAG

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Raises ConfigError for a text that is no cursor of this connector."""
        try:
            cursor = cls(**json.loads(text))
            moments = [instant(each) for each in (cursor.since, cursor.newest) if each is not None]
        except (ValueError, TypeError) as error:
            raise ConfigError(f"{text!r:.80} is no cursor of this connector") from error
        if None in moments or not isinstance(cursor.page, int | None):
            raise ConfigError(f"{text!r:.80} is no cursor of this connector")
        return cursor


def backwards(listing: Listing, ask: Ask, cursor: Cursor | None) -> Iterator[Page]:
    """All of a list, what was changed last first. The last page's cursor is where `forwards` begins.

    What changes meanwhile moves to the front, behind our back; `forwards` finds it.
    """
    number, before = (cursor.page if cursor else None) or 1, set[str]()
    while True:
        answer = ask(where=listing.where, order="UpdatedDateUTC DESC", page=number, page_size=PAGE_SIZE)
        items = _items(listing, answer)
        if cursor is None:
            cursor = _start(listing, items, answer)
        ids = {str(item.get(listing.id_name)) for item in items}
        is_last = _is_last(items, ids - before, answer, number)
        number, before = number + 1, ids
        if is_last:
            yield Page(items=items, cursor=str(replace(cursor, page=None, total=None)), done=1.0)
            return
        done = min((number - 1) * PAGE_SIZE / cursor.total, 1.0) if cursor.total else None
        yield Page(items=items, cursor=str(replace(cursor, page=number)), done=done)


def forwards(listing: Listing, ask: Ask, cursor: Cursor) -> Iterator[Page]:
    """What changed since, oldest change first. Nothing where nothing did: one call, no page.

    An answer that shows older versions than were asked for, or not in their order, comes from a copy that lags behind;
    what it has is given, but the walk begins at the same place again the next time (once: it might always be so).
    """
    settled = instant(cursor.since) or _FORMER
    start = asked = _asked(settled)
    number, is_first, doubt, seen = 1, True, False, dict[tuple[str, str], datetime]()
    while True:
        answer = ask(
            where=listing.where,
            order="UpdatedDateUTC ASC",
            page=number,
            page_size=PAGE_SIZE,
            if_modified_since=since(asked),
        )
        given = _items(listing, answer)
        doubt = doubt or _contradicts(given, asked)
        # An answer may hold what is just as old as was asked for, which was seen.
        items = [item for item in given if (updated_at(item) or settled) > start]
        new = {mark: item for item in items if (mark := _mark(listing, item)) not in seen}
        fresh = [*new.values()]
        seen |= {mark: updated_at(item) or settled for mark, item in new.items()}
        is_last = _is_last(given, fresh, answer, number)
        if is_first and is_last and not doubt and _fingerprint(seen, start) == cursor.seen:
            return
        newest, is_first = max(seen.values(), default=settled), False
        if newest.replace(microsecond=0) - _SECOND > asked and not doubt:
            asked, number = newest.replace(microsecond=0) - _SECOND, 1
        else:
            number += 1
        if fresh or (doubt and is_last):
            after = _after(settled, seen, newest, answer)
            yield Page(items=fresh, cursor=str(_doubted(cursor) if doubt and not cursor.is_doubted else after))
        if is_last:
            return


def _contradicts(items: list[Mapping[str, Any]], asked: datetime) -> bool:
    times = [changed for item in items if (changed := updated_at(item)) is not None]
    return times != sorted(times) or bool(times and times[0] < asked)


def _doubted(cursor: Cursor) -> Cursor:
    return replace(cursor, seen="", is_doubted=True)


def _start(listing: Listing, items: list[Mapping[str, Any]], answer: Mapping[str, Any] | None) -> Cursor:
    """Where `forwards` will begin, as the first page of a backward walk shows it."""
    long_since = _clock(answer) - LAG
    seen = {_mark(listing, item): updated_at(item) or long_since for item in items}
    cursor = _after(_FORMER, seen, max(seen.values(), default=long_since), answer)
    return replace(cursor, total=_page_info(answer, "itemCount"))


def _after(
    settled: datetime, seen: Mapping[tuple[str, str], datetime], newest: datetime, answer: Mapping[str, Any] | None
) -> Cursor:
    """The cursor once `seen` is stored: no later than what may yet come into sight."""
    settled = max(settled, min(newest, _clock(answer) - LAG))
    return Cursor(
        since=settled.isoformat(), seen=_fingerprint(seen, _asked(settled)), newest=max(newest, settled).isoformat()
    )


def _asked(moment: datetime) -> datetime:
    """The time to ask from: it is written nowhere whether an answer includes what is exactly as old."""
    return moment.replace(microsecond=0) - _SECOND


def _fingerprint(seen: Mapping[tuple[str, str], datetime], start: datetime) -> str:
    later = sorted(mark for mark, changed in seen.items() if changed > start)
    return blake2b(json.dumps(later).encode(), digest_size=8).hexdigest() if later else ""


def _mark(listing: Listing, item: Mapping[str, Any]) -> tuple[str, str]:
    """One state of an item. By all it says: its time may be the same although it was changed again."""
    content = json.dumps(item, sort_keys=True, default=str).encode()
    return str(item.get(listing.id_name)), blake2b(content, digest_size=8).hexdigest()


def _items(listing: Listing, answer: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    found = (answer or {}).get(listing.key) or []
    # What is no object is left for the mapping to reject, so that it is counted and shown.
    return [item if isinstance(item, Mapping) else {"unreadable": item} for item in found]


def _is_last(items: list[Any], fresh: Collection[Any], answer: Mapping[str, Any] | None, number: int) -> bool:
    """Whether no page follows: by the answer's own count, else by its being short, or the same as before."""
    pages = _page_info(answer, "pageCount")
    if answer is None or pages is not None:
        return answer is None or number >= (pages or 0)
    return len(items) < min(PAGE_SIZE, _LEAST_PAGE) or (number > 1 and not fresh)


def _page_info(answer: Mapping[str, Any] | None, name: str) -> int | None:
    info = (answer or {}).get("pagination")
    value = info.get(name) if isinstance(info, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _clock(answer: Mapping[str, Any] | None) -> datetime:
    """Xero's own time when it answered."""
    return instant((answer or {}).get("DateTimeUTC")) or datetime.now(UTC)
