"""What the API shows and takes of channels and suppressions."""

from marshmallow import Schema, validate
from marshmallow.fields import Boolean, Dict, Integer, List, Nested, String

from hub.channels.suppressions import KINDS, LONGEST_DETAIL
from hub.http.fields import PageArguments, PageSchema, choices, flag, identifier, instant, text

PURPOSES = ("debtors", "team")
STATUSES = ("ready", "failing", "disabled")
LONGEST_NAME = 100
LONGEST_ADDRESS = 254
_NAME = validate.And(
    validate.Length(1, LONGEST_NAME), validate.Regexp(r"\s*\S", error="Something other than spaces is needed.")
)
_ADDRESS = validate.Length(max=LONGEST_ADDRESS)


def _limit(description: str) -> Integer:
    return Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(1, 1_000_000),
        metadata={"description": f"{description} Null: no limit.", "example": 60},
    )


class _ChangeableSchema(Schema):
    """What may be set and changed of a channel."""

    sender = text(
        "The address that reminders are from, at a domain of yours.",
        "ar@acme.example",
        allow_none=True,
        validate=_ADDRESS,
    )
    sender_name = text("Whose name stands with it.", "Acme GmbH", allow_none=True, validate=validate.Length(max=200))
    reply_to = text("Where answers go; null: to the sender.", allow_none=True, validate=_ADDRESS)
    per_minute = _limit("Messages in a minute at the most.")
    per_day = _limit("Messages in 24 hours at the most.")
    is_default = Boolean(metadata={"description": "Whether it is used where none is named; one of each purpose is."})


class ChannelInputSchema(_ChangeableSchema):
    """A channel to be set up."""

    plugin = text("The plugin's slug, one of `plugins`.", "smtp", required=True)
    name = text("What people call it.", "Company mail server", required=True, validate=_NAME)
    purpose = String(
        required=True,
        validate=validate.OneOf(PURPOSES),
        metadata={"description": "Whom it reaches: debtors, or the tenant's own team.", "example": "debtors"},
    )
    config = Dict(load_default=dict, metadata={"description": "What the plugin's `form` lists, secrets included."})


class ChannelChangeSchema(_ChangeableSchema):
    """What is to be changed of a channel; what is left out stays."""

    name = text("What people call it.", "Company mail server", validate=_NAME)
    config = Dict(
        metadata={
            "description": "The whole config. A secret that is left out stays as it is, unless the channel is to send"
            " it somewhere else: then it is entered again."
        }
    )
    is_disabled = Boolean(metadata={"description": "Whether nothing is sent by it."})


class SetUpChannelSchema(Schema):
    """A channel as it is set up, without its secrets."""

    id = identifier("Names the channel.", required=True)
    plugin = text("The plugin's slug.", "smtp", required=True)
    name = text("What people call it.", "Company mail server", required=True)
    purpose = String(required=True, validate=validate.OneOf(PURPOSES))
    is_default = flag("Whether it is used where none is named.", required=True)
    status = String(
        required=True,
        validate=validate.OneOf(STATUSES),
        metadata={"description": "failing: somebody has to mend what `reason` says.", "example": "ready"},
    )
    reason = text("What the newest check or failure said.", required=True, allow_none=True)
    checked_at = instant("When that was.", required=True, allow_none=True)
    sender = text("The address that mails are from.", "ar@acme.example", required=True, allow_none=True)
    sender_name = text("Whose name stands with it.", "Acme GmbH", required=True, allow_none=True)
    reply_to = text("Where answers go; null: to the sender.", required=True, allow_none=True)
    per_minute = Integer(required=True, allow_none=True, metadata={"description": "Messages in a minute at the most."})
    per_day = Integer(required=True, allow_none=True, metadata={"description": "Messages in 24 hours at the most."})
    config = Dict(required=True, metadata={"description": "What was entered, without secrets."})
    sealed = List(String(), required=True, metadata={"description": "The names of secrets that were entered."})
    capabilities = List(
        String(), required=True, metadata={"description": "What the plugin can do; none where it is not installed."}
    )
    receipts_address_since = instant(
        "Since when its provider can tell what became of messages; null: it cannot.", required=True, allow_none=True
    )
    created_at = instant("When it was set up.", required=True)
    updated_at = instant("When it was last changed.", required=True)
    version = Integer(required=True, metadata={"description": "Counts its changes; `If-Match` names it.", "example": 3})


class ChannelPluginSchema(Schema):
    """A plugin that a channel can be set up with."""

    slug = text("Its name for programs.", "smtp", required=True)
    name = text("Its name.", "Mail server (SMTP)", required=True)
    summary = text("What it does.", required=True)
    purposes = List(String(validate=validate.OneOf(PURPOSES)), required=True)
    capabilities = List(String(), required=True)
    form = Dict(required=True, metadata={"description": "JSON Schema (2020-12) of its config; `x-secret` is sealed."})


class SetUpChannelListSchema(Schema):
    """The tenant's channels, those to debtors first, and the plugins that there are."""

    items = List(Nested(SetUpChannelSchema), required=True)
    plugins = List(Nested(ChannelPluginSchema), required=True)


class ChannelTestSchema(Schema):
    """What came of a test."""

    is_accepted = flag("Whether the provider took the message.", required=True)
    sent_to = text("Whom it was for; null: the team.", "ada@acme.example", required=True, allow_none=True)
    detail = text("What was answered.", required=True)


class ReceiptsAddressSchema(Schema):
    """Where a provider is to tell what became of messages."""

    url = text(
        "Enter it as the webhook at the provider. Whoever knows it can tell; shown this once.",
        "https://ar.example.com/api/channels/receipts/0a1b...",
        required=True,
    )


class SuppressionSchema(Schema):
    """An address that is not written to."""

    id = identifier("Names the suppression.", required=True)
    address = text(
        "The address; a pseudonym once its person was erased.", "ada@debtor.example", required=True, allow_none=True
    )
    kind = String(
        required=True,
        validate=validate.OneOf(KINDS),
        metadata={
            "description": "bounced: it does not exist; complained: a mail was reported as spam; unsubscribed: they"
            " asked for no more; absent: nobody is there for a while; manual: a member said so.",
            "example": "bounced",
        },
    )
    until = instant("It ends by itself then; null: it does not.", required=True, allow_none=True)
    detail = text("What was said of it.", "5.1.1 no such user", required=True)
    reminder_id = identifier("What they had been sent.", required=True, allow_none=True)
    created_at = instant("Since when.", required=True)
    created_by = text("The member who said so, or what found out.", "receipts", required=True)
    released_at = instant("Since when the address is written to again.", required=True, allow_none=True)
    released_by = text("Who released it.", required=True, allow_none=True)


class SuppressionPageSchema(PageSchema):
    """Suppressions, newest first."""

    items = List(Nested(SuppressionSchema), required=True)


class SuppressionArguments(PageArguments):
    """Which suppressions."""

    kind = choices("Of these kinds alone.", KINDS)
    active = Boolean(metadata={"description": "Only those that hold, or only those that do not any more."})
    q = text("Part of an address; a whole one finds it even where it was erased.", validate=validate.Length(1, 254))


class SuppressionInputSchema(Schema):
    """An address not to be written to."""

    address = text("The address.", "ada@debtor.example", required=True, validate=validate.Length(3, LONGEST_ADDRESS))
    detail = text("Why.", "Asked by phone", load_default="", validate=validate.Length(max=LONGEST_DETAIL))
    until = instant("Until when; left out or null: for good.", load_default=None, allow_none=True)
