"""What can be connected, and what is: /api/connectors and /api/connections."""

import hmac
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

import orjson
from flask import Response, request
from flask.views import MethodView
from sqlalchemy.orm import Session

from hub.connections import connecting, consent, directory, disconnecting, documents, service, webhooks
from hub.connections.connecting import Started
from hub.connections.consent import Scope
from hub.connections.schemas import (
    AccountChoiceSchema,
    ConnectionChangeSchema,
    ConnectionInputSchema,
    ConnectionListSchema,
    ConnectionSchema,
    ConnectorListSchema,
    ConnectorSchema,
    DisconnectedSchema,
    ReconnectSchema,
    StartedSchema,
)
from hub.connections.service import Connection
from hub.errors import PreconditionError
from hub.http import idempotency
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import caller, current_hub, now, tenant_session, with_parts
from hub.http.etags import expected_version, version_header
from hub.http.openapi import IDEMPOTENCY_KEY, IF_MATCH
from hub.identity.public_address import is_secure
from hub.jobs import service as jobs
from hub.sdk.manifest import Auth

connectors = Blueprint("connectors", __name__, url_prefix="/api/connectors", description="What can be connected.")
connections = Blueprint(
    "connections", __name__, url_prefix="/api/connections", description="The accounts that are connected."
)


@connectors.route("")
@connectors.doc(operationId="listConnectors")
@connectors.response(200, ConnectorListSchema)
def list_connectors() -> Response:
    """What can be connected, and what each asks for"""
    scope = _scope()
    found = scope.registry.manifests("connector")
    return answer({"items": [documents.show_connector(scope, manifest) for manifest in found]})


@connectors.route("/<slug>")
@connectors.doc(operationId="getConnector")
@connectors.response(200, ConnectorSchema)
def get_connector(slug: str) -> Response:
    """One connector, with the form of each way to be let in"""
    scope = _scope()
    return answer(documents.show_connector(scope, connecting.connector(scope, slug)))


@connections.route("")
class Connections(MethodView):
    """All connections."""

    @connections.doc(operationId="listConnections")
    @connections.response(200, ConnectionListSchema)
    def get(self) -> Response:
        """The accounts that are connected, and how they fare"""
        with tenant_session() as session:
            found = [
                with_parts("connection", documents.show(session, each), session, each.id)
                for each in service.list_connections(session)
            ]
        return answer({"items": found})

    @connections.doc(operationId="createConnection", parameters=[IDEMPOTENCY_KEY])
    @connections.arguments(ConnectionInputSchema)
    @connections.response(201, StartedSchema, description="Send the browser to `authorize_url`.")
    @connections.alt_response(202, schema=StartedSchema, description="What was entered is being tried: follow the job.")
    def post(self, body: dict[str, Any]) -> Response:
        """Connect an account: what was entered is tried before anything is read, or a person consents first"""
        scope = _scope()
        arguments = (body["connector"], body.get("name"), body.get("auth_method"), body["config"])
        return _start(scope, lambda session: connecting.start(scope, session, *arguments), body.get("return_to"), 201)


@connections.route("/<uuid:connection_id>")
class ConnectionById(MethodView):
    """One connection."""

    @connections.doc(operationId="getConnection")
    @connections.response(200, ConnectionSchema)
    def get(self, connection_id: UUID) -> Response:
        """One connection, and how it fares"""
        with tenant_session() as session:
            return _answer(session, connection_id)

    @connections.doc(operationId="updateConnection", parameters=[IF_MATCH])
    @connections.arguments(ConnectionChangeSchema)
    @connections.response(200, ConnectionSchema)
    def patch(self, body: dict[str, Any], connection_id: UUID) -> Response:
        """Rename a connection or set it anew; what opens it is tried before it takes the place of what did"""
        with tenant_session() as session:
            held = service.get(session, connection_id, for_update=True)
            if service.version(held) != expected_version():
                raise PreconditionError("The connection was changed meanwhile: read it again.")
            connecting.change(_scope(), session, connection_id, body.get("name"), body.get("config"))
            if "write_back" in body:
                connecting.allow_writing(_scope(), session, connection_id, body["write_back"])
            return _answer(session, connection_id)


@connections.route("/<uuid:connection_id>/reconnect", methods=["POST"])
@connections.doc(operationId="reconnectConnection", parameters=[IDEMPOTENCY_KEY])
@connections.arguments(ReconnectSchema)
@connections.response(200, StartedSchema, description="Send the browser to `authorize_url`.")
@connections.alt_response(202, schema=StartedSchema, description="What was entered is being tried: follow the job.")
def reconnect(body: dict[str, Any], connection_id: UUID) -> Response:
    """Connect the same company anew; its ledger stays, and so does what opens it until the new has proved good"""
    scope = _scope()
    arguments = (connection_id, body.get("auth_method"), body["config"])
    return _start(scope, lambda session: connecting.restart(scope, session, *arguments), body.get("return_to"), 200)


