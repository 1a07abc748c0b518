"""The rows of sync runs: begun once per piece of work, written with every page, and ended one way or another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import RowMapping, Select, delete, exists, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from hub.errors import NotFoundError
from hub.ledger import suppression
from hub.redaction import printable, redact_prose
from hub.sdk.errors import RecordError, TransientError
from hub.sdk.records import Entity
from hub.sync.journal import Journal, warnings_in
from hub.sync.models import sync_cursors, sync_rejects, sync_runs, sync_seen

Kind = Literal["backfill", "increment", "full", "some", "import"]

SILENT_AFTER = text("interval '15 minutes'")
"""A run that has not been heard of for so long is dead: its worker died and its work was not tried again."""
KEPT_REJECTS = 10_000
UNFINISHED = "deletions_refused"
"""The finding of a suspicious run that was stopped before its end."""
_RAW_CHARACTERS = 10_000
_REJECT_CHARACTERS = 500
_ENDED = ("ok", "partial", "suspicious")
_COUNTED = ("inserted", "changed", "unchanged", "deleted", "stale")


@dataclass(slots=True, kw_only=True)
class Run:
    """A run under way. `started_at` is when it began, `known_at` when what it brings counts as known.

    These differ where a run goes on after another of the connection has stored something meanwhile. `progress` says of
    a full read how far each stream is: {cursor, pages, items, done}.
    """

    id: UUID
    connection_id: UUID
    kind: Kind
    started_at: datetime
    known_at: datetime
    items: dict[str, int] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)
    progress: dict[str, dict[str, Any]] = field(default_factory=dict)
    journal: Journal = field(default_factory=Journal)
    changed: int = 0
    rejected: int = 0
    first_reject: str | None = None
    calls: int = 0
    is_resumed: bool = False


class TakenOverError(Exception):
    """Another run of the connection has replaced this one, which was silent for too long."""


def start(session: Session, connection_id: UUID, work_id: UUID | None, kind: Kind, now: datetime) -> Run:
    """Begin a run, or take up again the one that an earlier attempt of the same work left.

    Raises TransientError while another run of the connection is under way.
    """
    silent = sync_runs.c.heartbeat_at < func.now() - SILENT_AFTER
    here = sync_runs.c.connection_id == connection_id
    ended = {"status": "failed", "finished_at": now, "reason": "It stopped without a word; the next run goes on."}
    stopped = sync_runs.c.status.in_(("running", "waiting"))
    session.execute(update(sync_runs).where(here, stopped, silent).values(**ended))
    left = session.execute(
        select(sync_runs)
        .where(here, sync_runs.c.work_id == work_id, sync_runs.c.status.in_(("running", "waiting", "failed")))
        .order_by(sync_runs.c.started_at.desc())
        .limit(1)
        .with_for_update()
    ).first()
    other = session.execute(
        select(sync_runs.c.started_at)
        .where(here, sync_runs.c.status == "running", sync_runs.c.id != (left.id if left else None))
        .limit(1)
    ).scalar_one_or_none()
    if other is not None:
        wait = 300 if kind == "some" else 30  # what is announced comes with the next increment anyway
        raise TransientError(
            f"A run of this connection is under way since {other:%Y-%m-%d %H:%M} UTC.", retry_after=wait
        )
    if left is None:
        added = insert(sync_runs).values(connection_id=connection_id, work_id=work_id, kind=kind, started_at=now)
        run_id = session.execute(added.returning(sync_runs.c.id)).scalar_one()
        return Run(id=run_id, connection_id=connection_id, kind=kind, started_at=now, known_at=now)
    goes_on = left.kind == "full"  # other kinds read again what was not stored, and count it again
    if not goes_on:
        session.execute(delete(sync_rejects).where(sync_rejects.c.run_id == left.id))
    again = {"status": "running", "reason": None, "finished_at": None, "heartbeat_at": func.now()}
    session.execute(update(sync_runs).where(sync_runs.c.id == left.id).values(**again))
    since = select(exists().where(here, sync_runs.c.id != left.id, sync_runs.c.started_at > left.started_at))
    return Run(
        id=left.id,
        connection_id=connection_id,
        kind=left.kind,
        started_at=left.started_at,
        known_at=now if session.scalar(since) else left.started_at,
        counts=left.counts if goes_on else {entity: each | {"unchanged": 0} for entity, each in left.counts.items()},
        progress=left.progress,
        journal=Journal(left.log),
        changed=left.changed,
        rejected=left.rejected if goes_on else 0,
        calls=left.calls,
        is_resumed=True,
    )


def save(session: Session, run: Run, **ending: Any) -> None:
    """Write how far the run is, or, with a `status`, how it ended. Raises TakenOverError where it is no longer ours."""
    written = session.execute(
        update(sync_runs)
        .where(sync_runs.c.id == run.id, sync_runs.c.status == "running")
        .values(
            **{
                "heartbeat_at": func.clock_timestamp(),
                "items": run.items,
                "counts": run.counts,
                "timings": {name: round(seconds, 3) for name, seconds in run.timings.items()},
                "changed": run.changed,
                "rejected": run.rejected,
                "calls": run.calls,
                "progress": run.progress,
                **ending,
            }
        )
    )
    if not written.rowcount:  # type: ignore[attr-defined]
        raise TakenOverError(f"run {run.id} was taken over")


def add_counts(run: Run, counts: Mapping[Entity, Any]) -> None:
    """Add what became of a page's records."""
    for entity, each in counts.items():
        sums = run.counts.setdefault(entity, dict.fromkeys(_COUNTED, 0))
        for name in _COUNTED:
            sums[name] = sums.get(name, 0) + getattr(each, name)
        run.changed += each.written


