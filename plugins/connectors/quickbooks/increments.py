"""What changed since: one call of change data capture for all entities, shared by the streams of a run."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from plugins.connectors.quickbooks import cursors
from plugins.connectors.quickbooks.answers import STREAMS
from plugins.connectors.quickbooks.backfill import STEP, TRIES, UPDATED, Part, page_of
from plugins.connectors.quickbooks.client import MOST, Client, Item, TooOldError, quoted
from plugins.connectors.quickbooks.cursors import Since
from plugins.connectors.quickbooks.fields import Fields, instant

OVERLAP = timedelta(minutes=5)
"""Asked for again each time, for what became visible only after something newer was read."""
STALE = timedelta(days=14)
"""A cursor that has not moved for so long moves on although nothing changed: QuickBooks looks back thirty days."""
_SETTLED = timedelta(days=1)
_HALVINGS = 8
_MOST_SEEN = 200
_MERGED = "(deleted)"
_MOST_WINNERS = 20


@dataclass(slots=True)
class Changes:
    """What changed since a time: `items` by entity, `newest` the last time among them.

    `cut` names the entities of which there is more than the answer could hold; None: nothing is known at all.
    """

    since: datetime
    items: dict[str, list[Item]] = field(default_factory=dict)
    cut: set[str] | None = None
    newest: datetime | None = None
    now: datetime | None = None


class Increments:
    """The changes of one company, for the streams of one run."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._held: Changes | None = None

    def read(self, entity: str, place: Since) -> Iterator[Part]:
        """What changed of an entity since a place, and the cursor after it: the same where nothing did."""
        changes = self._since(place.since)
        if changes.cut is not None and entity not in changes.cut:
            new = [item for item in changes.items.get(entity, []) if _version(item) not in place.seen]
            end = cursors.write(self._end(entity, place, changes))
            yield Part([*new, *self._moved(entity, place, changes)], end, 1.0)
            return
        deleted = [item for item in changes.items.get(entity, []) if Fields(entity, item).is_deleted]
        if deleted:
            yield Part(deleted, cursors.write(place), None)
        yield from self._by_query(entity, place, changes)

    def among(self, entity: str) -> list[Item]:
        """What the changes at hand hold of an entity."""
        return self._held.items.get(entity, []) if self._held else []

    def _since(self, since: datetime) -> Changes:
        asked = since - OVERLAP
        if self._held is None or self._held.since > asked:
            self._held = self._ask(asked)
        return self._held

    def _ask(self, since: datetime) -> Changes:
        """The changes since a time. An answer that is full may be cut: then each entity is asked for by itself."""
        try:
            items = self._changed([*STREAMS], since)
        except TooOldError:
            return Changes(since=since)
        cut = set()
        if sum(map(len, items.values())) >= MOST:
            for entity in STREAMS:
                items[entity] = self._changed([entity], since)[entity]
                if len(items[entity]) >= MOST:
                    cut.add(entity)
                    items[entity] += self._deleted_lately(entity, since)
        times = [Fields(entity, item).updated_at for entity in items for item in items[entity]]
        now = instant(self._client.now)
        known = [min(each, now) if now else each for each in times if each is not None]
        return Changes(since=since, items=items, cut=cut, newest=max(known, default=None), now=now)

    def _changed(self, entities: list[str], since: datetime) -> dict[str, list[Item]]:
        """What changed, asked for again where it holds what did not: versions from a server that lags behind."""
        items: dict[str, list[Item]] = {}
        for _ in range(TRIES):
            items = self._client.changed(entities, _written(since))
            times = [Fields(entity, item).updated_at for entity in items for item in items[entity]]
            if all(at is None or at >= since.replace(microsecond=0) for at in times):
                break
        return items

    def _deleted_lately(self, entity: str, since: datetime) -> list[Item]:
        """Deletions out of shorter and shorter windows, until one holds all there is in it.

        Queries find everything else that a full answer left out, but never what was deleted.
        """
        now, found = instant(self._client.now), []
        for _ in range(_HALVINGS if now else 0):
            assert now is not None
            since += (now - since) / 2
            items = self._changed([entity], since)[entity]
            found += [item for item in items if Fields(entity, item).is_deleted]
            if len(items) < MOST:
                break
        return found

    def _by_query(self, entity: str, place: Since, changes: Changes) -> Iterator[Part]:
        """What was saved since, oldest first, so that each page is a place to resume from."""
        at, skip = _written(place.since - OVERLAP), 0
        while True:
            where = f"{UPDATED} >= {quoted(at)}"
            items = page_of(self._client, entity, where, instant(at), skip=skip, descends=False)
            if changes.now is None:
                # One end for all streams, or each would ask for its own changes from then on.
                changes.now = changes.newest = instant(self._client.now)
            if len(items) < MOST:
                end = max(place.since, changes.newest or place.since)
                yield Part(items, cursors.write(Since(since=end, seen=_recent(entity, items, end))), 1.0)
                return
            last, began = Fields(entity, items[-1]).updated_at, instant(at)
            if last is None or (began is not None and last <= began):
                skip += STEP
            else:
                at, skip = _written(last), 0
                place = Since(since=max(place.since, last))
            yield Part(items, cursors.write(place), None)

    def _end(self, entity: str, place: Since, changes: Changes) -> Since:
        since = max(place.since, changes.newest or place.since)
        if changes.now is not None and changes.now - since > STALE:
            since = changes.now - _SETTLED
        return Since(since=since, seen=_recent(entity, changes.items.get(entity, []), since))

    def _moved(self, entity: str, place: Since, changes: Changes) -> list[Item]:
        """Documents of customers that another one was merged into: their own time of change does not say so."""
        if entity not in ("Invoice", "Payment", "CreditMemo"):
            return []
        lately = [
            each
            for each in (Fields("Customer", item) for item in changes.items.get("Customer", []))
            if each.updated_at is not None and each.updated_at > place.since
        ]
        gone = [each for each in lately if _is_merged_away(each)]
        winners = [each.text("Id") for each in lately if each not in gone and not each.is_deleted]
        found: list[Item] = []
        for winner in winners[:_MOST_WINNERS] if gone else ():
            start = 1
            while page := self._client.query(entity, f"CustomerRef = {quoted(winner or '')}", "Id", start=start):
                found += page
                start += len(page)
                if len(page) < MOST:
                    break
        return found


def _is_merged_away(customer: Fields) -> bool:
    """The one that lost: inactive, and renamed so that its name is free again."""
    return customer.item.get("Active") is False and _MERGED in (customer.text("DisplayName") or "")


def _version(item: Item) -> str:
    """What tells one version of a record from the next."""
    fields = Fields("", item)
    return f"{fields.text('Id')}.{'deleted' if fields.is_deleted else fields.text('SyncToken')}"


def _recent(entity: str, items: list[Item], since: datetime) -> frozenset[str]:
    """The versions that the next run is told of again, as long as they are few."""
    found = []
    for item in items:
        at = Fields(entity, item).updated_at
        if at is not None and at >= since - OVERLAP:
            found.append(_version(item))
    return frozenset(found if len(found) <= _MOST_SEEN else ())


def _written(at: datetime) -> str:
    """A time with its offset: the SDK writes a `datetime` without one, which nobody could read right."""
    return at.isoformat(timespec="seconds")