@connections.route("/<uuid:connection_id>/account", methods=["POST"])
@connections.doc(operationId="chooseAccount", parameters=[IDEMPOTENCY_KEY])
@connections.arguments(AccountChoiceSchema)
@connections.response(202, StartedSchema, description="The choice is being tried: follow the job.")
def choose_account(body: dict[str, Any], connection_id: UUID) -> Response:
    """Say which company a connection is to, where the consent opens several"""

    def choose(session: Session) -> Response:
        job_id = connecting.choose(session, connection_id, body["account_id"])
        return _started(session, connection_id, job_id, 202)

    with tenant_session() as session:
        return idempotency.once(session, lambda: choose(session))


@connections.route("/<uuid:connection_id>/pause", methods=["POST"])
@connections.doc(operationId="pauseConnection", parameters=[IDEMPOTENCY_KEY])
@connections.response(200, ConnectionSchema)
def pause(connection_id: UUID) -> Response:
    """Have no more runs begin, until it is resumed"""
    return _do(connection_id, service.pause)


@connections.route("/<uuid:connection_id>/resume", methods=["POST"])
@connections.doc(operationId="resumeConnection", parameters=[IDEMPOTENCY_KEY])
@connections.response(200, ConnectionSchema)
def resume(connection_id: UUID) -> Response:
    """Have runs begin again, with one now"""
    return _do(connection_id, connecting.resume)


@connections.route("/<uuid:connection_id>/disconnect", methods=["POST"])
@connections.doc(operationId="disconnectConnection", parameters=[IDEMPOTENCY_KEY])
@connections.response(200, DisconnectedSchema)
def disconnect(connection_id: UUID) -> Response:
    """End a connection: the provider is told, secrets are forgotten, and the ledger with its history stays"""
    # Done first and answered once: the provider is told outside of any transaction, and all of it may be repeated.
    ended = asdict(disconnecting.disconnect(_scope(), connection_id, now()))
    with tenant_session() as session:
        shown = documents.show(session, service.get(session, connection_id))
        return idempotency.once(session, lambda: answer({"connection": shown, **ended}))


def scope_of(tenant: str) -> Scope:
    """The services of this process, for one tenant."""
    hub = current_hub()
    return Scope(storage=hub.storage, settings=hub.settings, vault=hub.vault, registry=hub.registry(), tenant=tenant)


def _scope() -> Scope:
    return scope_of(caller().tenant)


def _start(scope: Scope, start: Callable[[Session], Started], return_to: str | None, status: int) -> Response:
    """Do what `start` does, once; then send the browser to consent where a person has to, each time anew."""

    def once(session: Session) -> Response:
        started = start(session)
        return _started(session, started.connection_id, started.job_id, 202 if started.job_id else status)

    with tenant_session() as session:
        response = idempotency.once(session, lambda: once(session), content=_fingerprint(scope, session))
    document = orjson.loads(response.get_data())
    shown = document["connection"]
    connection_id = UUID(shown["id"])
    with scope.storage.hub() as hub:
        directory.enter(hub, scope.tenant, connection_id, shown["connector"])
    if document["job"] is not None:
        return response
    with tenant_session() as session:
        connection = service.get(session, connection_id)
    if not consent.is_awaited(connection):
        return response  # sent again, and meanwhile somebody has consented or ended it
    begun = consent.begin(
        scope,
        connection,
        _consent_of(scope, connection),
        user_id=UUID(caller().id) if caller().session_id else None,
        return_to=return_to,
        now=now(),
    )
    kept = {name: value for name, value in response.headers if name in ("Location", "Idempotency-Replayed")}
    sent = answer(document | {"authorize_url": begun.address}, response.status_code, kept)
    sent.set_cookie(
        begun.cookie,
        begun.secret,
        max_age=int(consent.LIFETIME.total_seconds()),
        path="/",
        secure=is_secure(scope.settings),
        httponly=True,
        # Lax: the provider's redirect back is a navigation from another site, and has to bring it along.
        samesite="Lax",
    )
    return sent


def _consent_of(scope: Scope, connection: Connection) -> Auth:
    subject = service.candidate_of(connection) or connection
    ways: tuple[Auth, ...] = scope.registry.get(subject.plugin).auth
    return next(each for each in ways if each.method == subject.auth_method)


def _fingerprint(scope: Scope, session: Session) -> bytes | None:
    """The request's body as it is kept to know it again: it may hold a password, of which no plain hash is kept."""
    if "Idempotency-Key" not in request.headers:
        return None
    return hmac.digest(scope.vault.sealing_key(session).secret, request.get_data(), "sha256")


def _do(connection_id: UUID, verb: Callable[[Session, UUID], None]) -> Response:
    def done(session: Session) -> Response:
        verb(session, connection_id)
        return _answer(session, connection_id)

    with tenant_session() as session:
        return idempotency.once(session, lambda: done(session))


def _started(session: Session, connection_id: UUID, job_id: UUID | None, status: int) -> Response:
    document = {
        "connection": documents.show(session, service.get(session, connection_id)),
        "job": jobs.get(session, job_id) if job_id else None,
        "authorize_url": None,
    }
    where = f"/api/jobs/{job_id}" if job_id else f"/api/connections/{connection_id}"
    return answer(document, status, {"Location": where})


def _answer(session: Session, connection_id: UUID) -> Response:
    connection = service.get(session, connection_id)
    shown = with_parts("connection", documents.show(session, connection), session, connection_id)
    shown["announcements"] = webhooks.standing(session, connection_id)
    return answer(shown, headers=version_header(service.version(connection)))
