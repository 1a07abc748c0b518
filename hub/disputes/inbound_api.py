"""Mail that comes in: /api/inbound-addresses, and /api/inbound, which anybody may call who knows a whole address."""

from typing import Any
from uuid import UUID

from flask import Response, request
from flask.views import MethodView

from hub.disputes import inbound
from hub.disputes.inbound_schemas import (
    InboundAddressInputSchema,
    InboundAddressListSchema,
    IssuedAddressSchema,
    ReceivedSchema,
)
from hub.errors import InvalidError
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import caller, current_hub, now, tenant_session
from hub.identity.public_address import base_url

addresses = Blueprint(
    "inbound-addresses", __name__, url_prefix="/api/inbound-addresses", description="Where mail comes in."
)
received = Blueprint("inbound", __name__, url_prefix="/api/inbound", description="Mail that comes in.")

_CHUNK = 1 << 18
_NOTHING: dict[str, Any] = {"received_at": None, "waiting": 0, "outcomes": {}}


@addresses.route("")
class InboundAddresses(MethodView):
    """All addresses."""

    @addresses.doc(operationId="listInboundAddresses")
    @addresses.response(200, InboundAddressListSchema)
    def get(self) -> Response:
        """The tenant's inbound addresses with what has come by each, and the channels that there are"""
        hub = current_hub()
        with hub.storage.hub() as session:
            found = inbound.list_addresses(session, caller().tenant)
        with tenant_session() as session:
            came = inbound.came_by(session)
        known = inbound.channels(hub.registry().manifests())
        return answer(
            {
                "items": [each | came.get(each["id"], _NOTHING) for each in found],
                "channels": [
                    {"slug": each.slug, "name": each.name, "summary": each.summary, "config": each.inbound_config}
                    for each in known.values()
                ],
            }
        )

    @addresses.doc(operationId="createInboundAddress")
    @addresses.arguments(InboundAddressInputSchema)
    @addresses.response(201, IssuedAddressSchema)
    def post(self, body: dict[str, Any]) -> Response:
        """Make an inbound address, which is shown this once"""
        hub = current_hub()
        with hub.storage.hub() as session:
            address, token = inbound.create_address(
                session,
                caller().tenant,
                hub.registry(),
                body["channel"],
                body["name"].strip(),
                body["config"],
                caller().name,
            )
        url = f"{base_url(hub.settings)}/api/inbound/{address['channel']}/{token}"
        return answer(address | _NOTHING | {"url": url}, 201)


@addresses.route("/<uuid:address_id>", methods=["DELETE"])
@addresses.doc(operationId="deleteInboundAddress")
@addresses.response(204)
def delete_address(address_id: UUID) -> Response:
    """Take in nothing more by an address; what came before is still read"""
    with current_hub().storage.hub() as session:
        inbound.delete_address(session, caller().tenant, address_id)
    return Response(status=204)


@received.route("/<channel>/<token>", methods=["POST"])
@received.doc(
    operationId="receiveMail",
    requestBody={
        "description": "One mail, as the channel takes it: a form of SendGrid's Inbound Parse, or the mail itself. At"
        " most 25 MB.",
        "content": {
            "multipart/form-data": {"schema": {"type": "object"}},
            "message/rfc822": {"schema": {"type": "string"}},
        },
    },
)
@received.response(200, ReceivedSchema)
def receive_mail(channel: str, token: str) -> Response:
    """Take in a mail; it is kept, and read in a moment

    The token alone says whose it is. What was taken in before, by its Message-ID, is known when it is read.
    """
    hub = current_hub()
    with hub.storage.hub() as session:
        place = inbound.place_of(session, channel, token)
    with hub.storage.tenant(place.tenant) as session:
        inbound.check_room(session, place, now())
    # Not before: nobody's mail is read who does not know the address, or brings more than there is room for.
    body = _body()
    if not body:
        raise InvalidError("The body is empty: send the mail.")
    headers = {name.lower(): value for name, value in request.headers.items()}
    with hub.storage.tenant(place.tenant) as session:
        mail_id = inbound.keep(session, hub.vault, place, headers, body, now())
    return answer({"id": mail_id})


def _body() -> bytes:
    """The request's body, piece by piece: read at once, one of unknown length would be cut where the limit is."""
    chunks = []
    while chunk := request.stream.read(_CHUNK):
        chunks.append(chunk)
    return b"".join(chunks)
