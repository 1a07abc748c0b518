"""Runs: read a connection's streams page by page, store each with its checkpoint, and check what came of it."""

import gc
from array import array
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any, Protocol, cast
from uuid import UUID

from sqlalchemy.orm import Session

from hub.connections import service as connections
from hub.connections.service import Connection
from hub.errors import InvalidError
from hub.events import Event, SyncFinished
from hub.jobs import service as jobs
from hub.ledger import service as ledger
from hub.ledger import suppression
from hub.redaction import redact
from hub.sdk.connector import Connector, FileConnector, Page, Stream, Totals
from hub.sdk.errors import AuthError, ConfigError, RecordError
from hub.sdk.records import Record
from hub.sync import runs, verdict
from hub.sync.fingerprints import UNKNOWN, KnownPages, fingerprints, forget_unread, has_unread, load_pages, salt
from hub.sync.runs import Run, list_rejects, list_runs

__all__ = ["import_file", "list_rejects", "list_runs", "request_import", "request_sync", "run"]

FILES = "csv"
"""The connector of files that people hand in."""
_HEARTBEAT_SECONDS = 60
_SHOWN_PROBLEMS = 20

Reject = tuple[RecordError, Mapping[str, Any] | None]


class Context(Protocol):
    """What a run needs of the job it runs in; see hub.jobs.context.JobContext."""

    registry: Any
    tenant: str
    work_id: Any

    def transaction(self) -> AbstractContextManager[Session]:
        """A transaction as the tenant that cannot commit once another worker holds the work."""

    def progress(self, share: float, sentence: str) -> None:
        """Show how far the work is."""

    def publish(self, event: Event) -> None:
        """Have what follows from the event done once the work is."""


def request_sync(session: Session, connection_id: UUID) -> UUID:
    """Ask for a run of a connection; returns the id of the work. Asked for again before it ran, it is the same."""
    connections.get(session, connection_id)
    return jobs.submit(session, "sync.run", {"connection_id": str(connection_id)})


def request_import(
    session: Session,
    upload: Path,
    options: Mapping[str, Any],
    name: str = "",
    *,
    connection: str = "Imported files",
) -> UUID:
    """Ask for a file to be imported; returns the id of the work. `name` is what people call the file.

    Files imported under one `connection` are one ledger: an invoice that is there already is brought up to date.
    """
    payload = {
        "connection_id": str(connections.ensure(session, FILES, connection, {})),
        "upload": str(upload),
        "options": dict(options),
        "name": name or upload.name,
    }
    return jobs.submit(session, "sync.import", payload)


def import_file(
    context: Context, connection_id: UUID, upload: Path, options: Mapping[str, Any], name: str, *, now: datetime
) -> dict[str, Any]:
    """Import a file into a connection; returns the run. Raises InvalidError, with nothing stored, for a file with
    rows that cannot be used, unless `options` has skip_bad: then these are left out and kept as the run's rejects.
    """
    options = {key: value for key, value in options.items() if value is not None}
    skip_bad = bool(options.pop("skip_bad", False))
    return _Sync(context, connection_id, now, options, upload).run(name=name, must_be_clean=not skip_bad)


def run(context: Context, connection_id: UUID, *, now: datetime) -> dict[str, Any]:
    """Bring the ledger up to what a connection's provider holds; returns the run as it ended.

    Safe to repeat after any interruption: what is stored already is not written again. Raises what the connector
    raises (the run is then `failed`, and what it had stored stays), and TransientError while another run is under way.
    """
    return _Sync(context, connection_id, now, {}, None).run()


@dataclass(slots=True)
class _Stopwatch:
    """Seconds spent by step."""

    seconds: dict[str, float]
    since: float = field(default_factory=monotonic)

    def lap(self, step: str) -> None:
        """Add the time since the last lap to a step."""
        now = monotonic()
        self.seconds[step] = self.seconds.get(step, 0.0) + now - self.since
        self.since = now


