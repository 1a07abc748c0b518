"""Ending a connection: the provider is told, what opened it is forgotten, and what it brought stays."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hub.connections import candidates, directory, notices, service
from hub.connections.consent import Scope
from hub.connections.models import connect_states
from hub.connections.service import Connection
from hub.errors import HubError, NotFoundError
from hub.sdk.errors import PluginError
from hub.storage import audit

KEPT = (
    "The ledger that came from it: customers, invoices, payments, credit memos and what settled what.",
    "Its history, its runs and the forecasts made from it.",
    "The connection's name and settings without secrets, so that it can be reconnected and go on.",
    "What was done, in the audit.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected:
    """What came of it: whether the provider revoked the grant and, where not, why; how many secrets are forgotten."""

    revoked: bool
    revocation: str
    secrets_forgotten: int
    kept: tuple[str, ...] = KEPT


def disconnect(scope: Scope, connection_id: UUID, now: datetime) -> Disconnected:
    """End a connection. Safe to repeat: what was left undone the first time is done. Raises NotFoundError.

    Runs under way end with the page in hand. No transaction is held while the provider is told.
    """
    with scope.storage.tenant(scope.tenant) as session:
        connection = service.get(session, connection_id, for_update=True)
        candidates.drop(session, scope.vault, connection)
        if connection.status != "disconnected":
            ended: dict[str, Any] = {"disconnected_at": now, "choices": None}
            ended |= {"write_back": False, "write_granted": False}
            service.set_status(session, connection.id, "disconnected", **ended)
        notices.settle(session, connection.id)
        shares = _shares_its_grant(session, connection)
    with scope.storage.hub() as hub:
        directory.leave(hub, connection.id)
        hub.execute(delete(connect_states).where(connect_states.c.connection_id == connection.id))
    revoked, revocation = _revoke(scope, connection, shares)
    with scope.storage.tenant(scope.tenant) as session:
        forgotten = candidates.forget(session, scope.vault, connection.id)
        after: dict[str, Any] = {"revoked": revoked, "revocation": revocation, "forgotten": forgotten}
        audit.record(session, "connection.disconnected", "connection", connection.id, after=after)
    return Disconnected(revoked=revoked, revocation=revocation, secrets_forgotten=forgotten)


def _revoke(scope: Scope, connection: Connection, shares: str | None) -> tuple[bool, str]:
    from hub.connections import tokens  # late: it brings what calls providers

    try:
        manifest = scope.registry.get(connection.plugin)
    except NotFoundError:
        return False, f"Not revoked: {connection.plugin} is not installed here any more. Remove this hub there, too."
    if shares:
        return False, (
            f"Not revoked: {shares} may stand on the same consent. Remove this hub at {manifest.name} to end both."
        )
    if not any(auth.method == connection.auth_method and auth.kind == "oauth2_code" for auth in manifest.auth):
        return (
            False,
            f"Nothing to revoke: what was entered is forgotten here. End it at {manifest.name} too, if need be.",
        )
    try:
        if tokens.revoke(scope, connection):
            return True, f"{manifest.name} has revoked the consent."
        return False, f"{manifest.name} cannot be told; remove this hub there, too."
    except (PluginError, HubError) as error:
        return False, f"{manifest.name} could not be told ({error}); remove this hub there, too."


def _shares_its_grant(session: Session, connection: Connection) -> str | None:
    """Another connection that a revocation might end, too: by one consent a person may open several companies."""
    values = (connection.account or {}).get("values", {})
    if values.get("is_one_of_several") != "yes":
        return None
    for other in service.list_connections(session):
        if other.plugin == connection.plugin and other.id != connection.id and other.status != "disconnected":
            return repr(other.name)
    return None
