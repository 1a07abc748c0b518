"""The contract of a channel: it delivers one message to one person, and understands the provider's receipts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is to be delivered. `idempotency_key` is the same at every attempt, so that it arrives once.

    `text` is the whole message in plain text; `html` says the same. `headers` are added as they are.
    """

    idempotency_key: str
    to: str
    sender: str
    subject: str
    text: str
    html: str | None = None
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The provider took the message; `provider_id` is its name for it, under which receipts arrive."""

    provider_id: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a message. `event_id` is the same when a receipt comes twice."""

    event_id: str
    provider_id: str
    kind: Literal["delivered", "deferred", "bounced", "complained", "unsubscribed"]
    at: datetime
    detail: str = ""


class Channel(Protocol):
    """Made anew for each use from its checked, immutable config, secrets included.

    `send` raises AuthError, TransientError, ConfigError, or RecordError for an address that cannot be used.
    """

    slug: str

    def send(self, message: Message) -> Delivery:
        """Hand the message to the provider, once for each idempotency key where the provider can tell."""

    def parse_receipts(self, headers: Mapping[str, str], body: bytes) -> list[Receipt]:
        """The receipts in a provider's callback, whose signature is checked first. Raises AuthError if it is wrong."""
