"""Channels and suppressions: /api/channels, /api/suppressions; and /api/channels/receipts, which anybody may call who
knows a whole address.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, request
from flask.views import MethodView
from sqlalchemy.orm import Session

from hub.channels import limits, receipts, sending, service, setup, suppressions, trial
from hub.channels.schemas import (
    ChannelChangeSchema,
    ChannelInputSchema,
    ChannelTestSchema,
    ReceiptsAddressSchema,
    SetUpChannelListSchema,
    SetUpChannelSchema,
    SuppressionArguments,
    SuppressionInputSchema,
    SuppressionPageSchema,
    SuppressionSchema,
)
from hub.channels.service import Channel
from hub.errors import ConflictError, InvalidError, RateLimitedError
from hub.http import idempotency
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import caller, current_hub, now, tenant_session
from hub.http.etags import expected_version, version_header
from hub.http.openapi import IDEMPOTENCY_KEY, IF_MATCH
from hub.http.paging import Key, Sort
from hub.identity.public_address import base_url
from hub.sdk.errors import PluginError, TransientError
from hub.sdk.manifest import Manifest

channels = Blueprint(
    "channels", __name__, url_prefix="/api/channels", description="How debtors and the team are reached."
)
suppressed = Blueprint(
    "suppressions", __name__, url_prefix="/api/suppressions", description="Addresses that are not written to."
)

_NEWEST = Sort(
    "-created_at", (Key("created_at", "created_at", "timestamptz"), Key("id", "id", "uuid")), descending=True
)
_SHOWN = tuple(SetUpChannelSchema._declared_fields)


@channels.route("")
class Channels(MethodView):
    """All channels."""

    @channels.doc(operationId="listChannels")
    @channels.response(200, SetUpChannelListSchema)
    def get(self) -> Response:
        """The tenant's channels without their secrets, and the plugins to set up more"""
        since = _since()
        with tenant_session() as session:
            items = [_document(session, each, since) for each in service.list_channels(session)]
        known = setup.plugins(current_hub().registry().manifests())
        return answer({"items": items, "plugins": [setup.show(each) for each in known.values()]})

    @channels.doc(operationId="createChannel", parameters=[IDEMPOTENCY_KEY])
    @channels.arguments(ChannelInputSchema)
    @channels.response(201, SetUpChannelSchema)
    def post(self, body: dict[str, Any]) -> Response:
        """Set up a channel; the first of a purpose is its default"""
        manifest = setup.manifest_of(current_hub().registry().manifests(), body["plugin"])

        def create(session: Session) -> Response:
            channel = service.create(session, current_hub().vault, manifest, body, _maker())
            return _show(session, channel, {}, 201)

        with tenant_session() as session:
            return idempotency.once(session, lambda: create(session))


@channels.route("/<uuid:channel_id>")
class ChannelById(MethodView):
    """One channel."""

    @channels.doc(operationId="getChannel")
    @channels.response(200, SetUpChannelSchema)
    def get(self, channel_id: UUID) -> Response:
        """A channel without its secrets"""
        since = _since()
        with tenant_session() as session:
            return _show(session, service.get(session, channel_id), since)

    @channels.doc(operationId="updateChannel", parameters=[IF_MATCH])
    @channels.arguments(ChannelChangeSchema)
    @channels.response(200, SetUpChannelSchema)
    def patch(self, body: dict[str, Any], channel_id: UUID) -> Response:
        """Change a channel, make it the default, or disable it"""
        version, since = expected_version(), _since()
        with tenant_session() as session:
            manifest = _manifest(service.get(session, channel_id))
            channel = service.change(
                session,
                current_hub().vault,
                manifest,
                channel_id,
                body,
                expected_version=version,
                try_out=_maker(),
            )
            return _show(session, channel, since)

    @channels.doc(operationId="deleteChannel")
    @channels.response(204)
    def delete(self, channel_id: UUID) -> Response:
        """Forget a channel and its secrets; what was sent by it stays"""
        hub = current_hub()
        with tenant_session() as session:
            service.remove(session, hub.vault, channel_id)
        with hub.storage.hub() as session:
            receipts.delete_address(session, caller().tenant, channel_id)
        return Response(status=204)


@channels.route("/<uuid:channel_id>/check", methods=["POST"])
@channels.doc(operationId="checkChannel")
@channels.response(200, SetUpChannelSchema)
def check_channel(channel_id: UUID) -> Response:
    """Ask the provider whether it would take messages, and note what it says; sends nothing"""
    since = _since()
    with tenant_session() as session:
        channel = service.get(session, channel_id)
    if channel.status == "disabled":
        raise ConflictError("The channel is disabled; enable it first.")
    checked = sending.check(_context(), channel, now())
    with tenant_session() as session:
        return _show(session, checked, since)


@channels.route("/<uuid:channel_id>/test", methods=["POST"])
@channels.doc(operationId="testChannel")
@channels.response(200, ChannelTestSchema)
def test_channel(channel_id: UUID) -> Response:
    """Send a test message to yourself, or to the team, and see what is answered"""
    with tenant_session() as session:
        channel = service.get(session, channel_id)
        if channel.status == "disabled":
            raise ConflictError("The channel is disabled; enable it first.")
        if channel.purpose == "debtors" and caller().kind != "person":
            raise InvalidError("A test goes to the caller's own address, and only people have one.")
        if wait := limits.wait(session, channel, is_interactive=True):
            raise RateLimitedError("The channel sends as much as it may; try again later.", max(1, round(wait)))
    sent_to = caller().name if channel.purpose == "debtors" else None
    try:
        detail = trial.send(_context(), channel, sent_to, current_hub().settings)
    except PluginError as error:
        again = f" Try again in {error.retry_after} seconds." if isinstance(error, TransientError) else ""
        return answer({"is_accepted": False, "sent_to": sent_to, "detail": f"{error}{again}"})
    return answer({"is_accepted": True, "sent_to": sent_to, "detail": detail})


