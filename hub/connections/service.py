"""Connections: which account at which provider a tenant has connected, and how it fares."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.connections import notices
from hub.connections.models import connections
from hub.errors import ConflictError, InvalidError, NotFoundError
from hub.redaction import sentence
from hub.sdk.errors import ConfigError
from hub.storage import audit

if TYPE_CHECKING:
    from hub.connections.clients import Context
    from hub.sdk.http import Api

_NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})
SCHEDULED = ("ready", "needs_attention")
"""Connections that the schedule has read."""
# What an outcome of a run changes nothing about: a person said so, or nobody has consented yet.
_SET_BY_PEOPLE = ("paused", "disconnected", "pending", "choose_account")


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One account at one provider. `config` has been checked against the plugin's schema and holds no secrets.

    `account` is the company there (hub.sdk.connector.Account as JSON), `choices` those to choose from before.
    `candidate` is what is to open it from now on, once that has proved good: id, config, auth_method, values.
    `write_back`: an admin lets the hub write documents there; `write_granted`: the newest consent reaches so far.
    """

    id: UUID
    plugin: str
    name: str
    config: Mapping[str, Any]
    auth_method: str | None
    account_id: str | None
    account: Mapping[str, Any] | None
    choices: list[Mapping[str, Any]] | None
    candidate: Mapping[str, Any] | None
    status: str
    reason: str | None
    created_at: datetime
    last_run_at: datetime | None
    last_full_run_at: datetime | None
    disconnected_at: datetime | None
    write_back: bool = False
    write_granted: bool = False


def create(
    session: Session,
    plugin: str,
    name: str,
    config: Mapping[str, Any],
    *,
    auth_method: str | None = None,
    status: str = "ready",
) -> UUID:
    """Add a connection; returns its id. Raises ConflictError where the plugin has one of that name."""
    connection_id = _insert(session, plugin, name, config, auth_method=auth_method, status=status)
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


def get(session: Session, connection_id: UUID, *, for_update: bool = False) -> Connection:
    """A connection, held until the transaction ends if `for_update`. Raises NotFoundError."""
    query = select(connections).where(connections.c.id == connection_id)
    row = session.execute(query.with_for_update() if for_update else query).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"There is no connection {connection_id}.")
    return Connection(**row)


def list_connections(session: Session) -> list[Connection]:
    """All connections, by plugin and name."""
    rows = session.execute(select(connections).order_by(connections.c.plugin, connections.c.name)).mappings()
    return [Connection(**row) for row in rows]


def free_name(session: Session, plugin: str, wanted: str) -> str:
    """`wanted`, with a number after it where the plugin has a connection of that name already."""
    taken = set(session.scalars(select(connections.c.name).where(connections.c.plugin == plugin)))
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted} {number}"
    return name


def version(connection: Connection) -> int:
    """A number that stands for what may be changed of a connection, for ETags."""
    parts: list[Any] = [connection.name, connection.auth_method, dict(connection.config), connection.candidate]
    parts.append(connection.write_back)
    digest = blake2b(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS), digest_size=6).digest()
    return int.from_bytes(digest) or 1


def reconfigure(session: Session, connection_id: UUID, config: Mapping[str, Any]) -> None:
    """Have a connection's settings be these from now on; what opens it stays as it is."""
    before = get(session, connection_id, for_update=True).config
    _set(session, connection_id, config=dict(config))
    changed = {name for name in {*before, *config} if before.get(name) != config.get(name)}
    audit.record(
        session,
        "connection.configured",
        "connection",
        connection_id,
        before={name: before.get(name) for name in changed},
        after={name: config.get(name) for name in changed},
    )


def make_connector(
    context: "Context", connection: Connection, options: Mapping[str, Any] = _NO_OPTIONS, *, api: "Api | None" = None
) -> Any:
    """The connection's connector, made anew: with the hub's way to call the provider, where it calls one.

    `options` are further settings of a plugin that calls nobody; `api` is the way to call that the caller has opened
    and closes (hub.connections.calling.open_api). Raises ConfigError for a connection that was disconnected, and what
    making it raises.
    """
    if connection.status == "disconnected":
        raise ConfigError(f"{connection.name} was disconnected; reconnect it to go on.")
    if not context.registry.get(connection.plugin).auth:
        return context.registry.make(connection.plugin, {**connection.config, **options})
    from hub.connections.calling import open_api  # late: it brings httpx

    config = MappingProxyType(dict(connection.config))
    return context.registry.make(connection.plugin, config, api or open_api(context, connection))


def candidate_of(connection: Connection) -> Connection | None:
    """The connection as its candidate would have it, under the candidate's id; None where there is none."""
    if connection.candidate is None:
        return None
    proposed = connection.candidate
    account = {"values": proposed.get("values", {})}
    return replace(
        connection,
        id=UUID(proposed["id"]),
        config=proposed["config"],
        auth_method=proposed["auth_method"],
        account_id=None,
        account=account,
        status="pending",
    )


def note_run(session: Session, connection_id: UUID, at: datetime, *, is_full: bool = False) -> None:
    """Note that a run went through: the connection is well, unless a person has paused or ended it meanwhile."""
    ran = {"last_run_at": at} | ({"last_full_run_at": at} if is_full else {})
    _set(session, connection_id, **ran)
    if _settle_status(session, connection_id, "ready", None):
        notices.settle(session, connection_id, *notices.MENDED_BY_A_RUN)


def need_attention(session: Session, connection_id: UUID, reason: str) -> None:
    """Note what a person has to mend before it can run again, and tell the tenant's admins."""
    _need(session, connection_id, "needs_attention", reason)


