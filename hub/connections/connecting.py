"""Connecting an account, connecting it anew, and changing what it is called or set to: each asks for its own trial.

Sessions are a tenant's. Where a person has to consent, the caller sends them to the provider (hub.connections.consent).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from hub.connections import apps, candidates, clients, forms, service, webhooks
from hub.connections.consent import Scope
from hub.connections.forms import Entered
from hub.errors import ConflictError, InvalidError, NotFoundError
from hub.jobs import service as jobs
from hub.sdk.errors import ConfigError
from hub.sdk.manifest import Auth, Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A connection under way: the job that tries it, or None where a person has to consent first."""

    connection_id: UUID
    auth: Auth
    job_id: UUID | None


def connector(scope: Scope, slug: str) -> Manifest:
    """The manifest of a connector. Raises NotFoundError for what is none."""
    manifest: Manifest = scope.registry.get(slug)
    if manifest.kind != "connector":
        raise NotFoundError(f"{slug} is no connector; GET /api/connectors lists them.")
    return manifest


def form(scope: Scope, manifest: Manifest, auth: Auth) -> dict[str, Any]:
    """The form of one way to be let in, as it is on this installation."""
    return forms.form_of(manifest, auth, has_app=has_app(scope, manifest))


def has_app(scope: Scope, manifest: Manifest) -> bool:
    """Whether the operator has an app at the provider."""
    return bool(apps.of(scope.settings, manifest.slug).client_id)


WRITES = "write_credit_memo"
"""The capability of a connector that writes."""


def start(
    scope: Scope, session: Session, slug: str, name: str | None, auth_method: str | None, config: Mapping[str, Any]
) -> Started:
    """Add a connection and have it tried. Raises InvalidError naming the fields, ConflictError for a name in use."""
    try:
        manifest = connector(scope, slug)
    except NotFoundError as error:
        raise InvalidError("There is no such connector.", fields={"connector": str(error)}) from error
    auth = forms.auth_of(manifest, auth_method)
    entered = forms.check(form(scope, manifest, auth), config)
    _check_reachable(scope, manifest, auth, entered, {})
    name = name or service.free_name(session, slug, manifest.name)
    connection_id = service.create(session, slug, name, entered.config, auth_method=auth.method, status="pending")
    for secret, value in entered.secrets.items():
        scope.vault.put(session, connection_id, secret, value)
    return Started(connection_id=connection_id, auth=auth, job_id=_try(session, connection_id, auth))


def restart(
    scope: Scope, session: Session, connection_id: UUID, auth_method: str | None, config: Mapping[str, Any]
) -> Started:
    """Have something new open a connection, which keeps its id and history, once it has proved good.

    `config` are the fields that change. Raises InvalidError and NotFoundError.
    """
    connection = service.get(session, connection_id, for_update=True)
    manifest = connector(scope, connection.plugin)
    auth = forms.auth_of(manifest, auth_method or connection.auth_method)
    asked = form(scope, manifest, auth)
    sealed = forms.secret_names(asked) & set(scope.vault.names(session, connection.id))
    if auth.method != connection.auth_method:
        # What opened another door is not this one's, though it is called the same.
        sealed &= set(manifest.config.get("properties", {}))
    held = {key: value for key, value in connection.config.items() if key in asked["properties"]}
    entered = forms.check(asked, {**held, **config}, sealed=sealed)
    _check_reachable(scope, manifest, auth, entered, {name: "sealed" for name in sealed})
    candidates.propose(session, scope.vault, connection, auth.method, entered, sealed)
    return Started(connection_id=connection_id, auth=auth, job_id=_try(session, connection_id, auth))


def change(
    scope: Scope, session: Session, connection_id: UUID, name: str | None, config: Mapping[str, Any] | None
) -> None:
    """Call a connection something else, or set it anew; what it is let in by is tried before it is in place.

    Raises ConflictError for a name in use and where a person would have to consent, InvalidError, NotFoundError.
    """
    if name is not None:
        service.rename(session, connection_id, name)
    if config is None:
        return
    connection = service.get(session, connection_id, for_update=True)
    manifest = connector(scope, connection.plugin)
    auth = forms.auth_of(manifest, connection.auth_method)
    if auth.kind != "oauth2_code":
        restart(scope, session, connection_id, None, config)
        return
    asked = form(scope, manifest, auth)
    own = manifest.config.get("properties", {}).keys() - forms.secret_names(asked)
    if others := config.keys() - own:
        message = "Needs a new consent: POST /api/connections/{id}/reconnect takes it."
        raise ConflictError("A person has to consent to that.", fields={f"config.{each}": message for each in others})
    sealed = forms.secret_names(asked) & set(scope.vault.names(session, connection.id))
    entered = forms.check(asked, {**connection.config, **config}, sealed=sealed)
    service.reconfigure(session, connection_id, entered.config)
    if connection.account_id is not None:
        jobs.submit(session, "connections.check", {"connection_id": str(connection_id)})


def allow_writing(scope: Scope, session: Session, connection_id: UUID, allowed: bool) -> None:
    """Let the hub write documents at the provider, or no longer. Raises InvalidError where the connector cannot."""
    connection = service.get(session, connection_id, for_update=True)
    manifest = connector(scope, connection.plugin)
    if allowed and WRITES not in manifest.capabilities:
        message = f"{manifest.name} is only read: its connector writes nothing."
        raise InvalidError(message, fields={"write_back": message})
    auth = forms.auth_of(manifest, connection.auth_method)
    service.allow_writing(session, connection_id, allowed, needs_consent=bool(auth.write_scopes))


def choose(session: Session, connection_id: UUID, account_id: str) -> UUID:
    """Settle which company a connection is to, and have it tried; the job's id."""
    service.choose(session, connection_id, account_id)
    return jobs.submit(session, "connections.check", {"connection_id": str(connection_id)})


def resume(session: Session, connection_id: UUID) -> None:
    """Have runs begin again, with one now, and what was announced meanwhile handled."""
    service.resume(session, connection_id)
    webhooks.ask_if_waiting(session, connection_id)
    jobs.submit(session, "sync.run", {"connection_id": str(connection_id)})


def _try(session: Session, connection_id: UUID, auth: Auth) -> UUID | None:
    if auth.kind == "oauth2_code":
        return None
    return jobs.submit(session, "connections.check", {"connection_id": str(connection_id)})


def _check_reachable(scope: Scope, manifest: Manifest, auth: Auth, entered: Entered, sealed: Mapping[str, str]) -> None:
    """Raise InvalidError, naming the field, for what cannot lead to a place of the provider's."""
    try:
        clients.client(scope.settings, manifest, auth, entered.config, {**sealed, **entered.secrets})
    except ConfigError as error:
        field = f"config.{error.field}" if error.field in entered.config else "config"
        raise InvalidError("This leads to no place of the provider's.", fields={field: f"{error}."}) from error
