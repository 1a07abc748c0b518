"""What is to open a connection: entered or consented to, tried under an id of its own, and only then in place.

A connection that has never been to a company is opened by what stands under its own id. One that has, goes on with what
it has until the new things have proved to open the same company: signing in to another one by mistake costs nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hub.connections import notices, service
from hub.connections.forms import Entered
from hub.connections.models import connection_tokens, connections
from hub.connections.service import Connection
from hub.errors import ConflictError
from hub.sdk.connector import Account
from hub.storage import audit
from hub.storage.vault import Vault

KEPT = timedelta(days=1)
"""A candidate that nobody came back for goes after that."""


def propose(
    session: Session, vault: Vault, connection: Connection, auth_method: str, entered: Entered, sealed: Collection[str]
) -> Connection:
    """Have what was entered open the connection once it has proved good; returns the connection as it would be.

    `sealed` are secrets it has already and keeps. What was proposed before and not tried yet is forgotten.
    """
    drop(session, vault, connection)
    proposed: dict[str, Any] = {"config": entered.config, "auth_method": auth_method}
    if connection.account_id is None:
        owner = connection.id
        service.set_status(session, owner, "pending")
        values = proposed | {"account": None, "choices": None, "candidate": None}
        for name in set(vault.names(session, owner)) - set(sealed):
            vault.forget(session, owner, name)
    else:
        owner = uuid4()
        begun_at = datetime.now(UTC).isoformat()
        values = {"candidate": proposed | {"id": str(owner), "values": {}, "begun_at": begun_at}}
        for name in sealed:
            if name not in entered.secrets:
                vault.put(session, owner, name, vault.get(session, connection.id, name, noted=False))
    for name, value in entered.secrets.items():
        vault.put(session, owner, name, value)
    session.execute(update(connections).where(connections.c.id == connection.id).values(**values))
    after = {**proposed, "entered": sorted(entered.secrets)}
    audit.record(session, "connection.configured", "connection", connection.id, after=after)
    changed = service.get(session, connection.id)
    return service.candidate_of(changed) or changed


def bind(session: Session, connection: Connection, values: Mapping[str, str], *, can_write: bool = False) -> None:
    """Keep what came back with the grant and belongs to it, such as the company's id; and whether the hub may write."""
    if connection.candidate is not None:
        proposed = {**connection.candidate, "values": dict(values), "can_write": can_write}
        changed: dict[str, Any] = {"candidate": proposed}
    else:
        changed = {"account": {"values": dict(values)}, "write_granted": can_write}
    session.execute(update(connections).where(connections.c.id == connection.id).values(**changed))


def adopt(session: Session, vault: Vault, connection: Connection, account: Account | None, name: str) -> None:
    """What was proposed has proved good: it opens the connection from now on, which is ready, or paused as it was.

    `name` is the provider's. Raises ConflictError, naming the other one, for a company that is connected already.
    """
    if account is not None and (why := connected_already(session, connection, account, name)):
        raise ConflictError(why)
    values: dict[str, Any] = {"choices": None, "candidate": None, "disconnected_at": None}
    if account is not None:
        values |= {"account_id": account.id, "account": asdict(account)}
    if connection.candidate is not None:
        values |= {key: connection.candidate[key] for key in ("config", "auth_method")}
        if "can_write" in connection.candidate:
            values["write_granted"] = connection.candidate["can_write"]
        _move(session, vault, UUID(connection.candidate["id"]), connection.id)
    status = "paused" if connection.status == "paused" else "ready"
    service.set_status(session, connection.id, status, **values)
    notices.settle(session, connection.id)


def drop(session: Session, vault: Vault, connection: Connection) -> None:
    """Forget what was proposed, with its secrets."""
    if connection.candidate is not None:
        forget(session, vault, UUID(connection.candidate["id"]))
        session.execute(update(connections).where(connections.c.id == connection.id).values(candidate=None))


def forget(session: Session, vault: Vault, owner: UUID) -> int:
    """Forget secrets and tokens of a connection or a candidate; how many secrets there were."""
    session.execute(delete(connection_tokens).where(connection_tokens.c.connection_id == owner))
    return vault.forget(session, owner)


def drop_stale(session: Session, vault: Vault, now: datetime) -> int:
    """Forget what was proposed and never came to anything; how many connections had such."""
    count = 0
    for connection in service.list_connections(session):
        begun_at = (connection.candidate or {}).get("begun_at")
        if begun_at and datetime.fromisoformat(begun_at) < now - KEPT:
            drop(session, vault, connection)
            count += 1
    return count


def forget_left_over(session: Session, vault: Vault) -> int:
    """Forget the secrets of connections that were disconnected while something went wrong; how many had any."""
    gone = [each for each in service.list_connections(session) if each.status == "disconnected"]
    return sum(1 for each in gone if each.candidate is None and forget(session, vault, each.id))


def connected_already(session: Session, connection: Connection, account: Account, name: str) -> str | None:
    """Why this company cannot be connected once more; None where it can."""
    query = select(connections.c.id, connections.c.name, connections.c.status).where(
        connections.c.plugin == connection.plugin,
        connections.c.account_id == account.id,
        connections.c.id != connection.id,
    )
    # One that is live before those that were disconnected.
    other = session.execute(query.order_by((connections.c.status == "disconnected").asc())).first()
    if other is None:
        return None
    if other.status == "disconnected":
        return (
            f"{account.name} was connected to {name} before, as {other.name!r} ({other.id}), and its records are still"
            " here. Reconnect that one, so that its history goes on."
        )
    return f"{account.name} is connected to {name} already, as {other.name!r} ({other.id})."


def _move(session: Session, vault: Vault, source: UUID, target: UUID) -> None:
    secrets = {name: vault.get(session, source, name, noted=False) for name in vault.names(session, source)}
    vault.forget(session, target)
    for name, value in secrets.items():
        vault.put(session, target, name, value)
    vault.forget(session, source)
    tokens = connection_tokens.c
    held = session.scalar(select(tokens.generation).where(tokens.connection_id == target).with_for_update())
    session.execute(delete(connection_tokens).where(tokens.connection_id == target))
    # Above what was: a refresh of the former grant that is under way now finds that it came too late.
    session.execute(
        update(connection_tokens)
        .where(tokens.connection_id == source)
        .values(connection_id=target, generation=tokens.generation + (held or 0))
    )
