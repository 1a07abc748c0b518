"""Outgoing webhooks: /api/webhook-endpoints."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from hub.http import idempotency
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import caller, current_hub, now, tenant_session
from hub.http.etags import expected_version, version_header
from hub.http.openapi import IDEMPOTENCY_KEY, IF_MATCH
from hub.http.paging import Key, Sort
from hub.webhooks import calling, outbox, service
from hub.webhooks.events import NAMES, TEST
from hub.webhooks.schemas import (
    IssuedWebhookEndpointSchema,
    WebhookDeliveryArguments,
    WebhookDeliveryPageSchema,
    WebhookDeliverySchema,
    WebhookEndpointChangeSchema,
    WebhookEndpointInputSchema,
    WebhookEndpointListSchema,
    WebhookEndpointSchema,
    WebhookReplayInputSchema,
    WebhookReplaySchema,
)
from hub.webhooks.sending import HELD, prepare, record

endpoints = Blueprint(
    "webhook-endpoints",
    __name__,
    url_prefix="/api/webhook-endpoints",
    description="The tenant's own systems, told what happens.",
)

_SHOWN = tuple(WebhookEndpointSchema._declared_fields)
_NEWEST = Sort(
    "-created_at", (Key("created_at", "created_at", "timestamptz"), Key("id", "id", "uuid")), descending=True
)
_TEST_SECONDS = 10.0


@endpoints.route("")
class WebhookEndpoints(MethodView):
    """All endpoints."""

    @endpoints.doc(operationId="listWebhookEndpoints")
    @endpoints.response(200, WebhookEndpointListSchema)
    def get(self) -> Response:
        """The tenant's webhook endpoints, without their secrets"""
        with tenant_session() as session:
            found = service.list_endpoints(session)
        return answer({"items": [_show(each) for each in found], "events": list(NAMES)})

    @endpoints.doc(operationId="createWebhookEndpoint")
    @endpoints.arguments(WebhookEndpointInputSchema)
    @endpoints.response(201, IssuedWebhookEndpointSchema)
    def post(self, body: dict[str, Any]) -> Response:
        """Add an endpoint; its secret is shown this once"""
        with tenant_session() as session:
            endpoint, secret = service.create(session, current_hub().vault, _stored(body), caller().name)
        return answer(_show(endpoint) | {"secret": secret}, 201, version_header(endpoint["version"]))


@endpoints.route("/<uuid:endpoint_id>")
class WebhookEndpoint(MethodView):
    """One endpoint."""

    @endpoints.doc(operationId="getWebhookEndpoint")
    @endpoints.response(200, WebhookEndpointSchema)
    def get(self, endpoint_id: UUID) -> Response:
        """One endpoint, without its secret"""
        with tenant_session() as session:
            return _answer(service.get(session, endpoint_id))

    @endpoints.doc(operationId="updateWebhookEndpoint", parameters=[IF_MATCH])
    @endpoints.arguments(WebhookEndpointChangeSchema)
    @endpoints.response(200, WebhookEndpointSchema)
    def patch(self, body: dict[str, Any], endpoint_id: UUID) -> Response:
        """Change an endpoint, or disable it"""
        status = body.pop("status", None)
        with tenant_session() as session:
            endpoint = service.change(session, endpoint_id, _stored(body), expected_version())
            if status == "disabled":
                reason = f"{caller().name} disabled it."
                endpoint = service.disable(session, endpoint_id, reason, now(), is_asked=True)
            elif status == "enabled":
                endpoint = service.enable(session, endpoint_id)
        return _answer(endpoint)

    @endpoints.doc(operationId="deleteWebhookEndpoint")
    @endpoints.response(204)
    def delete(self, endpoint_id: UUID) -> Response:
        """Let go of an endpoint, with its secret and its log"""
        with tenant_session() as session:
            service.remove(session, current_hub().vault, endpoint_id)
        return Response(status=204)


@endpoints.route("/<uuid:endpoint_id>/secret", methods=["POST"])
@endpoints.doc(operationId="rotateWebhookSecret")
@endpoints.response(200, IssuedWebhookEndpointSchema)
def rotate_secret(endpoint_id: UUID) -> Response:
    """Replace the secret; for a day calls are signed by both. The new one is shown this once"""
    with tenant_session() as session:
        endpoint, secret = service.rotate(session, current_hub().vault, endpoint_id, now())
    return answer(_show(endpoint) | {"secret": secret}, headers=version_header(endpoint["version"]))


