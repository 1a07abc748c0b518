"""The tokens of a connection: what the rest of the hub asks for. How they are renewed is in hub.connections.renewal."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.connections import clients, token_requests
from hub.connections.clients import Client, Context
from hub.connections.kept import ACCESS, REFRESH, seal, values_of
from hub.connections.models import connection_tokens
from hub.connections.renewal import Opener, Timing, Token, fresh
from hub.connections.token_requests import Grant
from hub.errors import NotFoundError
from hub.sdk.errors import AuthError, ConfigError
from hub.sdk.manifest import Auth, Manifest
from hub.settings import Settings
from hub.storage.vault import Vault

if TYPE_CHECKING:
    from hub.connections.service import Connection

__all__ = [
    "Grant",
    "Life",
    "Opener",
    "Timing",
    "Token",
    "exchange_code",
    "forget",
    "fresh",
    "keep_alive",
    "opener",
    "revoke",
    "store",
]

_DAY = 86_400
_KEEP_ALIVE_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """How long a grant lives on: `renewed` says whether it was renewed now; days until it ends whatever is done."""

    renewed: bool
    days_left: int | None


def exchange_code(
    settings: Settings,
    manifest: Manifest,
    auth: Auth,
    config: Mapping[str, Any],
    secrets: Mapping[str, str],
    code: str,
    redirect_uri: str,
    verifier: str | None,
) -> Grant:
    """The grant for a code that came back from the provider; keep it with `store`.

    Raises AuthError (the code or a part of the consent is missing: connect again), ConfigError (the app is not known
    there), TransientError.
    """
    client = clients.client(settings, manifest, auth, config, secrets)
    return token_requests.exchange_code(client, code, redirect_uri, verifier)


def store(session: Session, vault: Vault, connection_id: UUID, grant: Grant, auth: Auth, *, is_new: bool) -> None:
    """Keep a grant under the next generation; `is_new`: a person has just given it, else it renews the one there is.

    Whatever request for tokens is under way is void from now on.
    """
    values = values_of(grant, auth)
    columns = connection_tokens.c
    if is_new:
        values["granted_at"] = func.now()
    statement = insert(connection_tokens).values(connection_id=connection_id, **values)
    again = {**values, "generation": columns.generation + 1, "state": "idle", "lease_owner": None, "lease_until": None}
    session.execute(statement.on_conflict_do_update(index_elements=["connection_id"], set_=again))
    if is_new and not grant.refresh_token:
        # One of an older grant would be of another consent, perhaps for another company.
        vault.forget(session, connection_id, REFRESH)
    seal(session, vault, connection_id, grant)


def forget(session: Session, vault: Vault, connection_id: UUID) -> None:
    """Delete a connection's tokens: it was disconnected, or is to be let in anew. Revoke them first."""
    session.execute(delete(connection_tokens).where(connection_tokens.c.connection_id == connection_id))
    for name in (ACCESS, REFRESH):
        vault.forget(session, connection_id, name)


def revoke(context: Context, connection: "Connection") -> bool:
    """Have the provider end a connection's grant; False where there is none, or no way to tell the provider.

    Call it before `forget`, outside of a transaction. Raises TransientError and ConfigError: nothing was forgotten.
    """
    client = clients.client_of(context, connection)
    with context.storage.tenant(context.tenant) as session:
        try:
            token = context.vault.get(session, connection.id, REFRESH if client.auth.kind == "oauth2_code" else ACCESS)
        except NotFoundError:
            return False
    return token_requests.revoke(client, token)


def opener(context: Context, connection: "Connection", client: Client) -> Opener:
    """A connection's way to new tokens. Raises ConfigError where its way to be let in has none."""
    asks: dict[str, Callable[[str | None], Grant]] = {
        "oauth2_code": lambda token: token_requests.renew(client, token or ""),
        "oauth2_client_credentials": lambda _: token_requests.ask_as_client(client),
        "oauth2_jwt": lambda _: token_requests.ask_with_key(client),
    }
    if client.auth.kind not in asks:
        raise ConfigError(f"{client.auth.title}: there are no tokens in this way to be let in")
    return Opener(
        storage=context.storage,
        vault=context.vault,
        tenant=context.tenant,
        connection_id=connection.id,
        auth=client.auth,
        ask=asks[client.auth.kind],
    )


def keep_alive(context: Context, connection: "Connection") -> Life:
    """Renew a grant that would die unused before long, and count the days until it ends in any case.

    Raises as `fresh` does. Harmless for ways to be let in that need no person: they are left alone.
    """
    auth = clients.way(context.registry.get(connection.plugin), connection.auth_method)
    if auth.kind != "oauth2_code":
        return Life(renewed=False, days_left=None)
    idle_days, hard_days = auth.idle_days, auth.hard_days
    columns = connection_tokens.c
    query = select(
        columns.generation,
        func.extract("epoch", columns.refresh_expires_at - func.now()).label("left"),
        func.extract("epoch", func.now() - columns.renewed_at).label("unused"),
        func.extract("epoch", func.now() - columns.granted_at).label("age"),
    ).where(columns.connection_id == connection.id)
    with context.storage.tenant(context.tenant) as session:
        row = session.execute(query).one_or_none()
    if row is None:
        raise AuthError(f"{auth.title}: it is not connected yet")
    ends = [] if row.left is None else [float(row.left)]
    if idle_days:
        ends.append(idle_days * _DAY - float(row.unused))
    # In its last fortnight, or in the second half of a life that is shorter.
    margin = min(_KEEP_ALIVE_DAYS, (idle_days or 2 * _KEEP_ALIVE_DAYS) / 2) * _DAY
    is_due = bool(ends) and min(ends) < margin
    if is_due:
        client = clients.client_of(context, connection)
        fresh(opener(context, connection, client), than_generation=row.generation)
    days_left = None if hard_days is None else max(0, math.floor(hard_days - float(row.age) / _DAY))
    return Life(renewed=is_due, days_left=days_left)
