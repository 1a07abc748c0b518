"""The contract of a channel: it delivers messages to debtors (`send`), tells the team (`notify`), takes in what people
write (`inbound`), or several of these.

A manifest names which in its capabilities; the plugin's class is checked for what its manifest says it can. One that
sends or notifies is made from (config, network): its checked, immutable config, secrets included, and the way out of
the house (hub.sdk.network). One that only receives is made from its config alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is to be delivered. `idempotency_key` is the same at every attempt, so that it arrives once.

    Addresses are bare; names stand beside them. `text` is the whole message in plain text; `html` says the same.
    `message_id`, `in_reply_to` and `references` are ids of RFC 5322 with their angle brackets; the hub makes
    `message_id`, the same at every attempt. `list_unsubscribe` is an https address that takes a POST (RFC 8058).
    `tags` come back in receipts. `language` is BCP 47. `is_test`: the provider checks it and delivers nothing, where
    it can; where it cannot, the channel raises ConfigError.
    """

    idempotency_key: str
    to: str
    sender: str
    subject: str
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)
    to_name: str = ""
    sender_name: str = ""
    cc: tuple[str, ...] = ()
    reply_to: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    list_unsubscribe: str = ""
    attachments: tuple[Attachment, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    is_test: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What the tenant's own team is told. `facts` are (label, value), `actions` (label, https address)."""

    title: str
    text: str = ""
    link: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    actions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The provider took the message; `provider_id` is its name for it, under which receipts arrive.

    `message_id` is the Message-ID that it arrives with, where the provider puts its own in place of the hub's.
    """

    provider_id: str
    accepted_at: datetime
    message_id: str = ""


ReceiptKind = Literal["accepted", "delivered", "deferred", "bounced", "complained", "unsubscribed", "opened"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a message. `event_id` is the same when a receipt comes twice.

    Any of `provider_id`, `message_id` and `tags` says which message it is; `address` is whom it was for.
    `is_permanent`: of a bounce, that the address will never work.
    """

    event_id: str
    provider_id: str
    kind: ReceiptKind
    at: datetime
    detail: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    message_id: str = ""
    address: str = ""
    is_permanent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """A message that somebody sent, as a channel read it. All of it is the sender's word, and untrusted.

    Addresses are lower case. `text` is plain text with its quoted history; `message_id` has its angle brackets, empty
    where there is none; `answers` are the ids of what it replies to, the nearest last. `attachments` are names of
    files. `authentication` has what the receiving server found, by "spf", "dkim" and "dmarc": pass, fail, softfail,
    none ...; nothing where nobody vouches for it. `is_automatic`: no person wrote it just now. `hops` counts the
    servers it came by. `receipts`: it is a report of a mail server on mails that were sent (RFC 3464).
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
    receipts: tuple[Receipt, ...] = ()


class Channel(Protocol):
    """Made anew for each use. One that holds connections open has a `close()`, which the hub calls in the end."""

    slug: str


class SendingChannel(Protocol):
    """A channel with the capability `send`; `idempotent` beside it: the provider itself refuses a key's second message.

    `send` may be called for several messages, one after the other. Its errors say what may follow: TransientError,
    AuthError, ConfigError and RecordError (an address or a message that is refused) mean that nothing was taken;
    UncertainError that nobody can say, so that it must not be sent again unless it is found not to be there.
    """

    def send(self, message: Message) -> Delivery:
        """Hand the message to the provider, once for each idempotency key where the provider can tell."""

    def check(self) -> str:
        """What answered and will take messages, in a sentence. Raises AuthError, ConfigError, TransientError."""


class NotifyingChannel(Protocol):
    """A channel with the capability `notify`. Errors as those of `SendingChannel`; a notice may come twice."""

    def notify(self, notice: Notice) -> Delivery:
        """Tell the team."""

    def check(self) -> str:
        """What answered and will take notices, in a sentence. Raises AuthError, ConfigError, TransientError."""


class ReportingChannel(Protocol):
    """A channel with the capability `receipts`."""

    def parse_receipts(self, headers: Mapping[str, str], body: bytes) -> list[Receipt]:
        """The receipts in a provider's callback; header names in lower case. What is none of the known is left out.

        Raises AuthError where a signature is needed and is missing or wrong, and RecordError for what is no callback.
        """


class LookupChannel(Protocol):
    """A channel with the capability `lookup`."""

    def find(self, message_id: str, idempotency_key: str) -> Delivery | None:
        """The message, where the provider has it; None where it surely has not, and never a guess.

        Raises UncertainError where the provider cannot say (yet), and AuthError, ConfigError, TransientError.
        """


class ReceivingChannel(Protocol):
    """A channel with the capability `inbound`. Who calls knows the secret in the address; some sign beside that."""

    def parse_message(self, headers: Mapping[str, str], body: bytes) -> InboundMessage:
        """The message in a request; header names in lower case.

        Raises AuthError where it has to be signed and is not, and RecordError for what is no message.
        """
