"""The rows of sync runs: begun once per piece of work, written with every page, and ended one way or another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from hub.errors import NotFoundError
from hub.ledger import suppression
from hub.redaction import redact_prose
from hub.sdk.errors import RecordError, TransientError
from hub.sdk.records import Entity
from hub.sync.models import sync_cursors, sync_rejects, sync_runs

SILENT_AFTER = text("interval '15 minutes'")
"""A run that has not been heard of for so long is dead: its worker died and its work was not tried again."""
KEPT_REJECTS = 10_000
UNFINISHED = "deletions_refused"
"""The finding of a suspicious run that was stopped before its end."""
_RAW_CHARACTERS = 10_000
_COUNTED = ("inserted", "changed", "unchanged", "deleted", "stale")


@dataclass(slots=True, kw_only=True)
class Run:
    """A run under way. `started_at` is when all that it brings counts as known."""

    id: UUID
    connection_id: UUID
    started_at: datetime
    items: dict[str, int] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)
    changed: int = 0
    rejected: int = 0
    first_reject: str | None = None


class TakenOverError(Exception):
    """Another run of the connection has replaced this one, which was silent for too long."""


def start(session: Session, connection_id: UUID, work_id: UUID | None, now: datetime) -> Run:
    """Begin a run, or take up again the one that an earlier attempt of the same work left.

    Raises TransientError while another run of the connection is under way.
    """
    silent = sync_runs.c.heartbeat_at < func.now() - SILENT_AFTER
    here = sync_runs.c.connection_id == connection_id
    ended = {"status": "failed", "finished_at": now, "reason": "It stopped without a word; the next run goes on."}
    session.execute(update(sync_runs).where(here, sync_runs.c.status == "running", silent).values(**ended))
    left = session.execute(
        select(sync_runs)
        .where(here, sync_runs.c.work_id == work_id, sync_runs.c.status.in_(("running", "failed")))
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
        raise TransientError(f"A run of this connection is under way since {other:%Y-%m-%d %H:%M} UTC.", retry_after=30)
    if left is None:
        added = insert(sync_runs).values(connection_id=connection_id, work_id=work_id, started_at=now)
        run_id = session.execute(added.returning(sync_runs.c.id)).scalar_one()
        return Run(id=run_id, connection_id=connection_id, started_at=now)
    session.execute(delete(sync_rejects).where(sync_rejects.c.run_id == left.id))
    again = {"status": "running", "reason": None, "finished_at": None, "heartbeat_at": func.now()}
    session.execute(update(sync_runs).where(sync_runs.c.id == left.id).values(**again))
    counts = {entity: each | {"unchanged": 0} for entity, each in left.counts.items()}
    return Run(id=left.id, connection_id=connection_id, started_at=left.started_at, counts=counts, changed=left.changed)


def save(session: Session, run: Run, **ending: Any) -> None:
    """Write how far the run is, or, with a `status`, how it ended. Raises TakenOverError where it is no longer ours."""
    written = session.execute(
        update(sync_runs)
        .where(sync_runs.c.id == run.id, sync_runs.c.status == "running")
        .values(
            heartbeat_at=func.clock_timestamp(),
            items=run.items,
            counts=run.counts,
            timings={name: round(seconds, 3) for name, seconds in run.timings.items()},
            changed=run.changed,
            rejected=run.rejected,
            **ending,
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
        run.first_reject = run.first_reject or redact_prose(withhold(str(error)))
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
            sync_runs.c.status.in_(("ok", "partial", "suspicious")),
            ~sync_runs.c.findings.has_key(UNFINISHED),
        )
        .order_by(sync_runs.c.started_at.desc())
        .limit(1)
    ).first()


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


def list_runs(
    session: Session, *, status: str | None = None, connection_id: UUID | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """Runs, newest first."""
    query = select(sync_runs).order_by(sync_runs.c.started_at.desc(), sync_runs.c.id).limit(limit)
    if status is not None:
        query = query.where(sync_runs.c.status == status)
    if connection_id is not None:
        query = query.where(sync_runs.c.connection_id == connection_id)
    return [dict(row) for row in session.execute(query).mappings()]


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
