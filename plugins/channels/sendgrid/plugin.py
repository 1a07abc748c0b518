"""SendGrid: mail that goes out by its API, what its event webhook tells of it, and what Inbound Parse takes in."""

from collections.abc import Mapping
from typing import Any

from hub.sdk.channel import Delivery, InboundMessage, Message, Receipt
from hub.sdk.errors import ConfigError
from hub.sdk.network import Network
from plugins.channels.sendgrid import events, inbound
from plugins.channels.sendgrid.sender import Sender
from plugins.channels.sendgrid.signature import check_signature, read_key


class SendGridChannel:
    """Made without a network it only takes in what comes, which is signed where a security policy asks for it.

    Raises ConfigError for a public key that is none.
    """

    slug = "sendgrid"

    def __init__(self, config: Mapping[str, Any], network: Network | None = None) -> None:
        self._inbound_key = _key(config, "public_key")
        self._event_key = _key(config, "event_public_key")
        self._sender = Sender(config, network) if network is not None else None

    def send(self, message: Message) -> Delivery:
        """Hand a mail to the API."""
        return self._sending().send(message)

    def check(self) -> str:
        """Ask what the key may do."""
        return self._sending().check()

    def find(self, message_id: str, idempotency_key: str) -> Delivery | None:
        """The mail by its key, where Email Activity was bought. What is not there (yet) is no proof of anything."""
        return self._sending().find(idempotency_key)

    def parse_receipts(self, headers: Mapping[str, str], body: bytes) -> list[Receipt]:
        """The receipts in a call of the event webhook. Raises AuthError where a key is set that did not sign."""
        if self._event_key:
            check_signature(self._event_key, headers, body)
        return events.read(body)

    def parse_message(self, headers: Mapping[str, str], body: bytes) -> InboundMessage:
        """The mail in a form of Inbound Parse. Raises RecordError; AuthError where a key is set that did not sign."""
        if self._inbound_key:
            check_signature(self._inbound_key, headers, body)
        return inbound.read(headers, body)

    def _sending(self) -> Sender:
        if self._sender is None:
            raise ConfigError("This channel only takes in mails.")
        return self._sender


def _key(config: Mapping[str, Any], name: str) -> Any:
    return read_key(str(config[name]), name) if config.get(name) else None
