"""Brings a batch into the tables: compares by hash, then sends only what differs, within the caller's transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from re import compile as pattern
from typing import Any

import orjson
from psycopg import Cursor
from sqlalchemy.orm import Session

from hub.ledger import statements, suppression
from hub.ledger.batch import ENTITIES, Batch, Row, is_older
from hub.ledger.ids import Naming
from hub.sdk.records import Entity
from hub.storage.session import driver

LARGE = 500
"""From so many rows on a temporary table pays; making one costs some twenty catalog rows."""

_ORDER: tuple[Entity, ...] = ("customer", "allocation", "invoice", "payment", "credit_memo")
_SOURCES: tuple[Entity, ...] = ("payment", "credit_memo")
_NUL = pattern(rb"(?<!\\)((?:\\\\)*)\\u0000")


@dataclass(slots=True)
class Counts:
    """What became of the records of one entity. `stale` ones were older than what the ledger holds."""

    inserted: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    stale: int = 0

    @property
    def written(self) -> int:
        return self.inserted + self.changed + self.deleted


StoreCounts = dict[Entity, Counts]


@dataclass(slots=True)
class _Difference:
    """Keys of the batch's rows that have to be written: not there yet, there but otherwise, and there but deleted.

    Of payments and credit memos also those that do not count, and those that count again.
    """

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    revived: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Touched:
    """Keys of stored documents that what is written may move."""

    invoices: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)

    def add(self, invoice: str | None, source: str | None) -> None:
        """An allocation's two ends; a refund settles no invoice, a write-off takes from nothing."""
        if invoice is not None:
            self.invoices.add(invoice)
        if source is not None:
            self.sources.add(source)


def merge(session: Session, batch: Batch, now: datetime) -> StoreCounts:
    """Make the ledger agree with the batch. `now` is when the hub learnt it: one instant for all pages of a run."""
    counts: StoreCounts = {entity: Counts() for entity in ENTITIES}
    suppression.withhold(session, batch)
    with driver(session).cursor() as cursor:
        _lock(cursor, batch)
        taken_back = _take_back(cursor, batch)
        differences = {
            entity: _compare(cursor, entity, rows, counts[entity]) for entity, rows in batch.rows.items() if rows
        }
        touched = _find_touched(cursor, batch, differences)
        closed, opened = (
            _array(key for entity in _SOURCES if entity in differences for key in getattr(differences[entity], name))
            for name in ("closed", "opened")
        )
        if any(len(each.new) + len(each.changed) >= LARGE for each in differences.values()):
            # A page's rows pass through several steps of a statement; none of them should go by way of the disk.
            cursor.execute("set local work_mem = '64MB'")
        before = _moved_before(cursor, batch, differences, touched)
        _mark(cursor, batch, differences, taken_back, now, counts)
        for entity in _ORDER:
            difference = differences.get(entity, _Difference())
            moved = _moved_keys(entity, batch, difference, touched)
            if difference.new or difference.changed or moved:
                values = {"before": before.get(entity, "[]"), "now": now, "closed": closed, "opened": opened}
                written = _write(cursor, batch, entity, difference, moved, values)
                counts[entity].changed += max(0, written - len(difference.new) - len(difference.changed))
    return counts


def take_back(session: Session, batch: Batch) -> None:
    """Add to the batch's deletions the allocations that are not among those of documents stated whole."""
    if batch.complete:
        with driver(session).cursor() as cursor:
            _lock(cursor, batch)
            _take_back(cursor, batch)


def _lock(cursor: Cursor, batch: Batch) -> None:
    # Only one at a time writes the records of a connection, so that what is compared stays what is replaced.
    lock = int.from_bytes(batch.connection_id.bytes[:8], signed=True)
    cursor.execute("select pg_advisory_xact_lock(%s)", (lock,))


