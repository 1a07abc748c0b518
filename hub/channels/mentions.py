"""Where channels name people: whom messages were for, and who is not written to. A digest of each address stays."""

from hub.channels.models import channel_callbacks, channel_receipts, channels, suppressions
from hub.storage.mentions import Place

PLACES = (
    Place(
        table=channels,
        columns=("name", "config", "reason", "sender", "sender_name", "reply_to"),
        what="names, senders and notes of channels",
    ),
    Place(
        table=channel_callbacks,
        columns=("headers", "body", "reason"),
        what="what providers told of messages, until it is read",
    ),
    Place(table=channel_receipts, columns=("address", "detail"), what="what became of messages"),
    Place(table=suppressions, columns=("address", "detail"), what="addresses that are not written to"),
)
