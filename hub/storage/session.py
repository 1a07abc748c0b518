"""Database sessions: one transaction each, as the hub's own role or as one tenant's.

A tenant's session sets role and search_path in one statement that holds for the transaction only. It covers the ORM,
raw SQL and COPY alike, works behind a pooler in transaction mode and needs no reset; a forgotten filter or an injected
query cannot reach a neighbour, because the database refuses.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import psycopg
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from hub.errors import NotFoundError
from hub.settings import Settings

log = logging.getLogger(__name__)

TENANT_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Everything a transaction depends on, said anew each time: what an earlier user of the connection left on it is void.
_ENTER = """
    select set_config('role', %s, true), set_config('search_path', %s, true),
           set_config('statement_timeout', %s, true), set_config('timezone', 'UTC', true)
"""
_HUB_ROLE = "none"
_AFTER_COMMIT = "after_commit"
_SCHEMAS = "schemas"


class Storage:
    """The process's way to the database. Make one per process, after any fork; `close` it at the end."""

    def __init__(self, settings: Settings, *, pool_size: int | None = None) -> None:
        self.settings = settings
        self.engine = _make_engine(settings, pool_size or settings.db_pool_size)

    @contextmanager
    def hub(self, *, statement_timeout_ms: int | None = None) -> Iterator[Session]:
        """A transaction on the hub's shared tables; sees no tenant's data unless it names their schema."""
        with self._session(_HUB_ROLE, "hub, public", statement_timeout_ms) as session:
            yield session

    @contextmanager
    def tenant(self, key: str, *, statement_timeout_ms: int | None = None) -> Iterator[Session]:
        """A transaction as the tenant's own role, seeing the tenant's schema alone. `session.info["tenant"]` is key.

        `statement_timeout_ms` overrides the setting for this transaction; 0 lifts it (jobs do). Raises NotFoundError
        when there is no such tenant.
        """
        if not TENANT_KEY.fullmatch(key):
            raise ValueError(f"not a tenant key: {key!r}")
        name = schema_name(key)
        with self._session(name, name, statement_timeout_ms) as session:
            session.info["tenant"] = key
            yield session

    @contextmanager
    def _session(self, role: str, path: str, timeout_ms: int | None) -> Iterator[Session]:
        timeout = str(self.settings.db_statement_timeout_ms if timeout_ms is None else timeout_ms)
        with (
            self._connect(role, path, timeout) as connection,
            Session(connection, autoflush=False, expire_on_commit=False) as session,
            session.begin() as transaction,
        ):
            yield session
            committing = transaction.is_active
        if committing:
            _run_after_commit(session)

    def _connect(self, role: str, path: str, timeout: str) -> Connection:
        """A connection inside a transaction that has its role, path and time limit."""
        connection = self.engine.connect()
        try:
            try:
                _driver(connection).execute(_ENTER, (role, path, timeout))
            except psycopg.OperationalError:
                if not _driver(connection).broken:
                    raise
                # The server restarted while the connection lay in the pool; nothing was done on it yet.
                connection.invalidate()
                connection.close()
                self.engine.dispose()
                connection = self.engine.connect()
                _driver(connection).execute(_ENTER, (role, path, timeout))
        except psycopg.errors.InvalidParameterValue as error:
            connection.close()
            raise NotFoundError(f"there is no tenant {role.removeprefix('tenant_')}") from error
        except BaseException:
            connection.close()
            raise
        if role != _HUB_ROLE:
            _count(connection, role)
        return connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def schema_name(key: str) -> str:
    """The schema of a tenant, which is also the name of its role."""
    return f"tenant_{key}"


def after_commit(session: Session, call: Callable[[], Any]) -> None:
    """Have `call` made once the session's transaction has committed; never if it is rolled back."""
    session.info.setdefault(_AFTER_COMMIT, []).append(call)


def driver(session: Session) -> psycopg.Connection[Any]:
    """The psycopg connection under a session, inside the same transaction: for COPY and hand-written hot paths."""
    return _driver(session.connection())


def count_schema(session: Session, schema: str) -> None:
    """Say that the session's backend has got to know a tenant's schema, which brings its retirement nearer."""
    _count(session.connection(), schema)


def normalise_url(url: str) -> str:
    """A postgres:// or postgresql:// address as SQLAlchemy's psycopg dialect wants it."""
    return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql+psycopg://", url)


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    return connection.connection.driver_connection  # type: ignore[return-value]


def _count(connection: Connection, schema: str) -> None:
    connection.info.setdefault(_SCHEMAS, set()).add(schema)


def _run_after_commit(session: Session) -> None:
    for call in session.info.pop(_AFTER_COMMIT, ()):
        try:
            call()
        except Exception:
            # The transaction stands, so its caller must not be told that it failed; the sweeps make up for the call.
            log.exception("a call after commit failed")


def _make_engine(settings: Settings, pool_size: int) -> Engine:
    engine = create_engine(
        normalise_url(settings.database_url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_recycle=1800,
        json_serializer=lambda value: orjson.dumps(value, default=str).decode(),
        json_deserializer=orjson.loads,
        connect_args={"application_name": "paypredict"},
    )

    @event.listens_for(engine, "checkin")
    def _retire(connection: Any, record: Any) -> None:
        # A backend never gives back what it cached for a tenant, so one that has seen many is replaced.
        if len(record.info.get(_SCHEMAS, ())) >= settings.db_tenants_per_connection:
            record.invalidate()

    return engine
