"""What providers announce: /api/webhooks. Anybody may call it; the signature alone says who does."""

from flask import Response, request

from hub.connections import webhooks
from hub.connections.webhooks import Delivery
from hub.errors import NotFoundError
from hub.http.blueprint import Blueprint
from hub.http.context import current_hub

announced = Blueprint("webhooks", __name__, url_prefix="/api/webhooks", description="What providers announce.")


@announced.route("/<connector>/<connection>", methods=["POST"])
@announced.doc(
    operationId="receiveWebhook",
    requestBody={
        "description": "Whatever the provider sends, signed over its bytes as the connector's manifest says.",
        "content": {"application/json": {"schema": {}}},
    },
)
@announced.response(200, description="Kept, if it is new. The body is empty.")
@announced.alt_response(401, description="The signature is missing or wrong. The body is empty.")
def receive_webhook(connector: str, connection: str) -> Response:
    """Take in what a provider announces to a connection, or, as `app`, to the operator's app

    The body must be as it was signed, to the byte. What was taken in before is not taken in again.
    """
    hub = current_hub()
    manifest = next((each for each in hub.registry().manifests("connector") if each.slug == connector), None)
    if manifest is None:
        raise NotFoundError("There is no such connector.")
    headers = {name.lower(): value for name, value in request.headers.items()}
    delivery = Delivery(headers=headers, body=request.get_data(cache=False))
    is_taken = webhooks.receive(hub.storage, hub.settings, hub.vault, manifest, connection, delivery)
    response = Response(status=200 if is_taken else 401)
    # Some providers refuse an answer that is anything but empty.
    del response.headers["Content-Type"]
    return response
