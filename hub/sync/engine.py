"""One attempt at a run: read streams page by page, store each with its checkpoint, and check what came of it."""

import gc
from array import array
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, cast
from uuid import UUID

from sqlalchemy.orm import Session

from hub.connections import service as connections
from hub.connections.service import Connection
from hub.errors import InvalidError
from hub.events import Event, FirstPagesStored
from hub.ledger import service as ledger
from hub.ledger import suppression
from hub.sdk.connector import ApiConnector, Connector, FileConnector, Page, Stream
from hub.sdk.errors import ConfigError, RecordError
from hub.sdk.records import Record
from hub.sync import ending, runs, sweep, verdict
from hub.sync.fingerprints import UNKNOWN, KnownPages, fingerprints, forget_unread, has_unread, load_pages, salt
from hub.sync.journal import Level
from hub.sync.reading import Reading, Stopwatch
from hub.sync.runs import Kind, Run

if TYPE_CHECKING:
    from hub.settings import Settings
    from hub.storage.session import Storage
    from hub.storage.vault import Vault

HEAD_PAGES = 5
"""A backfill reads so many pages of each stream before the rest, so that what is newest can be forecast at once."""
_HEARTBEAT_SECONDS = 60
_SHOWN_PROBLEMS = 20

Reject = tuple[RecordError, Mapping[str, Any] | None]


class Context(Protocol):
    """What a run needs of the job it runs in; see hub.jobs.context.JobContext."""

    storage: "Storage"
    settings: "Settings"
    registry: Any
    tenant: str
    work_id: Any

    @property
    def vault(self) -> "Vault":
        """The way to the tenant's secrets."""

    def transaction(self) -> AbstractContextManager[Session]:
        """A transaction as the tenant that cannot commit once another worker holds the work."""

    def progress(self, share: float, sentence: str) -> None:
        """Show how far the work is."""

    def publish(self, event: Event) -> None:
        """Have what follows from the event done once the work is."""

    def announce(self, session: Session, event: Event) -> None:
        """Have what follows from the event done once this transaction commits."""


