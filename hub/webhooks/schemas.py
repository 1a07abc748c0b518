"""What the API shows and takes of webhook endpoints."""

from typing import Any

from marshmallow import Schema, validate
from marshmallow.fields import Dict, Integer, List, Nested, String

from hub.http.fields import PageArguments, PageSchema, count, flag, identifier, instant, text
from hub.webhooks.events import NAMES, TEST
from hub.webhooks.service import LONGEST_URL

_URL = validate.Length(1, LONGEST_URL)
_DESCRIPTION = validate.Length(max=200)
_EVENTS = validate.Length(max=len(NAMES))
_STATUSES = ("enabled", "disabled")
CALL_STATUSES = ("pending", "delivered", "failed")


def _events(*, required: bool = False) -> List[Any]:
    return List(
        String(validate=validate.OneOf(NAMES)),
        validate=_EVENTS,
        metadata={
            "description": "The types of events that it is told of; none: of all.",
            "example": ["promise.broken", "reminder.bounced"],
        },
        required=required,
    )


class WebhookEndpointSchema(Schema):
    """One of the tenant's own systems that is told what happens, without its secret."""

    id = identifier("Names the endpoint.", required=True)
    url = text("Where calls go.", "https://erp.example.com/webhooks", required=True)
    description = text("What it is for; may be empty.", "ERP", required=True)
    events = _events(required=True)
    status = String(required=True, validate=validate.OneOf(_STATUSES))
    reason = text("Why it is disabled.", required=True, allow_none=True)
    failing_since = instant("Since when no call has been taken; null while calls are.", required=True, allow_none=True)
    failures = count("Tries that failed since then.", required=True)
    previous_until = instant("Until when calls are signed by the secret before, too.", required=True, allow_none=True)
    created_by = text("Who made it.", "ada@acme.example", required=True)
    created_at = instant("When it was made.", required=True)
    updated_at = instant("When it was last changed.", required=True)
    version = count("Counts up with each change; `If-Match` asks for it.", required=True)


class WebhookEndpointListSchema(Schema):
    """The tenant's endpoints, oldest first, and the types of events that there are."""

    items = List(Nested(WebhookEndpointSchema), required=True)
    events = _events(required=True)


class IssuedWebhookEndpointSchema(WebhookEndpointSchema):
    """An endpoint with its secret."""

    secret = text(
        "What its calls are signed with. Shown this once.", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", required=True
    )


class WebhookEndpointInputSchema(Schema):
    """An endpoint to be made."""

    url = text("Where calls go: https, and public.", "https://erp.example.com/webhooks", required=True, validate=_URL)
    description = text("What it is for.", "ERP", load_default="", validate=_DESCRIPTION)
    events = _events()


class WebhookEndpointChangeSchema(Schema):
    """What is to be changed; what is left out stays."""

    url = text("Where calls go.", "https://erp.example.com/webhooks", validate=_URL)
    description = text("What it is for.", "ERP", validate=_DESCRIPTION)
    events = _events()
    status = String(
        validate=validate.OneOf(_STATUSES),
        metadata={"description": "`disabled`: nothing is sent. What happens meanwhile can be replayed."},
    )


class WebhookTrySchema(Schema):
    """One try of a delivery."""

    at = instant("When.", required=True)
    code = Integer(required=True, allow_none=True, metadata={"description": "HTTP status of the answer, if one came."})
    error = text("What went wrong; null where it was taken.", required=True, allow_none=True)
    milliseconds = count("How long it took.", required=True)


class WebhookDeliverySchema(Schema):
    """An endpoint being told of one thing that happened."""

    id = identifier("Names the delivery.", required=True)
    message_id = identifier("Names what happened; the header `webhook-id` is made of it.", required=True)
    type = text(f"The type of event; {TEST} where somebody tried the endpoint.", "promise.broken", required=True)
    at = instant("When it happened.", required=True)
    data = Dict(required=True, metadata={"description": "The ids that are told."})
    status = String(required=True, validate=validate.OneOf(CALL_STATUSES))
    next_at = instant("When it is tried, or tried again.", required=True, allow_none=True)
    tries = List(Nested(WebhookTrySchema), required=True)
    excerpt = text("How the newest answer began: up to 500 characters.", required=True, allow_none=True)
    is_replay = flag("Whether somebody asked for it once more.", required=True)
    created_at = instant("When it was asked for.", required=True)
    finished_at = instant("When it ended.", required=True, allow_none=True)


class WebhookDeliveryArguments(PageArguments):
    """Which deliveries."""

    status = String(validate=validate.OneOf(CALL_STATUSES))


class WebhookDeliveryPageSchema(PageSchema):
    """Deliveries, newest first."""

    items = List(Nested(WebhookDeliverySchema), required=True)


class WebhookReplayInputSchema(Schema):
    """A period to be told once more."""

    since = instant("From this instant.", required=True, data_key="from")
    until = instant("To before this one.", required=True, data_key="to")


class WebhookReplaySchema(Schema):
    """What is told once more."""

    deliveries = count("How many deliveries were added; what waits already is not added again.", required=True)