class _Sync:
    """One attempt at a run."""

    def __init__(
        self, context: Context, connection_id: UUID, now: datetime, options: Mapping[str, Any], file: Path | None
    ) -> None:
        self.context, self.now, self.options, self.file = context, now, options, file
        with context.transaction() as session:
            self.connection: Connection = connections.get(session, connection_id)
            self.state: Run = runs.start(session, connection_id, context.work_id, now)
            self.cursors = runs.load_cursors(session, connection_id)
        self.watch = _Stopwatch(self.state.timings)
        self.saved_at = monotonic()
        self.known: dict[str, KnownPages] = {}
        self.deleted: dict[str, int] = {}

    def run(self, *, name: str = "", must_be_clean: bool = False) -> dict[str, Any]:
        try:
            connector = self._make_connector()
            if must_be_clean:
                self._require_clean(cast(FileConnector, connector), name)
            salted = self._salt(connector)
            with self.context.transaction() as session:
                self.known = load_pages(session, self.connection.id, [each.name for each in connector.streams])
            for number, stream in enumerate(connector.streams):
                self._read_stream(connector, stream, salted, number / len(connector.streams))
            self.context.progress(0.99, "Comparing the ledger with the source's own totals.")
            totals = connector.tie_out()
        except Exception as error:
            self._fail(error)
            raise
        return self._finish(totals)

    def _make_connector(self) -> Connector:
        # skip_bad: a file has been looked through before, or its bad rows are wanted as rejects, one by one.
        file = {"path": str(self.file), "skip_bad": True} if self.file else {}
        connector: Connector = self.context.registry.make(
            self.connection.plugin, {**self.connection.config, **self.options, **file}
        )
        return connector

    def _salt(self, connector: Connector) -> bytes:
        plugin = self.connection.plugin
        # How a file is read is decided from the whole file, so the same row may mean something else in another.
        preview = connector.preview() if hasattr(connector, "preview") else None
        return salt(plugin, self.context.registry.get(plugin).version, self.connection.config, self.options, preview)

    def _require_clean(self, connector: FileConnector, name: str) -> None:
        show = self.context.progress
        found = connector.problems(lambda share, sentence: show(share * 0.3, sentence))
        first: list[RecordError] = list(islice(found, runs.KEPT_REJECTS))
        if not first:
            return
        count = len(first) + sum(1 for _ in found)
        with self.context.transaction() as session:
            runs.add_rejects(session, self.state, connector.streams[0].name, ((error, None) for error in first))
            self.state.rejected = count
            runs.save(session, self.state)
            withhold = suppression.withholding(session)
        shown = {f"line {error.line}": withhold(str(error)) for error in first[:_SHOWN_PROBLEMS]}
        raise InvalidError(
            f"{count} rows of {name} cannot be used, so nothing was stored. The first: {withhold(str(first[0]))}."
            " Mend them, or import with skip_bad to leave them out.",
            fields=shown,
        )

    def _read_stream(self, connector: Connector, stream: Stream, salted: bytes, share: float) -> None:
        self.state.items[stream.name] = 0
        for page in connector.read(stream.name, self.cursors.get(stream.name)):
            self.watch.lap("read")
            self._take(connector, stream, page, salted)
            done = share + (page.done or 0.0) / len(connector.streams)
            count = self.state.items[stream.name]
            self.context.progress(0.3 + done * 0.68 if self.file else done * 0.98, f"{count:,} {stream.name} read.")

    def _take(self, connector: Connector, stream: Stream, page: Page, salted: bytes) -> None:
        known = self.known[stream.name]
        prints = fingerprints(page.items, salted)
        positions = known.unknown(prints)
        batch = ledger.Batch.of(self.connection.id)
        rejects: list[Reject] = []
        with _no_garbage_collection():
            for position in positions:
                item = page.items[position]
                try:
                    batch.add(_map(connector, stream.name, item), item, stream.entity)
                except RecordError as error:
                    rejects.append((error, item))
                    prints[position] = UNKNOWN
            self.watch.lap("map")
            self.state.items[stream.name] += len(page.items)
            self._count_unread(stream, len(page.items) - len(positions))
            is_new_cursor = page.cursor is not None and page.cursor != self.cursors.get(stream.name)
            is_silent = monotonic() - self.saved_at > _HEARTBEAT_SECONDS
            if positions or is_new_cursor or is_silent or not known.is_stored(prints):
                self._store(stream, page, batch, rejects, prints)
        known.read += 1
        self.watch.lap("store")

    def _store(
        self, stream: Stream, page: Page, batch: ledger.Batch, rejects: list[Reject], prints: "array[int]"
    ) -> None:
        """A page's rows, what could not be used of it, and the checkpoint: all or nothing."""
        with self.context.transaction() as session:
            self._refuse_mass_deletion(session, batch)
            counts = ledger.store_batch(session, batch, self.state.started_at)
            runs.add_counts(self.state, counts)
            runs.add_rejects(session, self.state, stream.name, rejects)
            if any(each.changed or each.deleted for each in counts.values()) and has_unread(self.known):
                forget_unread(session, self.connection.id, self.known)
            self.known[stream.name].save(session, prints)
            if page.cursor is not None and page.cursor != self.cursors.get(stream.name):
                runs.save_cursor(session, self.connection.id, stream.name, page.cursor, self.now)
                self.cursors[stream.name] = page.cursor
            runs.save(session, self.state)
        self.saved_at = monotonic()

    def _count_unread(self, stream: Stream, count: int) -> None:
        """Items that were not mapped, since nothing about them is new, stand for their main record."""
        if count:
            sums = self.state.counts.setdefault(stream.entity, {})
            sums["unchanged"] = sums.get("unchanged", 0) + count

    def _refuse_mass_deletion(self, session: Session, batch: ledger.Batch) -> None:
        for entity, (deleted, held) in ledger.count_deletions(session, batch).items():
            self.deleted[entity] = self.deleted.get(entity, 0) + deleted
            # What this run has deleted before is no longer among those held.
            found = held - deleted + self.deleted[entity]
            if verdict.is_mass_deletion(self.deleted[entity], found):
                raise verdict.MassDeletionError(
                    f"The source deletes {self.deleted[entity]} of {found} {entity} records at once, so these were"
                    " kept. Look there whether that is meant."
                )

    def _fail(self, error: Exception) -> None:
        ending = {"status": "failed", "reason": redact(str(error)) or type(error).__name__, "finished_at": self.now}
        if isinstance(error, verdict.MassDeletionError):
            ending |= {"status": "suspicious", "findings": {runs.UNFINISHED: sum(self.deleted.values())}}
        with self.context.transaction() as session:
            runs.save(session, self.state, **ending)
            if isinstance(error, AuthError | ConfigError) and self.file is None:
                connections.need_attention(session, self.connection.id, str(error))

    def _finish(self, totals: Totals | None) -> dict[str, Any]:
        state = self.state
        with self.context.transaction() as session:
            before = runs.last(session, state)
            if state.changed or before is None:
                findings = ledger.findings(session, self.connection.id)
            else:
                findings = before.findings
            tie_out = self._tie_out(session, totals)
            outcome = verdict.Outcome(
                read=sum(state.items.values()),
                rejected=state.rejected,
                first_reject=state.first_reject,
                items=state.items,
                items_before=self._whole(before.items) if before is not None else {},
                findings=findings,
                differences={currency: each.amount for currency, each in tie_out.items()},
            )
            status, reasons = verdict.judge(outcome)
            self.watch.lap("check")
            ending = {
                "status": status,
                "reason": "; ".join(reasons) or None,
                "finished_at": self.now,
                "findings": findings,
                "tie_out": _shown(tie_out, totals),
            }
            if has_unread(self.known):
                forget_unread(session, self.connection.id, self.known)
            runs.save(session, state, **ending)
            connections.note_run(session, self.connection.id, self.now)
        if status != "failed":
            self.context.publish(
                SyncFinished(
                    tenant=self.context.tenant,
                    connection_id=str(self.connection.id),
                    run_id=str(state.id),
                    status=status,
                    changed=state.changed,
                )
            )
        return {
            "run_id": str(state.id),
            "connection_id": str(self.connection.id),
            "items": state.items,
            "counts": state.counts,
            "changed": state.changed,
            "rejected": state.rejected,
            **{name: ending[name] for name in ("status", "reason", "findings", "tie_out")},
            "tie_out_difference": {currency: f"{each.amount:.4f}" for currency, each in tie_out.items()},
        }

    def _tie_out(self, session: Session, totals: Totals | None) -> dict[str, ledger.Difference]:
        if totals is None:
            return {}
        ours = ledger.receivable(session, self.connection.id, totals.as_of)
        return {
            currency: ledger.Difference(
                provider=totals.receivable.get(currency, Decimal(0)), ledger=ours.get(currency, Decimal(0))
            )
            for currency in sorted({*totals.receivable, *ours})
        }

    def _whole(self, items: Mapping[str, int]) -> dict[str, int]:
        """Of the items of an earlier run, those of streams that are read whole every time."""
        return {stream: count for stream, count in items.items() if stream not in self.cursors}


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """A page's thousands of rows hold no cycles, and looking for some after every few hundred costs a tenth."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _map(connector: Connector, stream: str, item: Mapping[str, Any]) -> list[Record]:
    """An item's records. Raises RecordError, also for what the plugin did not foresee: a bad item costs that item."""
    try:
        return list(connector.map(stream, item))
    except RecordError:
        raise
    except Exception as error:
        raise RecordError(f"the connector could not read it: {error!r}") from error


def _shown(tie_out: Mapping[str, ledger.Difference], totals: Totals | None) -> dict[str, dict[str, str]] | None:
    if totals is None:
        return None
    return {
        currency: {
            "as_of": totals.as_of.isoformat(),
            "provider": f"{each.provider:.4f}",
            "ledger": f"{each.ledger:.4f}",
            "difference": f"{each.amount:.4f}",
        }
        for currency, each in tie_out.items()
    }
