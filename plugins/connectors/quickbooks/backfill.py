"""The first reading of an entity: newest first, safe to resume, and without drift while the books change."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

from plugins.connectors.quickbooks import cursors
from plugins.connectors.quickbooks.client import MOST, Client, Item, quoted
from plugins.connectors.quickbooks.cursors import Backfill, Since
from plugins.connectors.quickbooks.fields import Fields, instant

UPDATED = "MetaData.LastUpdatedTime"
STEP = 900
"""How far the start moves in a group of the same time that fills more than a page: less than a page, so that
records which leave the group meanwhile do not make others slip through."""


TRIES = 3
"""How often an answer is asked for again that cannot be right; then it is taken as it is."""


class Part(NamedTuple):
    """Items, the cursor after them, and the share of the whole that is read."""

    items: list[Item]
    cursor: str
    done: float | None


def also_inactive(entity: str) -> str:
    """The condition without which a query leaves out what is inactive: such customers may still owe."""
    return "Active IN (true, false)" if entity == "Customer" else ""


def page_of(
    client: Client, entity: str, where: str, bound: datetime | None, *, skip: int, descends: bool
) -> list[Item]:
    """One page by the time of the last change, from `bound` on, that time included.

    A page out of order holds versions from before: it came from a server that lags behind, so it is asked for again.
    """
    conditions = " AND ".join(filter(None, [also_inactive(entity), where]))
    items: list[Item] = []
    for _ in range(TRIES):
        items = client.query(entity, conditions, f"{UPDATED} DESC" if descends else UPDATED, start=skip + 1)
        times = [at for item in items if (at := Fields(entity, item).updated_at) is not None]
        steps = list(pairwise([bound, *times] if bound else times))
        if all(later <= earlier if descends else later >= earlier for earlier, later in steps):
            break
    return items


def backfill(client: Client, entity: str, place: Backfill | None) -> Iterator[Part]:
    """All of an entity, by the time it was saved last, downwards.

    Each page begins at the time at which the one before ended, that time included: what is saved meanwhile moves to
    the front, where increments find it, and moves no page.
    """
    total, read = None, 0
    while True:
        at, skip = (place.at, place.skip) if place else (None, 0)
        where = f"{UPDATED} <= {quoted(at)}" if at else ""
        items = page_of(client, entity, where, instant(at), skip=skip, descends=True)
        if place is None:
            place = Backfill(since=_clock(client, items))
        read += len(items)
        if len(items) < MOST:
            yield Part(items, cursors.write(Since(since=place.since)), 1.0)
            return
        if total is None:
            total = client.count(entity, also_inactive(entity))
        place = _next(place, Fields(entity, items[-1]).part("MetaData").text("LastUpdatedTime"))
        yield Part(items, cursors.write(place), min(read / total, 0.99) if total else None)


def _next(place: Backfill, last: str | None) -> Backfill:
    ended, began = instant(last), instant(place.at)
    if ended is None or (began is not None and ended >= began):
        return Backfill(since=place.since, at=place.at, skip=place.skip + STEP)
    return Backfill(since=place.since, at=last)


def _clock(client: Client, items: list[Item]) -> datetime:
    """The provider's clock, never the hub's own; else the newest time there is."""
    times = [instant(client.now), *(Fields("", item).updated_at for item in items)]
    known = [each for each in times if each is not None]
    return known[0] if known else datetime.fromtimestamp(0, UTC)
