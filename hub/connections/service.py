"""Connections: which account at which provider a tenant has connected, and how it fares."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.connections.models import connections
from hub.errors import ConflictError, NotFoundError
from hub.redaction import redact


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One account at one provider. `config` has been checked against the plugin's schema and holds no secrets.

    `account` is the company there (hub.sdk.connector.Account as JSON), `choices` those to choose from before.
    """

    id: UUID
    plugin: str
    name: str
    config: Mapping[str, Any]
    auth_method: str | None
    account_id: str | None
    account: Mapping[str, Any] | None
    choices: list[Mapping[str, Any]] | None
    status: str
    reason: str | None
    created_at: datetime
    last_run_at: datetime | None
    last_full_run_at: datetime | None
    disconnected_at: datetime | None


def create(session: Session, plugin: str, name: str, config: Mapping[str, Any]) -> UUID:
    """Add a connection; returns its id. Raises ConflictError where the plugin has one of that name."""
    connection_id = _insert(session, plugin, name, config)
    if connection_id is None:
        raise ConflictError(f"There is a {plugin} connection named {name!r} already; choose another name.")
    return connection_id


def ensure(session: Session, plugin: str, name: str, config: Mapping[str, Any]) -> UUID:
    """The id of the plugin's connection of that name, added with `config` where there is none yet."""
    added = _insert(session, plugin, name, config)
    if added is not None:
        return added
    query = select(connections.c.id).where(connections.c.plugin == plugin, connections.c.name == name)
    held: UUID = session.execute(query).scalar_one()
    return held


def get(session: Session, connection_id: UUID) -> Connection:
    """A connection. Raises NotFoundError."""
    row = session.execute(select(connections).where(connections.c.id == connection_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"There is no connection {connection_id}.")
    return Connection(**row)


def list_connections(session: Session) -> list[Connection]:
    """All connections, by plugin and name."""
    rows = session.execute(select(connections).order_by(connections.c.plugin, connections.c.name)).mappings()
    return [Connection(**row) for row in rows]


def note_run(session: Session, connection_id: UUID, at: datetime) -> None:
    """Note that a run went through: the connection is well."""
    _set(session, connection_id, status="ready", reason=None, last_run_at=at)


def need_attention(session: Session, connection_id: UUID, reason: str) -> None:
    """Note what a person has to mend before it can run again."""
    _set(session, connection_id, status="needs_attention", reason=redact(reason))


def _insert(session: Session, plugin: str, name: str, config: Mapping[str, Any]) -> UUID | None:
    statement = (
        insert(connections)
        .values(plugin=plugin, name=name, config=dict(config))
        .on_conflict_do_nothing(index_elements=["plugin", "name"])
        .returning(connections.c.id)
    )
    return session.execute(statement).scalar_one_or_none()


def _set(session: Session, connection_id: UUID, **values: Any) -> None:
    session.execute(update(connections).where(connections.c.id == connection_id).values(**values))
