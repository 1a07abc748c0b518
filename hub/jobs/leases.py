"""Who holds which work: claimed by compare-and-set, held by a lease, ended only by the holder of its generation.

All times are the database's, so that workers need not agree on theirs. What handlers said is stored without secrets.
All connections are the hub's, and each call is one statement or belongs in a transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection
from psycopg.rows import dict_row

from hub.redaction import redact, sentence
from hub.storage import audit

_ABANDONED = orjson.dumps(
    {"code": "abandoned", "message": "Each worker that tried it died or hung before it was done.", "trace_id": None}
).decode()

# Asked for again since the newest attempt began: another round starts instead of ending here.
_END = """
    state = case when requests > served then 'queued' else %(state)s end,
    attempts = case when requests > served then 0 else attempts end,
    run_at = case when requests > served then now() else run_at end,
    finished_at = case when requests > served then null else now() end,
    worker = null, lease_until = null
"""
_END_HOLDERS = """
    select pg_terminate_backend(pid) from pg_locks
    where locktype = 'advisory' and objsubid = 1 and granted and database = (
        select oid from pg_database where datname = current_database()
    ) and (classid::bigint << 32) | objid::bigint = %(fence)s
"""
_HELD = "id = %(id)s and generation = %(generation)s and state = 'running'"


Event = Mapping[str, Any]
"""How an attempt ended, as `audit.event_of` makes it: written with the end, both or neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One attempt at a piece of work: valid while the row's generation is this one."""

    id: UUID
    tenant_key: str
    kind: str
    payload: dict[str, Any]
    attempts: int
    max_attempts: int
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """Work that waits to be run, as the queue names it."""

    id: UUID
    tenant_key: str
    generation: int


def queued(held: Claim) -> Queued:
    """Work that its holder has put back, as the queue names it."""
    return Queued(id=held.id, tenant_key=held.tenant_key, generation=held.generation)


def claim(connection: Connection[Any], work_id: UUID, worker: str, lease_seconds: float) -> Claim | None:
    """Take work that is due; None where there is nothing to take, or its last holder is still committing."""
    cursor = connection.cursor(row_factory=dict_row)
    row = cursor.execute(
        """
        update hub.work set
            state = 'running', generation = generation + 1, attempts = attempts + 1, served = requests,
            worker = %(worker)s, lease_until = now() + make_interval(secs => %(lease)s),
            started_at = now(), progress = 0, message = ''
        where id = %(id)s and state = 'queued' and run_at <= now() and pg_try_advisory_xact_lock(%(fence)s)
        returning id, tenant_key, kind, payload, attempts, max_attempts, generation
        """,
        {"id": work_id, "worker": worker, "lease": lease_seconds, "fence": fence_key(work_id)},
    ).fetchone()
    return Claim(**row) if row else None


def renew(connection: Connection[Any], held: Claim, lease_seconds: float, progress: float, message: str) -> bool:
    """Hold on for another `lease_seconds` and show how far it is; False where it is somebody else's by now."""
    cursor = connection.execute(
        f"update hub.work set lease_until = now() + make_interval(secs => %(lease)s), progress = %(progress)s,"
        f" message = %(message)s where {_HELD}",
        _named(held, lease=lease_seconds, progress=progress, message=sentence(message)),
    )
    return cursor.rowcount == 1


def finish(connection: Connection[Any], held: Claim, result: Any, event: Event) -> str | None:
    """End an attempt that went well, and note it by `event`.

    The state it is in now ("queued": asked for again), or None: held by another.
    """
    return _end(
        connection,
        f"update hub.work set {_END}, progress = 1, message = '', error = null, result = %(result)s::jsonb"
        f" where {_HELD}",
        _named(held, state="done", result=redact(orjson.dumps(result, default=str).decode())),
        event,
    )


def fail(connection: Connection[Any], held: Claim, state: str, error: dict[str, Any], event: Event) -> str | None:
    """End work as `state` ("failed" or "dead") for a reason, and note it by `event`.

    The state it is in now, or None: held by another.
    """
    return _end(
        connection,
        f"update hub.work set {_END}, error = %(error)s::jsonb where {_HELD}",
        _named(held, state=state, error=redact(orjson.dumps(error).decode())),
        event,
    )


