"""What the API shows and takes of inbound addresses."""

from marshmallow import Schema, validate
from marshmallow.fields import Dict, Integer, List, Nested, String

from hub.disputes.inbound import LONGEST_NAME
from hub.http.fields import count, identifier, instant, text

_NAME = validate.And(
    validate.Length(1, LONGEST_NAME), validate.Regexp(r"\s*\S", error="Something other than spaces is needed.")
)


class InboundAddressSchema(Schema):
    """An address that mail comes in by, without its secret."""

    id = identifier("Names the address.", required=True)
    name = text("What it is for.", "Disputes mailbox", required=True)
    channel = text("How mail comes, by the channel's slug.", "sendgrid", required=True)
    config = Dict(required=True, metadata={"description": "What was set for the channel."})
    created_by = text("Who made it.", "ada@acme.example", required=True, allow_none=True)
    created_at = instant("When it was made.", required=True)
    received_at = instant("When the newest mail came, of those still known.", required=True, allow_none=True)
    waiting = count("Mails that are not read yet.", required=True)
    outcomes = Dict(
        keys=String(),
        values=Integer(),
        required=True,
        metadata={
            "description": "What came of the mails that are still known: opened, commented, report, automatic, spam,"
            " loop, repeated, empty, unreadable.",
            "example": {"opened": 12, "commented": 3, "automatic": 5},
        },
    )


class ChannelSchema(Schema):
    """A way for mail to come in."""

    slug = text("Its name for programs.", "sendgrid", required=True)
    name = text("Its name.", "SendGrid Inbound Parse", required=True)
    summary = text("What it takes.", required=True)
    config = Dict(required=True, metadata={"description": "JSON Schema (2020-12) of what may be set."})


class InboundAddressListSchema(Schema):
    """The tenant's addresses, oldest first, and the channels that there are."""

    items = List(Nested(InboundAddressSchema), required=True)
    channels = List(Nested(ChannelSchema), required=True)


class IssuedAddressSchema(InboundAddressSchema):
    """A new address."""

    url = text(
        "Where to have mail posted: whoever knows it can send some. Shown this once.",
        "https://ar.example.com/api/inbound/sendgrid/0a1b...",
        required=True,
    )


class InboundAddressInputSchema(Schema):
    """An address to be made."""

    name = text("What it is for.", "Disputes mailbox", required=True, validate=_NAME)
    channel = text("The channel's slug.", "sendgrid", required=True)
    config = Dict(load_default=dict, metadata={"description": "What the channel's `config` lists."})


class ReceivedSchema(Schema):
    """A mail was taken in."""

    id = identifier("Names the mail.", required=True)
