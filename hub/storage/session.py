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
from psycopg import Connection as DriverConnection
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from hub.settings import Settings

log = logging.getLogger(__name__)

TENANT_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ENTER = text("select set_config('role', :role, true), set_config('search_path', :path, true)")
_AFTER_COMMIT = "after_commit"


class Storage:
    """The process's way to the database. Make one per process, after any fork; `close` it at the end."""

    def __init__(self, settings: Settings, *, pool_size: int | None = None) -> None:
        self.settings = settings
        self.engine = _make_engine(settings, pool_size or settings.db_pool_size)

    @contextmanager
    def hub(self) -> Iterator[Session]:
        """A transaction on the hub's shared tables; sees no tenant's data unless it names their schema."""
        with self._session("hub, public", role=None) as session:
            yield session

    @contextmanager
    def tenant(self, key: str, *, statement_timeout_ms: int | None = None) -> Iterator[Session]:
        """A transaction as the tenant's own role, seeing the tenant's schema alone. `session.info["tenant"]` is key.

        `statement_timeout_ms` overrides the setting for this transaction; 0 lifts it (jobs do).
        """
        if not TENANT_KEY.fullmatch(key):
            raise ValueError(f"not a tenant key: {key!r}")
        with self._session(schema_name(key), role=schema_name(key), timeout_ms=statement_timeout_ms) as session:
            session.info["tenant"] = key
            yield session

    @contextmanager
    def _session(self, path: str, role: str | None, timeout_ms: int | None = None) -> Iterator[Session]:
        with Session(self.engine, autoflush=False, expire_on_commit=False) as session, session.begin():
            if role is None:
                session.execute(text("select set_config('search_path', :path, true)"), {"path": path})
            else:
                session.execute(_ENTER, {"role": role, "path": path})
                _count_tenant(session, role)
            if timeout_ms is not None:
                session.execute(text("select set_config('statement_timeout', :ms, true)"), {"ms": str(timeout_ms)})
            yield session
        # Runs only when the transaction has committed; what fails here is picked up by the sweeps.
        for call in session.info.pop(_AFTER_COMMIT, ()):
            call()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def schema_name(key: str) -> str:
    """The schema of a tenant, which is also the name of its role."""
    return f"tenant_{key}"


def after_commit(session: Session, call: Callable[[], Any]) -> None:
    """Have `call` made once the session's transaction has committed; never if it is rolled back."""
    session.info.setdefault(_AFTER_COMMIT, []).append(call)


def driver(session: Session) -> DriverConnection[Any]:
    """The psycopg connection under a session, inside the same transaction: for COPY and hand-written hot paths."""
    return session.connection().connection.driver_connection  # type: ignore[return-value]


def normalise_url(url: str) -> str:
    """A postgres:// or postgresql:// address as SQLAlchemy's psycopg dialect wants it."""
    return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql+psycopg://", url)


def _make_engine(settings: Settings, pool_size: int) -> Engine:
    engine = create_engine(
        normalise_url(settings.database_url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=False,
        pool_recycle=1800,
        json_serializer=lambda value: orjson.dumps(value, default=str).decode(),
        json_deserializer=orjson.loads,
        connect_args={
            "application_name": "paypredict",
            "options": f"-c statement_timeout={settings.db_statement_timeout_ms} -c timezone=UTC",
        },
    )

    @event.listens_for(engine, "checkin")
    def _retire(connection: Any, record: Any) -> None:
        # A backend never gives back what it cached for a tenant, so one that has seen many is replaced.
        seen = record.info.get("tenants")
        if connection is not None and seen and len(seen) >= settings.db_tenants_per_connection:
            record.info.pop("tenants")
            record.invalidate(soft=False)

    return engine


def _count_tenant(session: Session, role: str) -> None:
    session.connection().connection.record_info.setdefault("tenants", set()).add(role)  # type: ignore[union-attr]