def retry(
    connection: Connection[Any],
    held: Claim,
    delay: float,
    error: dict[str, Any],
    event: Event,
    *,
    is_counted: bool = True,
) -> str | None:
    """Let it wait `delay` seconds for its next attempt, and note the failed one. "queued", or None: held by another.

    `is_counted`: whether it has one attempt less.
    """
    return _end(
        connection,
        "update hub.work set state = 'queued', run_at = now() + make_interval(secs => %(delay)s), worker = null,"
        f" attempts = attempts - %(given_back)s, lease_until = null, error = %(error)s::jsonb where {_HELD}",
        _named(held, delay=delay, given_back=0 if is_counted else 1, error=redact(orjson.dumps(error).decode())),
        event,
    )


def release(connection: Connection[Any], held: Claim) -> str | None:
    """Give work back undone, as if this attempt had not been. "queued", or None: held by another."""
    return _end(
        connection,
        "update hub.work set state = 'queued', run_at = now(), attempts = attempts - 1, worker = null,"
        f" lease_until = null where {_HELD}",
        _named(held),
    )


def collect_abandoned(connection: Connection[Any]) -> tuple[list[Queued], list[Queued]]:
    """Queue again what was running under a lease that ran out, and bury what has no attempts left: those two lists.

    A lost holder's open transaction is ended with its database session: were it only cut off or suspended, the fence
    would keep everybody else waiting for it.
    """
    cursor = connection.cursor(row_factory=dict_row)
    dead = cursor.execute(
        f"update hub.work set {_END}, error = %(error)s::jsonb"
        " where state = 'running' and lease_until < now() and attempts >= max_attempts"
        " returning id, tenant_key, generation",
        {"state": "dead", "error": _ABANDONED},
    ).fetchall()
    queued = cursor.execute(
        "update hub.work set state = 'queued', run_at = now(), worker = null, lease_until = null"
        " where state = 'running' and lease_until < now() returning id, tenant_key, generation"
    ).fetchall()
    for row in (*queued, *dead):
        connection.execute(_END_HOLDERS, {"fence": fence_key(row["id"])})
    return [Queued(**row) for row in queued], [Queued(**row) for row in dead]


def waiting(connection: Connection[Any], after: Queued | None, limit: int) -> list[Queued]:
    """Up to `limit` pieces of work that are due, in the order of their ids, after a given one."""
    cursor = connection.cursor(row_factory=dict_row)
    rows = cursor.execute(
        "select id, tenant_key, generation from hub.work where state = 'queued' and run_at <= now()"
        " and (%(after)s::uuid is null or id > %(after)s) order by id limit %(limit)s",
        {"after": after.id if after else None, "limit": limit},
    ).fetchall()
    return [Queued(**row) for row in rows]


def prune(connection: Connection[Any], keep_days: int) -> int:
    """Forget work that ended more than `keep_days` ago; how much it was."""
    cursor = connection.execute(
        "delete from hub.work where finished_at < now() - make_interval(days => %s)", (keep_days,)
    )
    return cursor.rowcount


def holds(connection: Connection[Any], work_id: UUID, generation: int) -> bool:
    """Whether work is still held in this generation, and will be until this transaction ends.

    A claim needs the fence for itself, and this shares it: so either a holder's transaction ends before the next
    claim, or the holder learns here that it is too late. A tenant's session may ask.
    """
    # Two statements: the second must see what was committed before the lock was granted.
    connection.execute("select pg_advisory_xact_lock_shared(%s)", (fence_key(work_id),))
    cursor = connection.execute(
        "select 1 from hub.work where id = %s and generation = %s and state = 'running'", (work_id, generation)
    )
    return cursor.fetchone() is not None


def fence_key(work_id: UUID) -> int:
    """The advisory lock that stands for a piece of work."""
    return int.from_bytes(work_id.bytes[:8], signed=True)


def _end(connection: Connection[Any], statement: str, values: dict[str, Any], event: Event | None = None) -> str | None:
    statement = f"{statement} returning state"
    if event is not None:
        statement, values = audit.beside(statement), values | {"events": audit.as_parameter(event)}
    row = connection.execute(statement, values).fetchone()
    return row[0] if row else None


def _named(held: Claim, **values: Any) -> dict[str, Any]:
    return {"id": held.id, "generation": held.generation, **values}
