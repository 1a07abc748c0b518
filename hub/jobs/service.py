"""Ask for work and see what becomes of it. Sessions are a tenant's, or the hub's where it says so."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from psycopg.rows import dict_row
from sqlalchemy import Row, Text, cast, delete, func, select
from sqlalchemy.orm import Session

from hub import live
from hub.jobs.leases import Queued
from hub.jobs.models import work
from hub.settings import Settings
from hub.storage.session import after_commit, driver

_COLUMNS = (
    work.c.id,
    work.c.kind,
    work.c.state,
    work.c.progress,
    work.c.message,
    work.c.result,
    work.c.error,
    work.c.attempts,
    work.c.max_attempts,
    work.c.run_at,
    work.c.created_at,
    work.c.started_at,
    work.c.finished_at,
)


_settings: Settings | None = None


def connect(settings: Settings) -> None:
    """Have this process hand what it submits to the workers itself, at once; else the next sweep does it."""
    global _settings
    _settings = settings


def submit(
    session: Session,
    kind: str,
    payload: Mapping[str, Any],
    *,
    tenant: str | None = None,
    dedupe_key: str | None = None,
    run_at: datetime | None = None,
) -> UUID:
    """Have work of a tenant (the session's, unless named) done once this transaction commits, not before `run_at`.

    The same kind with the same `dedupe_key` (if None: the same payload) is one piece of work while it is unfinished;
    asked for again while it runs, it runs once more. Raises TypeError where the payload cannot be JSON.
    """
    tenant = tenant or session.info["tenant"]
    document = orjson.dumps(dict(payload), option=orjson.OPT_SORT_KEYS)
    cursor = driver(session).cursor(row_factory=dict_row)
    row = cursor.execute(
        """
        insert into hub.work as w (tenant_key, kind, payload, dedupe_key, run_at)
        values (%s, %s, %s::jsonb, %s, coalesce(%s, now()))
        on conflict (tenant_key, kind, dedupe_key) where state in ('queued', 'running')
        do update set requests = w.requests + 1
        returning id, generation, requests
        """,
        (tenant, kind, document.decode(), dedupe_key or hashlib.blake2b(document, digest_size=16).hexdigest(), run_at),
    ).fetchone()
    assert row is not None
    is_due = run_at is None or run_at <= datetime.now(UTC)
    if row["requests"] == 1 and is_due:
        enqueue_after_commit(session, Queued(id=row["id"], tenant_key=tenant, generation=row["generation"]))
    work_id: UUID = row["id"]
    after_commit(session, partial(live.tell, tenant, "job", job_id=str(work_id), work=kind))
    return work_id


def enqueue_after_commit(session: Session, queued: Queued) -> None:
    """Hand queued work to the workers once this transaction has committed. Where that fails, a sweep does it."""
    after_commit(session, partial(enqueue, queued))


def enqueue(queued: Queued) -> None:
    """Hand queued work to the workers now, if this process is connected to them. Where that fails, a sweep does it."""
    if _settings:
        from hub.jobs.queue import hand_over  # late: redis and rq take longer to import than all of this room

        hand_over(_settings, queued)


def get(session: Session, work_id: UUID) -> dict[str, Any] | None:
    """One piece of work as it stands, or None; `error` is {code, message, trace_id} of the newest failed attempt."""
    row = session.execute(select(*_COLUMNS).where(work.c.id == work_id)).one_or_none()
    return None if row is None else _shown(row)


def list_work(
    session: Session, *, state: str | None = None, kind: str | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """The newest work of the session's tenant, newest first."""
    query = select(*_COLUMNS).order_by(work.c.created_at.desc(), work.c.id).limit(limit)
    if "tenant" in session.info:
        query = query.where(work.c.tenant_key == session.info["tenant"])
    if state:
        query = query.where(work.c.state == state)
    if kind:
        query = query.where(work.c.kind == kind)
    return [_shown(row) for row in session.execute(query)]


def count_work(session: Session) -> dict[tuple[str, str], int]:
    """How much work there is by (kind, state), over all tenants. A hub session."""
    rows = session.execute(select(work.c.kind, work.c.state, func.count()).group_by(work.c.kind, work.c.state))
    return {(row[0], row[1]): row[2] for row in rows}


def unfinished_payloads(session: Session, tenant: str) -> list[str]:
    """What the tenant's unfinished work was given, as text: whatever is named there is still needed. A hub session."""
    unfinished = work.c.state.in_(("queued", "running"))
    return list(session.scalars(select(cast(work.c.payload, Text)).where(work.c.tenant_key == tenant, unfinished)))


def busy_tenants(session: Session) -> set[str]:
    """The tenants whose work is being done just now. A hub session."""
    return set(session.scalars(select(work.c.tenant_key).where(work.c.state == "running").distinct()))


def work_ids(session: Session, tenant: str) -> list[UUID]:
    """The ids of all work of a tenant. A hub session."""
    return list(session.scalars(select(work.c.id).where(work.c.tenant_key == tenant)))


def forget_finished(session: Session, tenant: str, before: datetime) -> int:
    """Delete a tenant's work that ended before an instant; how much it was. A hub session."""
    gone = delete(work).where(work.c.tenant_key == tenant, work.c.finished_at < before)
    return int(session.execute(gone).rowcount)  # type: ignore[attr-defined]


def forget_tenant(session: Session, tenant: str) -> None:
    """Delete all work of a tenant that is dropped. A hub session."""
    session.execute(delete(work).where(work.c.tenant_key == tenant))


def _shown(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    return dict(row._mapping)
