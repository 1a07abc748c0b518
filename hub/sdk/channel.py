"""The contract of a channel: it delivers messages to people (`send`), takes in what they write (`inbound`), or both.

A manifest names which in its capabilities; the plugin's class is checked for what its manifest says it can.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """A message that somebody sent, as a channel read it. All of it is the sender's word, and untrusted.

    Addresses are lower case. `text` is plain text with its quoted history; `message_id` has its angle brackets, empty
    where there is none; `answers` are the ids of what it replies to, the nearest last. `attachments` are names of
    files. `authentication` has what the receiving server found, by "spf", "dkim" and "dmarc": pass, fail, softfail,
    none ...; nothing where nobody vouches for it. `is_automatic`: no person wrote it just now. `hops` counts the
    servers it came by.
    """

    sender: str
    subject: str
    text: str
    message_id: str = ""
    to: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    authentication: Mapping[str, str] = field(default_factory=dict)
    spam_score: float | None = None
    is_automatic: bool = False
    hops: int = 0


class Channel(Protocol):
    """Made anew for each use from its checked, immutable config, secrets included."""

    slug: str


class SendingChannel(Protocol):
    """A channel with the capability `send`.

    `send` raises AuthError, TransientError, ConfigError, or RecordError for an address that cannot be used.
    """

    def send(self, message: Message) -> Delivery:
        """Hand the message to the provider, once for each idempotency key where the provider can tell."""

    def parse_receipts(self, headers: Mapping[str, str], body: bytes) -> list[Receipt]:
        """The receipts in a provider's callback, whose signature is checked first. Raises AuthError if it is wrong."""


class ReceivingChannel(Protocol):
    """A channel with the capability `inbound`. Who calls knows the secret in the address; some sign beside that."""

    def parse_message(self, headers: Mapping[str, str], body: bytes) -> InboundMessage:
        """The message in a request; header names in lower case.

        Raises AuthError where it has to be signed and is not, and RecordError for what is no message.
        """