def add_rejects(session: Session, run: Run, stream: str, rejects: Iterable[tuple[RecordError, Any]]) -> None:
    """Keep items that could not be used, with the reason; beyond KEPT_REJECTS of a run they are only counted.

    What was erased of a person stays erased in them.
    """
    rows = []
    rejects = list(rejects)
    withhold = suppression.withholding(session) if rejects else _as_it_is
    for error, raw in rejects:
        run.first_reject = run.first_reject or printable(redact_prose(withhold(str(error))))[:_REJECT_CHARACTERS]
        run.rejected += 1
        if run.rejected <= KEPT_REJECTS:
            rows.append(
                {
                    "run_id": run.id,
                    "stream": stream,
                    "reason": _plain(withhold(str(error))),
                    "line": error.line,
                    "field": _plain(error.field),
                    "value": _plain(withhold(error.value)),
                    "expected": _plain(error.expected),
                    "raw": _plain(repr(withhold(raw)) if raw is not None else None),
                }
            )
    if rows:
        session.execute(insert(sync_rejects), rows)


def last(session: Session, run: Run) -> Any:
    """The newest run of the same connection that was read to its end, None where there is none."""
    return session.execute(
        select(sync_runs)
        .where(
            sync_runs.c.connection_id == run.connection_id,
            sync_runs.c.id != run.id,
            sync_runs.c.kind != "some",
            sync_runs.c.status.in_(_ENDED),
            ~sync_runs.c.findings.has_key(UNFINISHED),
        )
        .order_by(sync_runs.c.started_at.desc())
        .limit(1)
    ).first()