def _take_back(cursor: Cursor, batch: Batch) -> dict[str, str]:
    """When the source took back the allocations that it no longer states, where it says so; they join those gone.

    Asked again in the same transaction, it is the same.
    """
    if not batch.complete:
        return batch.taken_back
    sides: dict[str, list[str]] = {"invoice": [], "source": []}
    for key, complete in batch.complete.items():
        sides[complete.side].append(key)
    stated = {key for complete in batch.complete.values() for key in complete.allocations}
    parameters = {"invoices": _array(sides["invoice"]), "sources": _array(sides["source"])}
    cursor.execute(statements.TAKEN_BACK, parameters | {"stated": _array(stated.union(batch.rows["allocation"]))})
    times = batch.taken_back
    for allocation, document, effective_at in cursor.fetchall():
        complete = batch.complete[document]
        if not is_older(complete.updated_at, effective_at):
            batch.gone["allocation"].setdefault(allocation, complete.gone_on)
            if complete.updated_at is not None:
                times[allocation] = complete.updated_at.isoformat()
    batch.complete.clear()
    return times


def _compare(cursor: Cursor, entity: Entity, rows: Mapping[str, Row], counts: Counts) -> _Difference:
    keys = list(rows)
    cursor.execute(
        statements.differing(entity),
        {"keys": _array(keys), "hashes": _array(str(row.hash) for row in rows.values())},
    )
    difference = _Difference()
    status = statements.FACTS[entity].index("status") if entity in _SOURCES else None
    for position, is_held, effective_at, is_deleted, was_open in cursor.fetchall():
        key = keys[position - 1]
        if not is_held:
            difference.new.append(key)
        elif is_older(rows[key].updated_at, effective_at):
            counts.stale += 1
            continue
        else:
            difference.changed.append(key)
            if is_deleted:
                difference.revived.append(key)
        if status is not None:
            if rows[key].facts[status] != "open":
                difference.closed.append(key)
            elif is_held and not was_open:
                difference.opened.append(key)
    counts.inserted, counts.changed = len(difference.new), len(difference.changed)
    counts.unchanged = len(rows) - counts.inserted - counts.changed - counts.stale
    return difference


def _find_touched(cursor: Cursor, batch: Batch, differences: Mapping[Entity, _Difference]) -> _Touched:
    """Invoices whose allocations change, and payments and credit memos whose allocations or invoices do."""
    touched = _Touched()
    allocations = differences.get("allocation", _Difference())
    for key in (*allocations.new, *allocations.changed):
        touched.add(*_references("allocation", batch.naming, batch.rows["allocation"][key].facts)[:2])
    sources = [differences[entity] for entity in _SOURCES if entity in differences]
    invoices = differences.get("invoice", _Difference())
    lookups = {
        "allocations": [*allocations.changed, *batch.gone["allocation"]],
        "invoices": [*invoices.changed, *_uncounted(batch, invoices.new), *batch.gone["invoice"]],
        "sources": [
            *(key for each in sources for key in (*each.revived, *each.closed, *each.opened)),
            *(key for entity in _SOURCES for key in batch.gone[entity]),
        ],
    }
    if any(lookups.values()):
        cursor.execute(statements.TOUCHED, {name: _array(keys) for name, keys in lookups.items()})
        for invoice, source in cursor.fetchall():
            touched.add(invoice, source)
    return touched


def _uncounted(batch: Batch, keys: Iterable[str]) -> Iterable[str]:
    """Of these invoices, those that take nothing of a payment: one allocated to them before has it to itself again."""
    position = statements.FACTS["invoice"].index("stated_status")
    rows = batch.rows["invoice"]
    return (key for key in keys if rows[key].facts[position] in ("draft", "void"))


def _moved_keys(entity: Entity, batch: Batch, difference: _Difference, touched: _Touched) -> set[str]:
    """Keys of stored documents to be worked out anew although they are not sent."""
    if entity == "invoice":
        moved = touched.invoices
    elif entity in _SOURCES:
        # An id is of one entity alone, so what the page has as the other is none of this.
        moved = touched.sources.difference(*(batch.rows[other] for other in _SOURCES if other != entity))
    else:
        return set()
    moved = moved | batch.gone[entity].keys()
    return moved.difference(difference.new, difference.changed) if moved else moved


def _moved_before(
    cursor: Cursor, batch: Batch, differences: Mapping[Entity, _Difference], touched: _Touched
) -> dict[Entity, str]:
    before: dict[Entity, str] = {}
    for entity in ("invoice", *_SOURCES):
        difference = differences.get(entity, _Difference())
        keys = _moved_keys(entity, batch, difference, touched).union(difference.changed)
        if keys:
            cursor.execute(statements.moved_before(entity), {"ids": _array(keys), "closed": "{}", "opened": "{}"})
            (before[entity],) = cursor.fetchone() or ("[]",)
    return before


