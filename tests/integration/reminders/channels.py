"""Channels for the tests: a provider in this process, which keeps what it is handed and says so when asked."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from hub.sdk.channel import Delivery, Message
from hub.sdk.errors import UncertainError
from hub.sdk.manifest import Manifest
from hub.sdk.network import Network

_CONFIG = {"type": "object", "additionalProperties": False}


def manifest(slug: str, *capabilities: str) -> Manifest:
    """A channel that can do so much."""
    return Manifest(
        slug=slug,
        name=slug,
        version="1",
        kind="channel",
        api=1,
        entry=f"{__name__}:Provider",
        capabilities=frozenset({"send", *capabilities}),
        config=_CONFIG,
    )


MANIFESTS = (manifest("asked", "lookup"), manifest("keyed", "idempotent"))


class Provider:
    """What it has been handed, by key; `broken` says whether no answer comes, and whether the message is taken then."""

    slug = "asked"
    messages: ClassVar[list[Message]] = []
    by_key: ClassVar[dict[str, Message]] = {}
    breaks: ClassVar[str] = ""
    answers: ClassVar[Callable[[], None]] = lambda: None

    def __init__(self, config: Mapping[str, Any], network: Network) -> None:
        pass

    def send(self, message: Message) -> Delivery:
        """Take a message, once for each key."""
        if Provider.breaks == "before":
            raise UncertainError("The line broke.")
        if message.idempotency_key not in Provider.by_key:
            Provider.by_key[message.idempotency_key] = message
            Provider.messages.append(message)
        if Provider.breaks == "after":
            raise UncertainError("The line broke.")
        return self._delivery(message.idempotency_key)

    def find(self, message_id: str, idempotency_key: str) -> Delivery | None:
        """What was taken of a key."""
        Provider.answers()
        return self._delivery(idempotency_key) if idempotency_key in Provider.by_key else None

    def check(self) -> str:
        """It is always there."""
        return "It is there."

    def _delivery(self, key: str) -> Delivery:
        return Delivery(provider_id=f"p-{key}", accepted_at=datetime.now(UTC))