def needs_reconnect(session: Session, connection_id: UUID, reason: str) -> None:
    """Note that the provider lets nobody in any more until a person consents anew, and tell the tenant's admins."""
    _need(session, connection_id, "needs_reconnect", reason)


def _need(session: Session, connection_id: UUID, status: notices.Kind, reason: str) -> None:
    reason = sentence(reason)
    if _settle_status(session, connection_id, status, reason):
        name = session.scalar(select(connections.c.name).where(connections.c.id == connection_id))
        notices.tell(session, connection_id, status, f"{name}: {reason}")


def pause(session: Session, connection_id: UUID) -> None:
    """Have no runs begin until it is resumed. Raises ConflictError where none would anyway."""
    held = get(session, connection_id, for_update=True)
    status = held.status
    if status == "paused":
        return
    # What has never proved good must not become ready by being resumed.
    was_ready = held.account_id is not None or held.last_run_at is not None
    if status != "ready" and not (status in ("needs_attention", "needs_reconnect") and was_ready):
        raise ConflictError(f"Only what runs can be paused; this connection is {_words(status)}.")
    set_status(session, connection_id, "paused")


def resume(session: Session, connection_id: UUID) -> None:
    """Have runs begin again. Raises ConflictError for what is not paused."""
    status = get(session, connection_id, for_update=True).status
    if status != "paused":
        raise ConflictError(f"Only what is paused can be resumed; this connection is {_words(status)}.")
    set_status(session, connection_id, "ready")


def rename(session: Session, connection_id: UUID, name: str) -> None:
    """Call a connection something else. Raises ConflictError where the plugin has one of that name."""
    held = get(session, connection_id, for_update=True)
    query = select(connections.c.id).where(connections.c.plugin == held.plugin, connections.c.name == name)
    other = session.scalar(query)
    if other not in (None, connection_id):
        message = f"There is a connection named {name!r} already."
        raise ConflictError(message, fields={"name": "Choose another name."})
    if name != held.name:
        _set(session, connection_id, name=name)
        before, after = {"name": held.name}, {"name": name}
        audit.record(session, "connection.renamed", "connection", connection_id, before=before, after=after)


def allow_writing(session: Session, connection_id: UUID, allowed: bool, *, needs_consent: bool) -> None:
    """Let the hub write documents at the provider, or no longer.

    `needs_consent`: the provider asks people for that apart, so that what was granted before may not reach so far.
    """
    held = get(session, connection_id, for_update=True)
    if held.write_back == allowed:
        return
    granted = held.write_granted or not needs_consent
    _set(session, connection_id, write_back=allowed, write_granted=granted)
    action = "connection.writing_allowed" if allowed else "connection.writing_forbidden"
    before, after = {"write_back": held.write_back}, {"write_back": allowed, "write_granted": granted}
    audit.record(session, action, "connection", connection_id, before=before, after=after)


def choose(session: Session, connection_id: UUID, account_id: str) -> None:
    """Settle which of the companies that the grant opens it is to be. Raises ConflictError and InvalidError."""
    held = get(session, connection_id, for_update=True)
    if held.status != "choose_account" or held.choices is None:
        raise ConflictError(f"There is nothing to choose; this connection is {_words(held.status)}.")
    chosen = next((each for each in held.choices if each["id"] == account_id), None)
    if chosen is None:
        known = ", ".join(f"{each['id']} ({each['name']})" for each in held.choices)
        raise InvalidError("There is no such company to choose.", fields={"account_id": f"One of {known}."})
    set_status(session, connection_id, "pending", account=chosen)


def _words(status: str) -> str:
    return status.replace("_", " ")


def set_status(session: Session, connection_id: UUID, status: str, reason: str | None = None, **values: Any) -> None:
    """Have a connection be in `status`; a change of it is in the audit."""
    old = session.execute(
        select(connections.c.status, connections.c.reason).where(connections.c.id == connection_id).with_for_update()
    ).one()
    reason = None if reason is None else sentence(reason)
    _set(session, connection_id, status=status, reason=reason, **values)
    if (old.status, old.reason) != (status, reason):
        audit.record(
            session,
            "connection.status_changed",
            "connection",
            connection_id,
            before={"status": old.status, "reason": old.reason},
            after={"status": status, "reason": reason},
        )


def note_reason(session: Session, connection_id: UUID, reason: str) -> None:
    """Say why a connection is still not what somebody wanted it to be; one that is ready is well all the same."""
    status = session.scalar(select(connections.c.status).where(connections.c.id == connection_id).with_for_update())
    if status is not None and status != "ready":
        set_status(session, connection_id, status, reason)


def _settle_status(session: Session, connection_id: UUID, status: str, reason: str | None) -> bool:
    """What a run found out about a connection; False where it is not for a run to say, or there is no such one."""
    query = select(connections.c.status).where(connections.c.id == connection_id).with_for_update()
    current = session.scalar(query)
    if current is None or current in _SET_BY_PEOPLE:
        return False
    set_status(session, connection_id, status, reason)
    return True


def _insert(session: Session, plugin: str, name: str, config: Mapping[str, Any], **values: Any) -> UUID | None:
    statement = (
        insert(connections)
        .values(plugin=plugin, name=name, config=dict(config), **values)
        .on_conflict_do_nothing(index_elements=["plugin", "name"])
        .returning(connections.c.id)
    )
    connection_id: UUID | None = session.execute(statement).scalar_one_or_none()
    if connection_id is not None:
        after = {"plugin": plugin, "name": name, **values}
        audit.record(session, "connection.created", "connection", connection_id, after=after)
    return connection_id


def _set(session: Session, connection_id: UUID, **values: Any) -> None:
    session.execute(update(connections).where(connections.c.id == connection_id).values(**values))
