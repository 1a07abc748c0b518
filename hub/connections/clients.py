"""Who asks a provider: a way to be let in, with what was entered for a connection and what the operator's app has."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.sql import func

from hub.connections import addresses, apps
from hub.connections.addresses import Addresses
from hub.errors import NotFoundError
from hub.sdk.errors import ConfigError
from hub.sdk.manifest import Auth, Manifest
from hub.settings import Settings
from hub.storage.session import Storage
from hub.storage.vault import Vault

if TYPE_CHECKING:
    from hub.connections.service import Connection


class Context(Protocol):
    """What is needed of where a connection is used; hub.jobs.context.JobContext has it."""

    storage: Storage
    settings: Settings
    registry: Any
    tenant: str

    @property
    def vault(self) -> Vault:
        """The way to the tenant's secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who asks: one way to be let in, where it is, and what was entered for it or stands in the operator's app.

    `seconds_ahead` is how far this machine's clock is ahead of the database's, by which signatures are dated.
    """

    name: str
    auth: Auth
    addresses: Addresses
    values: Mapping[str, str] = field(repr=False)
    operators_app: bool = True
    seconds_ahead: float = 0.0
    deadline_seconds: float = 20.0
    """For a whole request for tokens and its answer; well below the lease under which it is made."""

    def value(self, name: str) -> str:
        """What was entered as `name`. Raises ConfigError where it is missing."""
        if value := self.values.get(name):
            return value
        where = f"[{self.name}] of the connector apps file" if self.operators_app else "the connection"
        raise ConfigError(f"{self.name}: {name} is missing; enter it in {where}", field=name)

    def now(self) -> float:
        """The database's clock, in seconds since the epoch."""
        return time.time() - self.seconds_ahead


def client_of(context: Context, connection: "Connection") -> Client:
    """Who a connection's requests are from. Raises ConfigError where something needed was not entered."""
    manifest = context.registry.get(connection.plugin)
    auth = way(manifest, connection.auth_method)
    with context.storage.tenant(context.tenant) as session:
        secrets = secrets_of(session, context.vault, connection.id, manifest, auth)
        database_now = session.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one()
    return client(
        context.settings, manifest, auth, connection.config, secrets, seconds_ahead=time.time() - float(database_now)
    )


def client(
    settings: Settings,
    manifest: Manifest,
    auth: Auth,
    config: Mapping[str, Any],
    secrets: Mapping[str, str],
    *,
    seconds_ahead: float = 0.0,
) -> Client:
    """Who asks, of what was entered for a connection and what the operator's app adds. Raises ConfigError."""
    app = apps.of(settings, manifest.slug)
    entered = {name: str(value) for name, value in {**config, **secrets}.items() if value not in (None, "")}
    operators = {"client_id": app.client_id, "client_secret": app.client_secret}
    return Client(
        name=manifest.slug,
        auth=auth,
        addresses=addresses.of(manifest, auth, app, config),
        # A customer's own app stands before the operator's.
        values={**{name: value for name, value in operators.items() if value}, **entered},
        operators_app="client_id" not in entered,
        seconds_ahead=seconds_ahead,
    )


def way(manifest: Manifest, method: str | None) -> Auth:
    """The manifest's way to be let in of that name; the only one where a connection names none. Raises ConfigError."""
    found = [auth for auth in manifest.auth if method in (auth.method, None)]
    if len(found) != 1:
        ways = ", ".join(auth.method for auth in manifest.auth) or "none"
        raise ConfigError(f"{manifest.slug}: {method!r} is no way to be let in; there are {ways}", field="auth_method")
    return found[0]


def secrets_of(session: Session, vault: Vault, connection_id: UUID, manifest: Manifest, auth: Auth) -> dict[str, str]:
    """The secrets that were entered for a connection, by the names of their properties. Without its tokens."""
    properties = {**manifest.config.get("properties", {}), **auth.config.get("properties", {})}
    names = {name for name, each in properties.items() if each.get("x-secret")}
    if auth.kind == "oauth2_code":
        names.add("client_secret")  # of a customer's own app, which every such form takes
    found = {}
    for name in sorted(names):
        try:
            found[name] = vault.get(session, connection_id, name, noted=False)
        except NotFoundError:
            continue  # it may be one that need not be entered
    return found