@endpoints.route("/<uuid:endpoint_id>/enable", methods=["POST"])
@endpoints.doc(operationId="enableWebhookEndpoint", parameters=[IDEMPOTENCY_KEY])
@endpoints.response(200, WebhookEndpointSchema)
def enable_endpoint(endpoint_id: UUID) -> Response:
    """Call an endpoint again; what it missed can be replayed"""
    with tenant_session() as session:
        return idempotency.once(session, lambda: _answer(service.enable(session, endpoint_id)))


@endpoints.route("/<uuid:endpoint_id>/test", methods=["POST"])
@endpoints.doc(operationId="testWebhookEndpoint")
@endpoints.response(200, WebhookDeliverySchema)
def test_endpoint(endpoint_id: UUID) -> Response:
    """Send an endpoint a message of the type webhook.test now, also one that is disabled, and see what it answers"""
    hub = current_hub()
    with tenant_session() as session:
        service.get(session, endpoint_id)
        message_id = outbox.add_message(session, TEST, {}, now())
        call_id = outbox.add_call(session, endpoint_id, message_id, now() + HELD)
        taken = prepare(session, hub.vault, call_id, now())
    outcome = calling.make(taken.call, hub.settings, _TEST_SECONDS)
    with tenant_session() as session:
        record(session, taken, outcome, is_test=True)
        return answer(service.get_call(session, endpoint_id, call_id))


@endpoints.route("/<uuid:endpoint_id>/deliveries")
@endpoints.doc(operationId="listWebhookDeliveries")
@endpoints.arguments(WebhookDeliveryArguments, location="query")
@endpoints.response(200, WebhookDeliveryPageSchema)
def list_deliveries(arguments: dict[str, Any], endpoint_id: UUID) -> Response:
    """What an endpoint was told and is to be told, newest first"""
    limit = arguments["limit"]
    with tenant_session() as session:
        found = service.list_calls(
            session, endpoint_id, limit + 1, status=arguments.get("status"), after=_after(arguments)
        )
    cursor = _NEWEST.cursor(found[limit - 1]) if len(found) > limit else None
    return answer({"items": found[:limit], "next_cursor": cursor})


@endpoints.route("/<uuid:endpoint_id>/deliveries/<uuid:delivery_id>/replay", methods=["POST"])
@endpoints.doc(operationId="replayWebhookDelivery", parameters=[IDEMPOTENCY_KEY])
@endpoints.response(202, WebhookDeliverySchema)
def replay_delivery(endpoint_id: UUID, delivery_id: UUID) -> Response:
    """Tell an endpoint once more what a delivery told it, under the same webhook-id"""
    with tenant_session() as session:
        return idempotency.once(session, lambda: answer(service.replay_one(session, endpoint_id, delivery_id), 202))


@endpoints.route("/<uuid:endpoint_id>/replay", methods=["POST"])
@endpoints.doc(operationId="replayWebhookMessages", parameters=[IDEMPOTENCY_KEY])
@endpoints.arguments(WebhookReplayInputSchema)
@endpoints.response(202, WebhookReplaySchema)
def replay_messages(body: dict[str, Any], endpoint_id: UUID) -> Response:
    """Tell an endpoint once more what happened in a period, of what it is told of; messages are kept for 30 days"""
    with tenant_session() as session:
        return idempotency.once(
            session,
            lambda: answer({"deliveries": service.replay(session, endpoint_id, body["since"], body["until"])}, 202),
        )


def _after(arguments: dict[str, Any]) -> tuple[datetime, UUID] | None:
    if "cursor" not in arguments:
        return None
    position = _NEWEST.position(arguments["cursor"])
    return position["after_0"], position["after_1"]


def _stored(body: dict[str, Any]) -> dict[str, Any]:
    values = dict(body)
    if "events" in values:
        # Chosen one by one, all are the same as no choice only for as long as there are no more.
        values["events"] = sorted(set(values["events"]))
    return values


def _show(endpoint: dict[str, Any]) -> dict[str, Any]:
    return {name: endpoint[name] for name in _SHOWN}


def _answer(endpoint: dict[str, Any]) -> Response:
    return answer(_show(endpoint), headers=version_header(endpoint["version"]))
