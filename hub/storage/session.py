"""Database sessions: one transaction each, as the hub's own role or as one tenant's.

A tenant's session sets role and search_path in one statement that holds for the transaction only. It covers the ORM,
raw SQL and COPY alike, works behind a pooler in transaction mode and needs no reset; a forgotten filter or an injected
query cannot reach a neighbour, because the database refuses.
"""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

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
ENTER = """
    select set_config('role', %s, true), set_config('search_path', %s, true),
           set_config('statement_timeout', %s, true), set_config('timezone', 'UTC', true)
"""
_RELAX = "select set_config('synchronous_commit', 'off', true)"
_HUB_ROLE = "none"
_Result = TypeVar("_Result")
_BEFORE_COMMIT = "before_commit"
_AFTER_COMMIT = "after_commit"
_SCHEMAS = "schemas"

committing_watch: ContextVar[Callable[[Session], None] | None] = ContextVar("paypredict_committing", default=None)
"""Called with every session of this thread that is about to commit, before what `before_commit` asked for."""


class Storage:
    """The process's way to the database. Make one per process, after any fork; `close` it at the end."""

    def __init__(self, settings: Settings, *, pool_size: int | None = None) -> None:
        self.settings = settings
        self.pool_size = pool_size or settings.db_pool_size
        self.engine = _make_engine(settings, self.pool_size)

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
        role = _role(key)
        with self._session(role, role, statement_timeout_ms) as session:
            session.info["tenant"] = key
            session.info["storage"] = self
            yield session

    def read(self, key: str, query: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The rows of one statement as the tenant's own role: a whole transaction in one round trip, without a session.

        For hot paths. `query` is psycopg's, with %(name)s parameters. Raises as `tenant` does.
        """
        role = _role(key)
        return self._in_one_round_trip(role, role, query, parameters)

    def write(
        self,
        key: str | None,
        statement: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        waits_for_disk: bool = True,
    ) -> list[tuple[Any, ...]]:
        """As `read`, for one statement that writes and returns rows, as a tenant or, where `key` is None, as the hub.

        Without `waits_for_disk` a crash of the server may lose the newest of such writes, and nothing else.
        """
        role, path = (_HUB_ROLE, "hub, public") if key is None else (_role(key),) * 2
        return self._in_one_round_trip(role, path, statement, parameters, before=() if waits_for_disk else (_RELAX,))

    def _in_one_round_trip(
        self, role: str, path: str, query: str, parameters: Mapping[str, Any] | None, *, before: Sequence[str] = ()
    ) -> list[tuple[Any, ...]]:
        def run(connection: Connection) -> list[tuple[Any, ...]]:
            raw = _driver(connection)
            # What is sent together is one transaction without saying so; were it ever taken apart, the query would
            # find neither role nor tables and fail.
            raw.autocommit = True
            try:
                with raw.pipeline():
                    # In the hub's role, which alone may call set_config.
                    for each in before:
                        raw.execute(each, prepare=True)
                    raw.execute(ENTER, self._scope(role, path), prepare=True)
                    cursor = raw.execute(query, parameters, prepare=True)
                rows = cursor.fetchall()
            finally:
                if not raw.broken:
                    raw.autocommit = False
            connection.close()
            return rows

        return self._on_connection(role, run)

    @contextmanager
    def _session(self, role: str, path: str, timeout_ms: int | None) -> Iterator[Session]:
        def enter(connection: Connection) -> Connection:
            _driver(connection).execute(ENTER, self._scope(role, path, timeout_ms))
            return connection

        with (
            self._on_connection(role, enter) as connection,
            Session(connection, autoflush=False, expire_on_commit=False) as session,
            session.begin() as transaction,
        ):
            yield session
            committing = transaction.is_active
            if committing:
                _run_before_commit(session)
        if committing:
            _run_after_commit(session)

    def _scope(self, role: str, path: str, timeout_ms: int | None = None) -> tuple[str, str, str]:
        return role, path, str(self.settings.db_statement_timeout_ms if timeout_ms is None else timeout_ms)

    def _on_connection(self, role: str, use: Callable[[Connection], _Result]) -> _Result:
        """What `use` makes of a pooled connection, or of a new one if that turns out to be unusable."""
        try:
            return _try(self.engine.connect(), role, use)
        except psycopg.Error as error:
            if not _is_unusable(error):
                raise
            # Nothing was committed. If the server restarted, all others in the pool are dead as well.
            self.engine.dispose()
            return _try(self.engine.connect(), role, use)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _role(key: str) -> str:
    if not TENANT_KEY.fullmatch(key):
        raise ValueError(f"not a tenant key: {key!r}")
    return schema_name(key)


def _try(connection: Connection, role: str, use: Callable[[Connection], _Result]) -> _Result:
    if role != _HUB_ROLE:
        _count(connection, role)
    try:
        return use(connection)
    except BaseException as error:
        if _driver(connection).broken:
            connection.invalidate()
        connection.close()
        if isinstance(error, psycopg.errors.InvalidParameterValue) and f'role "{role}"' in str(error):
            raise NotFoundError(f"there is no tenant {role.removeprefix('tenant_')}") from error
        raise


def _is_unusable(error: psycopg.Error) -> bool:
    """Whether the connection is at fault: it died in the pool, or was left in a role that may not even leave it."""
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return "set_config" in str(error)
    return isinstance(error, psycopg.OperationalError) and (error.sqlstate is None or error.sqlstate.startswith("57P"))


def schema_name(key: str) -> str:
    """The schema of a tenant, which is also the name of its role."""
    return f"tenant_{key}"


def before_commit(session: Session, call: Callable[[], Any]) -> None:
    """Have `call` made in the session's transaction as the last thing before it commits; what it raises rolls back."""
    session.info.setdefault(_BEFORE_COMMIT, []).append(call)


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


def _run_before_commit(session: Session) -> None:
    if watch := committing_watch.get():
        watch(session)
    # One call may ask for another.
    while calls := session.info.pop(_BEFORE_COMMIT, None):
        for call in calls:
            call()


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
        # Else the message of a failed statement has its values, secrets among them.
        hide_parameters=True,
        connect_args={"application_name": "paypredict"},
    )

    @event.listens_for(engine, "checkin")
    def _retire(connection: Any, record: Any) -> None:
        # A backend never gives back what it cached for a tenant, so one that has seen many is replaced.
        if len(record.info.get(_SCHEMAS, ())) >= settings.db_tenants_per_connection:
            record.invalidate()

    return engine
