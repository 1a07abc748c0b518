"""The verbs of this room: ask for runs, run them, and show what came of them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from hub.connections import service as connections
from hub.connections.service import Connection
from hub.errors import ConflictError, NotFoundError
from hub.jobs import service as jobs
from hub.sync import runs
from hub.sync.engine import Attempt, Context
from hub.sync.runs import get, list_rejects, list_runs

__all__ = [
    "get",
    "has_proved_good",
    "import_file",
    "list_rejects",
    "list_runs",
    "next_full_run",
    "request_due",
    "request_import",
    "request_sync",
    "run",
    "run_some",
    "tie_out",
]

FILES = "csv"
"""The connector of files that people hand in."""
FULL_EVERY = timedelta(days=6, hours=12)
"""How old the last full read of a connection is when the night's next one is due: a week, but for the hour of day."""
TROUBLE_AFTER = timedelta(days=1)
"""For so long may runs fail or wait, one after the other, before somebody is told."""

# Of these a run would not get far, or is not wanted: a person has to do something first.
_RESTING = ("pending", "choose_account", "paused", "disconnected")


def request_sync(session: Session, connection_id: UUID, kind: str | None = None) -> UUID:
    """Ask for a run of a connection; returns the id of the work. Asked for again before it ran, it is the same.

    `kind` is increment (None: the same) or full. Raises ConflictError for a connection that is not to be run.
    """
    connection = connections.get(session, connection_id)
    if connection.status in _RESTING:
        raise ConflictError(f"{connection.name} is {connection.status.replace('_', ' ')}, so nothing is read from it.")
    if not has_proved_good(session, connection):
        why = (connection.reason or "it was never tried").rstrip(".")
        raise ConflictError(f"{connection.name} has yet to be connected: {why}. Mend that and reconnect it.")
    return _submit(session, connection, "full" if kind == "full" else None)


def request_due(session: Session, registry: Any, kind: str, now: datetime) -> list[UUID]:
    """Ask for the runs that the schedule wants of the connections that call a provider; returns them.

    `kind` is increment, or full: of those whose last full read is a week old. A connection that is being read, or waits
    for its provider's limit, is left alone.
    """
    asked = []
    for connection in connections.list_connections(session):
        if connection.status not in connections.SCHEDULED or not _calls(registry, connection):
            continue
        if not has_proved_good(session, connection):
            continue
        _tell_of_trouble(session, connection, now)
        last = connection.last_full_run_at
        is_due = kind != "full" or (last is not None and last < now - FULL_EVERY)
        if is_due and not runs.is_under_way(session, connection.id):
            _submit(session, connection, "full" if kind == "full" else None)
            asked.append(connection.id)
    return asked


def next_full_run(session: Session, connection_id: UUID, today: date) -> date | None:
    """The day from which on the night's full read of a connection is due; None where none is, or will be."""
    connection = connections.get(session, connection_id)
    if connection.last_full_run_at is None or connection.status not in connections.SCHEDULED:
        return None
    return max(today, (connection.last_full_run_at + FULL_EVERY).date())


def _calls(registry: Any, connection: Connection) -> bool:
    """Whether a connection's plugin calls a provider; one that is no longer installed does not."""
    try:
        return bool(registry.get(connection.plugin).auth)
    except NotFoundError:
        return False


def has_proved_good(session: Session, connection: Connection) -> bool:
    """Whether what opens a connection was ever tried with success; until then nobody knows whose books it leads to.

    A company may be connected already, and a wrong password that is tried again and again locks a user out.
    """
    was_ready = connection.status == "ready" or connection.account_id is not None or connection.last_run_at is not None
    return was_ready or runs.has_any(session, connection.id)


def _tell_of_trouble(session: Session, connection: Connection, now: datetime) -> None:
    """Have the tenant's admins told once no run has come to its end for a day, whatever it is for that runs fail.

    Each by itself is tried again and says what was wrong; that it goes on is for people to know.
    """
    since = connection.last_run_at or connection.created_at
    if connection.status != "ready" or since > now - TROUBLE_AFTER:
        return
    trouble = runs.trouble(session, connection.id, since, now - TROUBLE_AFTER)
    if trouble is not None:
        reason = (
            f"No run has come to its end since {since:%Y-%m-%d %H:%M} UTC. The hub goes on trying; the newest said:"
            f" {trouble}"
        )
        connections.need_attention(session, connection.id, reason)


def _submit(session: Session, connection: Connection, kind: str | None) -> UUID:
    payload = {"connection_id": str(connection.id)} | ({"kind": kind} if kind else {})
    return jobs.submit(session, "sync.run", payload)


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
    attempt = Attempt(context, connection_id, now, "import", options, upload)
    return attempt.run(name=name, must_be_clean=not skip_bad)


def run(context: Context, connection_id: UUID, kind: str | None = None, *, now: datetime) -> dict[str, Any]:
    """Bring the ledger up to what a connection's provider holds; returns the run as it ended.

    `kind` full reads everything anew and deletes what is gone; None or increment what changed, or everything where
    that was never done. Safe to repeat after any interruption: what is stored already is not written again. Raises
    what the connector raises (the run is then `failed`, or `waiting` where the provider says for how long, and what it
    had stored stays), and TransientError while another run is under way.
    """
    if resting := _resting(context, connection_id):
        return resting
    return Attempt(context, connection_id, now, "full" if kind == "full" else None).run()


def run_some(
    context: Context, connection_id: UUID, stream: str, external_ids: list[str], *, now: datetime
) -> dict[str, Any]:
    """Read single records of a stream anew, as a provider has announced them; returns the run as it ended.

    Records that are gone there are deleted here. It moves no cursor, so that what it misses comes with an increment.
    """
    if resting := _resting(context, connection_id):
        return resting
    return Attempt(context, connection_id, now, "some").run_some(stream, external_ids)


def _resting(context: Context, connection_id: UUID) -> dict[str, Any] | None:
    """What to answer instead of a run where a person has paused or ended the connection, or has yet to connect it."""
    with context.transaction() as session:
        connection = connections.get(session, connection_id)
        may_run = connection.status not in _RESTING and has_proved_good(session, connection)
    return None if may_run else {"connection_id": str(connection_id), "skipped": connection.status}


def tie_out(session: Session, connection_id: UUID) -> dict[str, Any] | None:
    """The newest run of a connection that compared its ledger with the provider's figures. Raises NotFoundError."""
    connections.get(session, connection_id)
    return runs.newest_tie_out(session, connection_id)