def last_good(session: Session) -> dict[UUID, datetime]:
    """By connection, when the newest of its runs began that read all there was, or all that had changed."""
    query = (
        select(sync_runs.c.connection_id, func.max(sync_runs.c.started_at))
        .where(sync_runs.c.status.in_(("ok", "partial")), sync_runs.c.kind != "some")
        .group_by(sync_runs.c.connection_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def is_anything_new(session: Session, run: Run, since: datetime) -> bool:
    """Whether any run of the connection that began after `since`, this one or others, has changed the ledger."""
    later = (sync_runs.c.connection_id == run.connection_id, sync_runs.c.started_at > since, sync_runs.c.changed > 0)
    return bool(run.changed or session.scalar(select(exists().where(*later))))


def add_seen(session: Session, run: Run, entity: Entity, stream: str, page: int, keys: Iterable[str]) -> None:
    """Note which records of an entity a page of a full read has brought, in the transaction that stores the page."""
    ids = [UUID(key) for key in keys]
    if ids:
        values = {"run_id": run.id, "entity": entity, "stream": stream, "page": page, "ids": ids}
        statement = upsert(sync_seen).values(**values)
        keys_of_row = ["run_id", "entity", "stream", "page"]
        session.execute(statement.on_conflict_do_update(index_elements=keys_of_row, set_={"ids": ids}))


def forget_seen(session: Session, run: Run, *, others: bool = False) -> None:
    """Forget what the run has come by, or what earlier runs of the connection have, and those that are gone."""
    of_runs = select(sync_runs.c.id).where(sync_runs.c.connection_id == run.connection_id, sync_runs.c.id != run.id)
    gone = ~exists().where(sync_runs.c.id == sync_seen.c.run_id)
    doomed = or_(sync_seen.c.run_id.in_(of_runs), gone) if others else sync_seen.c.run_id == run.id
    session.execute(delete(sync_seen).where(doomed))


def seen_ids(run: Run, entity: Entity) -> Select[Any]:
    """The ids of an entity's records that a full read has come by: a query of one column."""
    return select(func.unnest(sync_seen.c.ids).label("id")).where(
        sync_seen.c.run_id == run.id, sync_seen.c.entity == entity
    )


def load_cursors(session: Session, connection_id: UUID) -> dict[str, str]:
    """From where each stream continues."""
    query = select(sync_cursors.c.stream, sync_cursors.c.cursor).where(sync_cursors.c.connection_id == connection_id)
    return {stream: cursor for stream, cursor in session.execute(query)}


def save_cursor(session: Session, connection_id: UUID, stream: str, cursor: str, now: datetime) -> None:
    """Note from where a stream continues, in the transaction that stored what came before it."""
    session.execute(
        text("""
            insert into sync_cursors as held (connection_id, stream, cursor, updated_at)
            values (:connection_id, :stream, :cursor, :now)
            on conflict (connection_id, stream) do update set cursor = excluded.cursor, updated_at = excluded.updated_at
        """),
        {"connection_id": connection_id, "stream": stream, "cursor": cursor, "now": now},
    )


def is_under_way(session: Session, connection_id: UUID) -> bool:
    """Whether a run of the connection is under way, or waits for when the provider lets it go on."""
    alive = sync_runs.c.heartbeat_at > func.now() - SILENT_AFTER
    under_way = (sync_runs.c.connection_id == connection_id, sync_runs.c.status.in_(("running", "waiting")), alive)
    return bool(session.scalar(select(exists().where(*under_way))))


def has_any(session: Session, connection_id: UUID) -> bool:
    """Whether a run of the connection ever began."""
    return bool(session.scalar(select(exists().where(sync_runs.c.connection_id == connection_id))))


def trouble(session: Session, connection_id: UUID, since: datetime, before: datetime) -> str | None:
    """What the newest of a connection's runs since an instant says, where all have failed or wait and began `before`.

    None where one is under way, and where there was none so early.
    """
    runs = (sync_runs.c.connection_id == connection_id, sync_runs.c.started_at > since, sync_runs.c.kind != "some")
    if not session.scalar(select(exists().where(*runs, sync_runs.c.started_at < before))):
        return None
    is_silent = sync_runs.c.heartbeat_at < func.now() - SILENT_AFTER
    query = select(sync_runs.c.status, sync_runs.c.reason, is_silent.label("is_silent")).where(*runs)
    newest = session.execute(query.order_by(sync_runs.c.started_at.desc()).limit(1)).one()
    if newest.status == "running":
        return "It stopped without a word." if newest.is_silent else None
    return (newest.reason or "It said nothing.") if newest.status in ("failed", "waiting") else None


def get(session: Session, run_id: UUID) -> dict[str, Any]:
    """One run with its log. Raises NotFoundError."""
    row = session.execute(select(sync_runs).where(sync_runs.c.id == run_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError("There is no such run.")
    return _shown(row)


def newest_tie_out(session: Session, connection_id: UUID) -> dict[str, Any] | None:
    """The connection's newest run that compared its ledger with the provider's figures; None where none has."""
    query = (
        select(sync_runs)
        .where(sync_runs.c.connection_id == connection_id, sync_runs.c.tie_out.is_not(None))
        .where(func.jsonb_typeof(sync_runs.c.tie_out) == "object")
        .order_by(sync_runs.c.started_at.desc())
        .limit(1)
    )
    row = session.execute(query).mappings().one_or_none()
    return None if row is None else _shown(row)


def _shown(row: RowMapping) -> dict[str, Any]:
    return {**row, "warnings": warnings_in(row["log"])}


def list_runs(
    session: Session, *, status: str | None = None, connection_id: UUID | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """Runs, newest first."""
    query = select(sync_runs).order_by(sync_runs.c.started_at.desc(), sync_runs.c.id).limit(limit)
    if status is not None:
        query = query.where(sync_runs.c.status == status)
    if connection_id is not None:
        query = query.where(sync_runs.c.connection_id == connection_id)
    return [_shown(row) for row in session.execute(query).mappings()]


def list_rejects(session: Session, run_id: UUID, *, limit: int = 100) -> list[dict[str, Any]]:
    """What a run could not use, in the order it was read. Raises NotFoundError."""
    if session.scalar(select(sync_runs.c.id).where(sync_runs.c.id == run_id)) is None:
        raise NotFoundError("There is no such run.")
    query = select(sync_rejects).where(sync_rejects.c.run_id == run_id).order_by(sync_rejects.c.id).limit(limit)
    return [dict(row) for row in session.execute(query).mappings()]


def _as_it_is(value: Any) -> Any:
    return value


def _plain(value: str | None) -> str | None:
    """Text that PostgreSQL takes, without secrets and at a bounded length."""
    if value is None:
        return None
    return redact_prose(value)[:_RAW_CHARACTERS].encode("utf-8", "replace").decode().replace("\0", "\ufffd")