@channels.route("/<uuid:channel_id>/receipts-address", methods=["POST"])
@channels.doc(operationId="createReceiptsAddress")
@channels.response(201, ReceiptsAddressSchema)
def create_receipts_address(channel_id: UUID) -> Response:
    """Make the address at which the provider tells what became of messages; it takes the place of the one before"""
    hub = current_hub()
    with tenant_session() as session:
        manifest = _manifest(service.get(session, channel_id))
        if manifest is None or receipts.CAPABILITY not in manifest.capabilities:
            raise ConflictError("The provider of this channel tells nothing; reports come to a mailbox.")
        with hub.storage.hub() as shared:
            token = receipts.create_address(shared, session, caller().tenant, channel_id, caller().name)
    return answer({"url": f"{base_url(hub.settings)}/api/channels/receipts/{token}"}, 201)


@channels.route("/receipts/<token>", methods=["POST"])
@channels.doc(
    operationId="receiveReceipts",
    requestBody={
        "description": "Whatever the provider posts, to the byte: it may be signed. At most 1 MB.",
        "content": {"application/json": {"schema": {}}, "text/plain": {"schema": {"type": "string"}}},
    },
)
@channels.response(204)
def receive_receipts(token: str) -> Response:
    """Take in what a provider tells of messages; it is kept, and read in a moment

    The token alone says whose it is. A signature, where the channel asks for one, is checked when it is read.
    """
    hub = current_hub()
    with hub.storage.hub() as session:
        place = receipts.place_of(session, token)
    with hub.storage.tenant(place.tenant) as session:
        receipts.check_room(session, place.channel_id, now())
        headers = {name.lower(): value for name, value in request.headers.items()}
        receipts.keep(session, place.channel_id, headers, request.get_data(cache=False), now())
    return Response(status=204)


@suppressed.route("")
class Suppressions(MethodView):
    """All suppressions."""

    @suppressed.doc(operationId="listSuppressions")
    @suppressed.arguments(SuppressionArguments, location="query")
    @suppressed.response(200, SuppressionPageSchema)
    def get(self, arguments: dict[str, Any]) -> Response:
        """Addresses that are not written to, and that were not, newest first"""
        limit = arguments["limit"]
        with tenant_session() as session:
            found = suppressions.list_suppressions(
                session,
                now=now(),
                kinds=arguments.get("kind", ()),
                active=arguments.get("active"),
                q=arguments.get("q", ""),
                after=_after(arguments.get("cursor")),
                limit=limit + 1,
            )
        items = [asdict(each) for each in found[:limit]]
        return answer({"items": items, "next_cursor": _NEWEST.cursor(items[-1]) if len(found) > limit else None})

    @suppressed.doc(operationId="createSuppression", parameters=[IDEMPOTENCY_KEY])
    @suppressed.arguments(SuppressionInputSchema)
    @suppressed.response(201, SuppressionSchema)
    def post(self, body: dict[str, Any]) -> Response:
        """Write to an address no more"""
        if body["until"] is not None and body["until"] <= now():
            raise InvalidError("Nothing would be suppressed.", fields={"until": "A time to come."})

        def create(session: Session) -> Response:
            made = suppressions.add(
                session,
                body["address"],
                "manual",
                now=now(),
                by=caller().name,
                detail=body["detail"],
                until=body["until"],
            )
            return answer(asdict(made), 201)

        with tenant_session() as session:
            return idempotency.once(session, lambda: create(session))


@suppressed.route("/<uuid:suppression_id>", methods=["DELETE"])
@suppressed.doc(operationId="releaseSuppression")
@suppressed.response(200, SuppressionSchema)
def release_suppression(suppression_id: UUID) -> Response:
    """Let an address be written to again; the suppression stays in the list, with who released it"""
    with tenant_session() as session:
        return answer(asdict(suppressions.release(session, suppression_id, now=now(), by=caller().name)))


def _show(session: Session, channel: Channel, since: Mapping[UUID, datetime], status: int = 200) -> Response:
    return answer(_document(session, channel, since), status, version_header(channel.version))


def _document(session: Session, channel: Channel, since: Mapping[UUID, datetime]) -> dict[str, Any]:
    manifest = _manifest(channel)
    shown = asdict(channel) | {
        "config": dict(channel.config),
        "sealed": current_hub().vault.names(session, channel.id),
        "capabilities": sorted(manifest.capabilities) if manifest else [],
        "receipts_address_since": since.get(channel.id),
    }
    return {name: shown[name] for name in _SHOWN}


def _since() -> dict[UUID, datetime]:
    with current_hub().storage.hub() as session:
        return receipts.addressed(session, caller().tenant)


def _manifest(channel: Channel) -> Manifest | None:
    return setup.plugins(current_hub().registry().manifests()).get(channel.plugin)


def _context() -> sending.Caller:
    hub = current_hub()
    return sending.Caller(
        storage=hub.storage, settings=hub.settings, registry=hub.registry(), tenant=caller().tenant, vault=hub.vault
    )


def _maker() -> trial.Maker:
    return trial.Maker(settings=current_hub().settings, registry=current_hub().registry())


def _after(cursor: str | None) -> dict[str, Any] | None:
    if not cursor:
        return None
    position = _NEWEST.position(cursor)
    return {"created_at": position["after_0"], "id": position["after_1"]}
