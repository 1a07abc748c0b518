"""Schema revisions at run time: each is rendered to SQL once and then executed as it is, schema by schema.

There are two trees under migrations/: `hub`, whose version is in hub.alembic_version, and `tenant`, whose version per
tenant the register of tenants keeps. Revisions are numbered 0001, 0002, ... and only lead forward. Alembic is imported
only when there is something to render.
"""

import io
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy.orm import Session

from hub.storage.bases import HUB_SCHEMA, TENANTS_ROLE
from hub.storage.session import Storage, count_schema, driver

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
AUDIT = MIGRATIONS / "audit.sql"
"""The audit's own schema: a script that may be run at any time, no revision of the hub's."""
NO_VERSION = "0000"
# A step waits this long for a table that is in use, rather than make everyone else queue behind it.
LOCK_TIMEOUT = "5s"
# Alembic's `op` is one for the whole process.
_rendering = threading.Lock()


@dataclass(frozen=True, slots=True)
class Step:
    """One revision as a script of statements for whatever schema is first in search_path."""

    version: str
    sql: str


def versions_folder(tree: str) -> Path:
    """Where the revisions of a tree are."""
    return MIGRATIONS / tree / "versions"


def head(tree: str) -> str:
    """The newest version of a tree ("hub" or "tenant")."""
    return max((path.name[:4] for path in versions_folder(tree).glob("[0-9]*.py")), default=NO_VERSION)


def steps(tree: str) -> tuple[Step, ...]:
    """Every revision of a tree, oldest first; rendered once per process."""
    with _rendering:
        return _steps(versions_folder(tree))


@lru_cache
def _steps(versions: Path) -> tuple[Step, ...]:
    from alembic.script import ScriptDirectory

    revisions = ScriptDirectory(MIGRATIONS, version_locations=[versions]).walk_revisions()
    return tuple(reversed([Step(revision.revision, _render(revision.module.upgrade)) for revision in revisions]))


def pending(tree: str, version: str) -> tuple[Step, ...]:
    """The revisions that a schema at `version` lacks, oldest first; none when it is newer than this code."""
    return tuple(step for step in steps(tree) if step.version > version)


def upgrade_hub(storage: Storage) -> list[str]:
    """Bring the hub's own schema to the newest revision, all or nothing; returns the versions applied.

    Any number of processes may call this at once: one does the work, and when there is none they only look. Where
    nobody has installed the audit (the embedded server does), it is made as well, by the hub's own role.
    """
    with storage.hub() as session:
        if _hub_version(driver(session)) >= head("hub") and _has_audit(driver(session)):
            return []
    with storage.hub(statement_timeout_ms=0) as session:
        connection = driver(session)
        _lock(connection, HUB_SCHEMA)
        if _hub_version(connection) == NO_VERSION:
            connection.execute(_CREATE_HUB)
        todo = pending("hub", _hub_version(connection))
        connection.execute(f"set local lock_timeout to '{LOCK_TIMEOUT}'")
        for step in todo:
            connection.execute(step.sql.encode())
            connection.execute("update hub.alembic_version set version_num = %s", [step.version])
        if not _has_audit(connection):
            connection.execute(AUDIT.read_bytes())
        return [step.version for step in todo]


def create_schema(session: Session, schema: str) -> None:
    """Make a tenant's role and schema with all tables at the newest version, in one round trip.

    The role may use the tables and owns nothing. Raises psycopg.errors.DuplicateObject or DuplicateSchema.
    """
    connection = driver(session)
    template = _CREATE if connection.info.server_version >= 160000 else _CREATE.replace(_SET_ONLY, "")
    names = {"schema": Identifier(schema), "group": Identifier(TENANTS_ROLE)}
    prelude = SQL(template).format(**names).as_bytes(connection)
    connection.execute(prelude + (MIGRATIONS / "tenant" / "schema.sql").read_bytes())
    count_schema(session, schema)


def drop_schema(session: Session, schema: str) -> None:
    """Drop a tenant's schema with all it holds, and its role. Raises LockNotAvailable while it is in use."""
    script = f"set local lock_timeout to '{LOCK_TIMEOUT}'; drop schema {{0}} cascade; drop role {{0}}"
    driver(session).execute(SQL(script).format(Identifier(schema)))


def apply(session: Session, schema: str, step: Step, claim: Callable[[], bool]) -> None:
    """Execute a step in a schema, in the caller's transaction, if `claim`, called under the schema's lock, agrees."""
    connection = driver(session)
    _lock(connection, schema)
    if claim():
        enter = f"set local lock_timeout to '{LOCK_TIMEOUT}'; set local search_path to {{}};"
        prelude = SQL(enter).format(Identifier(schema)).as_bytes(connection)
        connection.execute(prelude + step.sql.encode())
        count_schema(session, schema)


_CREATE_HUB = f"""
create schema if not exists hub;
create table hub.alembic_version (version_num text not null);
insert into hub.alembic_version values ('{NO_VERSION}');
"""
_SET_ONLY = " with set true, inherit false"
# LOGIN because Citus workers are reached as this role; without a password, and refused by pg_hba, nobody else can.
# The default privileges cover the tables of later revisions too.
_CREATE = f"""
create role {{schema}} login in role {{group}};
grant {{schema}} to current_user{_SET_ONLY};
create schema {{schema}};
grant usage on schema {{schema}} to {{schema}};
alter default privileges in schema {{schema}} grant select, insert, update, delete on tables to {{schema}};
alter default privileges in schema {{schema}} grant usage on sequences to {{schema}};
set local search_path to {{schema}};
"""


def _lock(connection: psycopg.Connection[Any], schema: str) -> None:
    # Held until the transaction ends: keeps other migrations of this schema out.
    connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"paypredict.migrate.{schema}"])


def _hub_version(connection: psycopg.Connection[Any]) -> str:
    # Not to_regclass: it answers from a cache that knows nothing yet of what another process has just committed.
    if not connection.execute(
        "select from pg_tables where (schemaname, tablename) = ('hub', 'alembic_version')"
    ).rowcount:
        return NO_VERSION
    row = connection.execute("select version_num from hub.alembic_version").fetchone()
    return str(row[0]) if row else NO_VERSION


def _has_audit(connection: psycopg.Connection[Any]) -> bool:
    return connection.execute("select from pg_namespace where nspname = 'audit'").rowcount == 1


def _render(upgrade: Callable[[], None]) -> str:
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    script = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql",
        dialect_opts={"paramstyle": "named"},
        opts={"as_sql": True, "literal_binds": True, "output_buffer": script},
    )
    with Operations.context(context):
        upgrade()
    return script.getvalue()