def _mark(
    cursor: Cursor,
    batch: Batch,
    differences: Mapping[Entity, _Difference],
    taken_back: Mapping[str, str],
    now: datetime,
    counts: StoreCounts,
) -> None:
    """Note deletions, and undo those of returning payments, before anything is worked out from who is alive."""
    for entity, gone in batch.gone.items():
        days: dict[str, str] = {key: day.isoformat() for key, day in gone.items()}
        if entity in _SOURCES:
            days |= dict.fromkeys(differences.get(entity, _Difference()).revived, "NULL")
        if days:
            times = _array(taken_back.get(key, "NULL") if entity == "allocation" else "NULL" for key in days)
            parameters = {"keys": _array(days), "days": _array(days.values()), "times": times, "now": now}
            cursor.execute(statements.mark_deleted(entity), parameters)
            counts[entity].deleted = sum(key in gone for (key,) in cursor.fetchall())


def _write(
    cursor: Cursor,
    batch: Batch,
    entity: Entity,
    difference: _Difference,
    moved: Iterable[str],
    values: Mapping[str, Any],
) -> int:
    keys = difference.new + difference.changed
    is_large = len(keys) >= LARGE
    parameters: dict[str, Any] = {
        "connection": batch.connection_id,
        "existing": _array(difference.changed),
        "touched": _array(moved),
        **values,
    }
    if is_large:
        cursor.execute(statements.create_staging(entity))
        with cursor.copy(statements.copy_staging(entity)) as copy:
            write_row, rows, naming = copy.write_row, batch.rows[entity], batch.naming
            for key in keys:
                row = rows[key]
                write_row(_staged(entity, naming, key, row, _raw(row.raw).decode() if row.raw is not None else None))
    else:
        parameters["rows"] = _as_json(batch, entity, keys)
    cursor.execute(statements.merge(entity, is_large), parameters)
    written, *leavers = cursor.fetchone() or (0,)
    if is_large:
        cursor.execute(statements.drop_staging(entity))
    if leavers and leavers[0]:
        cursor.execute(statements.RESTORE_EXTREMES, {"customers": _array(map(str, leavers[0]))})
    return int(written)


def _staged(entity: Entity, naming: Naming, key: str, row: Row, raw: Any) -> tuple[Any, ...]:
    return (key, *_references(entity, naming, row.facts), row.external_id, row.hash, row.updated_at, raw)


def _references(entity: Entity, naming: Naming, facts: tuple[Any, ...]) -> tuple[Any, ...]:
    """The facts with the provider's ids of other records replaced by the ledger's."""
    if entity == "customer":
        return facts
    if entity == "allocation":
        invoice, source, kind, *rest, source_kind = facts
        if invoice is not None:
            invoice = naming.key("invoice", invoice)
        if source is not None:
            source = naming.key(source_kind or ("credit_memo" if kind == "credit_memo" else "payment"), source)
        return invoice, source, kind, *rest
    return naming.customer(facts[0]), *facts[1:]


def _as_json(batch: Batch, entity: Entity, keys: Iterable[str]) -> str:
    columns, rows = statements.staged_columns(entity), batch.rows[entity]
    staged = []
    for key in keys:
        row = rows[key]
        raw = None if row.raw is None else orjson.Fragment(_raw(row.raw))
        staged.append(dict(zip(columns, _staged(entity, batch.naming, key, row, raw), strict=True)))
    return orjson.dumps(staged).decode()


def _raw(raw: Mapping[str, Any]) -> bytes:
    """A raw item as JSON that PostgreSQL takes; what it cannot hold (NUL, half characters) is replaced, not refused."""
    try:
        encoded = orjson.dumps(raw, default=str, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        encoded = orjson.dumps({"unreadable": repr(raw).encode("utf-8", "replace").decode()})
    return _NUL.sub(rb"\1\\ufffd", encoded) if rb"\u0000" in encoded else encoded


def _array(items: Iterable[str]) -> str:
    return f"{{{','.join(items)}}}"