class Attempt:
    """One attempt at a run. `kind` None: an increment, or the backfill where everything has yet to be read once."""

    def __init__(
        self,
        context: Context,
        connection_id: UUID,
        now: datetime,
        kind: Kind | None = None,
        options: Mapping[str, Any] | None = None,
        file: Path | None = None,
    ) -> None:
        self.context, self.now, self.options, self.file = context, now, dict(options or {}), file
        self.began = monotonic()
        with context.transaction() as session:
            self.connection: Connection = connections.get(session, connection_id)
            if kind is None:
                kind = "increment" if self.connection.last_full_run_at else "backfill"
            self.state: Run = runs.start(session, connection_id, context.work_id, kind, now)
            self.cursors = runs.load_cursors(session, connection_id)
            if self.state.kind == "full" and not self.state.is_resumed:
                runs.forget_seen(session, self.state, others=True)
        self.watch = Stopwatch(self.state.timings)
        self.saved_at = monotonic()
        self.known: dict[str, KnownPages] = {}
        self.deleted: dict[str, int] = {}
        self.doubts: list[str] = []
        self.api: Any = None
        self.calls_before = self.state.calls

    @property
    def is_full(self) -> bool:
        return self.state.kind == "full"

    def clock(self) -> datetime:
        """The time, counted on from when the attempt began."""
        return self.now + timedelta(seconds=monotonic() - self.began)

    def say(self, text: str, level: Level = "info") -> None:
        """Add a line to the run's log."""
        self.state.journal.add(self.clock(), text, level)

    def run(self, *, name: str = "", must_be_clean: bool = False) -> dict[str, Any]:
        """Read every stream and compare the ledger with the source's own totals; returns the run as it ended."""
        with self._noting_failure():
            connector = self._make_connector()
            self._say_begin()
            if must_be_clean:
                self._require_clean(cast(FileConnector, connector), name)
            salted = self._salt(connector)
            with self.context.transaction() as session:
                self._load_pages(session, connector)
            self._read_streams(connector, salted)
            if self.is_full:
                sweep.delete_what_is_gone(self, connector)
            self.context.progress(0.99, "Comparing the ledger with the source's own totals.")
            totals = connector.tie_out()
            self.watch.lap("tie_out")
            ending.say_costs(self)
            return ending.finish(self, totals)

    def run_some(self, stream_name: str, external_ids: list[str]) -> dict[str, Any]:
        """Read single records again, and delete those that the provider no longer has; moves no cursor."""
        with self._noting_failure():
            connector = cast(ApiConnector, self._make_connector())
            stream = next((each for each in connector.streams if each.name == stream_name), None)
            if stream is None or getattr(connector, "read_some", None) is None:
                raise ConfigError(f"{self.connection.plugin} cannot read single records of {stream_name}.")
            self.say(f"Reading {len(external_ids)} {stream_name} again that the provider announced.")
            naming = ledger.Batch.of(self.connection.id).naming
            self.read_again(connector, stream, {naming.key(stream.entity, each): each for each in external_ids})
            ending.say_costs(self)
            return ending.finish(self, None)

    def read_again(self, connector: ApiConnector, stream: Stream, records: Mapping[str, str]) -> None:
        """Read records of a stream, by key and the provider's id, anew.

        What does not come is deleted, unless something else could not be used: that may be it.
        """
        missing, rejected = dict(records), self.state.rejected
        for page in connector.read_some(stream.name, list(records.values())):
            self.watch.lap("read")
            batch, rejects = self._map_all(connector, stream, page.items)
            self.state.items[stream.name] = self.state.items.get(stream.name, 0) + len(page.items)
            for key in batch.rows[stream.entity]:
                missing.pop(key, None)
            with self.context.transaction() as session:
                self.store(session, stream.name, batch, rejects)
            self.watch.lap("store")
        if missing and self.state.rejected > rejected:
            self.say(
                f"{len(missing)} {stream.name} did not come; since others could not be used, they stay.", "warning"
            )
        elif missing:
            batch = ledger.Batch.of(self.connection.id)
            batch.gone[stream.entity].update(dict.fromkeys(missing, self.now.date()))
            with self.context.transaction() as session:
                self.store(session, stream.name, batch, [])
            self.say(f"{len(missing)} {stream.name} are gone at the provider.")

    def store(self, session: Session, stream: str, batch: ledger.Batch, rejects: list[Reject]) -> None:
        """Store records, what could not be used, and how far the run is."""
        if connections.get(session, self.connection.id).status == "disconnected":
            raise ConfigError(f"{self.connection.name} was disconnected, so this run ends.")
        self._refuse_mass_deletion(session, batch)
        counts = ledger.store_batch(session, batch, self.state.known_at)
        runs.add_counts(self.state, counts)
        runs.add_rejects(session, self.state, stream, rejects)
        if any(each.changed or each.deleted for each in counts.values()):
            if self.known and has_unread(self.known):
                forget_unread(session, self.connection.id, self.known)
            elif not self.known:
                forget_unread(session, self.connection.id, {})
        self.save(session)

    def save(self, session: Session, **ending: Any) -> None:
        stats = getattr(self.api, "stats", None)
        if stats is not None:
            self.state.calls = self.calls_before + stats.calls
        runs.save(session, self.state, **ending)
        self.saved_at = monotonic()

    @contextmanager
    def _noting_failure(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            ending.fail(self, error)
            raise
        finally:
            if self.api is not None:
                self.api.close()

    def _make_connector(self) -> Connector:
        if self.context.registry.get(self.connection.plugin).auth:
            from hub.connections.calling import open_api  # late: it brings httpx

            self.api = open_api(self.context, self.connection)
        # skip_bad: a file has been looked through before, or its bad rows are wanted as rejects, one by one.
        file = {"path": str(self.file), "skip_bad": True} if self.file else {}
        options = {**self.options, **file}
        connector: Connector = connections.make_connector(self.context, self.connection, options, api=self.api)
        return connector

    def _salt(self, connector: Connector) -> bytes:
        plugin = self.connection.plugin
        # How a file is read is decided from the whole file, so the same row may mean something else in another.
        preview = connector.preview() if hasattr(connector, "preview") else None
        return salt(plugin, self.context.registry.get(plugin).version, self.connection.config, self.options, preview)

    def _load_pages(self, session: Session, connector: Connector) -> None:
        """What is known of the pages. A full read knows nothing, on purpose, and leaves nothing known."""
        streams = [each.name for each in connector.streams]
        if self.is_full:
            forget_unread(session, self.connection.id, {})
            self.known = {stream: KnownPages(self.connection.id, stream, {}) for stream in streams}
        else:
            self.known = load_pages(session, self.connection.id, streams)

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
            self.save(session)
            withhold = suppression.withholding(session)
        shown = {f"line {error.line}": withhold(str(error)) for error in first[:_SHOWN_PROBLEMS]}
        raise InvalidError(
            f"{count} rows of {name} cannot be used, so nothing was stored. The first: {withhold(str(first[0]))}."
            " Mend them, or import with skip_bad to leave them out.",
            fields=shown,
        )

    def _read_streams(self, connector: Connector, salted: bytes) -> None:
        readings = [
            self._begin(stream, number / len(connector.streams)) for number, stream in enumerate(connector.streams)
        ]
        if self.state.kind == "backfill" and not self.file:
            for reading in readings:
                self._read(connector, reading, salted, HEAD_PAGES)
            if self.state.changed and not all(reading.is_done for reading in readings):
                self._announce_first_pages()
        for reading in readings:
            self._read(connector, reading, salted, None)

    def _begin(self, stream: Stream, share: float) -> Reading:
        if not self.is_full:
            self.state.items[stream.name] = 0
            self.state.progress[stream.name] = {"items": 0, "pages": 0}
            return Reading(stream=stream, share=share, cursor=self.cursors.get(stream.name))
        left = self.state.progress.setdefault(stream.name, {"brings": [stream.entity], "rejected": 0})
        self.state.items[stream.name] = left.get("items", 0)
        return Reading(
            stream=stream,
            share=share,
            cursor=left.get("cursor"),
            page=left.get("pages", 0),
            is_done=left.get("done", False),
        )

    def _read(self, connector: Connector, reading: Reading, salted: bytes, pages: int | None) -> None:
        """Read a stream on, up to so many pages of it."""
        if reading.is_done:
            return
        stream = reading.stream
        if reading.pages is None:
            reading.pages = iter(connector.read(stream.name, reading.cursor))
        for page in islice(reading.pages, pages):
            self.watch.lap("read")
            if not self.file:
                reading.check(page)
            self._take(connector, reading, page, salted)
            done = reading.share + (page.done or 0.0) / len(connector.streams)
            count = self.state.items[stream.name]
            self.context.progress(0.3 + done * 0.68 if self.file else done * 0.98, f"{count:,} {stream.name} read.")
            if pages is not None:
                pages -= 1
        if pages == 0:
            return
        reading.is_done = True
        self.say(f"{stream.name}: {self.state.items[stream.name]:,} read.")
        self.state.progress[stream.name]["done"] = True
        if self.is_full:
            self._end_full(reading)

    def _end_full(self, reading: Reading) -> None:
        """Have the next increment go on from where the whole stream ended."""
        stream = reading.stream.name
        with self.context.transaction() as session:
            if reading.cursor is not None and reading.cursor != self.cursors.get(stream):
                runs.save_cursor(session, self.connection.id, stream, reading.cursor, self.now)
                self.cursors[stream] = reading.cursor
            self.save(session, log=self.state.journal.lines)

    def _announce_first_pages(self) -> None:
        self.say("The newest pages of every stream are stored; the rest follows.")
        with self.context.transaction() as session:
            self.save(session, log=self.state.journal.lines)
            self.context.announce(
                session,
                FirstPagesStored(
                    tenant=self.context.tenant, connection_id=str(self.connection.id), run_id=str(self.state.id)
                ),
            )

    def _take(self, connector: Connector, reading: Reading, page: Page, salted: bytes) -> None:
        stream = reading.stream
        self.state.items[stream.name] += len(page.items)
        if self.is_full:
            batch, rejects = self._map_all(connector, stream, page.items)
            self._store_full(connector, reading, page, batch, rejects)
        else:
            count = self.state.items[stream.name]
            self.state.progress[stream.name] = {"items": count, "pages": reading.page + 1, "share": page.done}
            self._take_new(connector, stream, page, salted)
        reading.page += 1
        self.watch.lap("store")

    def _take_new(self, connector: Connector, stream: Stream, page: Page, salted: bytes) -> None:
        """Map and store those items of a page that it did not hold the last time."""
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
            self._count_unread(stream, len(page.items) - len(positions))
            is_new_cursor = page.cursor is not None and page.cursor != self.cursors.get(stream.name)
            is_silent = monotonic() - self.saved_at > _HEARTBEAT_SECONDS
            is_new_page = bool(page.items) and not known.is_stored(prints)
            if positions or is_new_cursor or is_silent or is_new_page:
                self._store_new(stream, page, batch, rejects, prints)
        known.read += 1

    def _store_new(
        self, stream: Stream, page: Page, batch: ledger.Batch, rejects: list[Reject], prints: "array[int]"
    ) -> None:
        """A page's rows, what could not be used of it, and the checkpoint: all or nothing."""
        with self.context.transaction() as session:
            self.store(session, stream.name, batch, rejects)
            if page.items:
                self.known[stream.name].save(session, prints)
            if page.cursor is not None and page.cursor != self.cursors.get(stream.name):
                runs.save_cursor(session, self.connection.id, stream.name, page.cursor, self.now)
                self.cursors[stream.name] = page.cursor

    def _store_full(
        self, connector: Connector, reading: Reading, page: Page, batch: ledger.Batch, rejects: list[Reject]
    ) -> None:
        """The same of a full read, which also notes what it has come by; the increments' cursor stays."""
        name = reading.stream.name
        reading.cursor = page.cursor if page.cursor is not None else reading.cursor
        left = self.state.progress[name]
        brings = {*left["brings"], *(entity for entity, rows in batch.rows.items() if rows)}
        self.state.progress[name] = {
            "cursor": reading.cursor,
            "pages": reading.page + 1,
            "items": self.state.items[name],
            "rejected": left["rejected"] + len(rejects),
            "brings": sorted(brings),
            "share": page.done,
        }
        with self.context.transaction() as session:
            for entity in sweep.listed(connector):
                runs.add_seen(session, self.state, entity, name, reading.page, batch.rows[entity])
            self.store(session, name, batch, rejects)

    def _map_all(
        self, connector: Connector, stream: Stream, items: list[Mapping[str, Any]]
    ) -> tuple[ledger.Batch, list[Reject]]:
        batch = ledger.Batch.of(self.connection.id)
        rejects: list[Reject] = []
        with _no_garbage_collection():
            for item in items:
                try:
                    batch.add(_map(connector, stream.name, item), item, stream.entity)
                except RecordError as error:
                    rejects.append((error, item))
        self.watch.lap("map")
        return batch, rejects

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

    def _say_begin(self) -> None:
        what = {
            "backfill": "Reading everything for the first time",
            "increment": "Reading what changed",
            "full": "Reading everything anew",
            "import": "Reading a file",
        }
        again = ", going on where the last attempt stopped" if self.state.is_resumed else ""
        self.say(f"{what.get(self.state.kind, self.state.kind)}{again}.")


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
