"""Trying a channel: whether its plugin can work with a config at all, and a message to whoever asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from hub.channels import message_ids, sending
from hub.channels.network import HubNetwork
from hub.channels.service import Channel
from hub.errors import InvalidError
from hub.identity.public_address import base_url
from hub.sdk.channel import Message, Notice
from hub.sdk.errors import ConfigError
from hub.sdk.manifest import Manifest
from hub.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Makes a plugin's object from a config, to see whether it can be made. Calls nobody."""

    settings: Settings
    registry: Any

    def __call__(self, manifest: Manifest, config: Mapping[str, Any]) -> None:
        """Raise InvalidError naming the property with which it cannot."""
        try:
            sending.close(
                self.registry.make(manifest.slug, config, HubNetwork(self.settings, manifest, config)),
            )
        except ConfigError as error:
            place = f"config.{error.field}" if error.field else "config"
            raise InvalidError("The channel cannot work so; nothing was stored.", fields={place: str(error)}) from error


def send(context: sending.Context, channel: Channel, to: str | None, settings: Settings) -> str:
    """Send a test message to an address, or a notice to the team where there is none; what came of it, in a sentence.

    Raises the plugin's PluginError.
    """
    with sending.opened(context, channel) as plugin:
        if to is None:
            notice = Notice(
                title="Test of PayPredict",
                text=f"The channel “{channel.name}” works.",
                link=f"{base_url(settings)}/settings/channels/",
            )
            sending.notify(context, channel, plugin, notice)
            return "The notice was taken."
        reference = f"test-{uuid4()}"
        with context.storage.tenant(context.tenant) as session:
            message_id = message_ids.make(session, reference, channel.sender or "")
        message = Message(
            idempotency_key=reference,
            to=to,
            sender=channel.sender or "",
            sender_name=channel.sender_name or "",
            reply_to=channel.reply_to or "",
            subject=f"Test of the channel “{channel.name}”",
            text=f"This is a test message from PayPredict, sent on {datetime.now(UTC):%Y-%m-%d at %H:%M} UTC.\n\n"
            f"Reminders that are sent by the channel “{channel.name}” come from this address.\n",
            message_id=message_id,
            tags={message_ids.ABOUT: reference},
            language="en",
        )
        sending.deliver(context, channel, plugin, message)
        return "The message was taken."
