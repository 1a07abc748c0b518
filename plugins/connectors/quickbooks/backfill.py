"""The first reading of an entity: newest first, safe to resume, and without drift while the books change."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from plugins.connectors.quickbooks import cursors
from plugins.connectors.quickbooks.client import MOST, Client, Item, quoted
from plugins.connectors.quickbooks.cursors import Backfill, Since
from plugins.connectors.quickbooks.fields import Fields, instant

UPDATED = "MetaData.LastUpdatedTime"
STEP = 900
"""How far the start moves in a group of the same time that fills more than a page: less than a page, so that
records which leave the group meanwhile do not make others slip through."""


class Part(NamedTuple):
    """Items, the cursor after them, and the share of the whole that is read."""

    items: list[Item]
    cursor: str
    done: float | None


def also_inactive(entity: str) -> str:
    """The condition without which a query leaves out what is inactive: such customers may still owe."""
    return "Active IN (true, false)" if entity == "Customer" else ""


def backfill(client: Client, entity: str, place: Backfill | None) -> Iterator[Part]:
    """All of an entity, by the time it was saved last, downwards.

    Each page begins at the time at which the one before ended, that time included: what is saved meanwhile moves to
    the front, where increments find it, and moves no page.
    """
    total = client.count(entity, also_inactive(entity))
    read = 0
    while True:
        at, skip = (place.at, place.skip) if place else (None, 0)
        conditions = [also_inactive(entity), f"{UPDATED} <= {quoted(at)}" if at else ""]
        items = client.query(entity, " AND ".join(filter(None, conditions)), f"{UPDATED} DESC", start=skip + 1)
        if place is None:
            place = Backfill(since=_clock(client, items))
        read += len(items)
        if len(items) < MOST:
            yield Part(items, cursors.write(Since(since=place.since)), 1.0)
            return
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
