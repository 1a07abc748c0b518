"""Handing messages and notices to channels, and what their answers mean for the channel and for the address.

    with storage.tenant(key) as session:
        channel = service.default_channel(session, "debtors")
        message_id = message_ids.make(session, str(reminder_id), channel.sender)
    with sending.opened(context, channel) as plugin:
        delivery = sending.deliver(context, channel, plugin, message)

One that is opened serves as many messages as there are. No transaction may be held meanwhile.
"""

import contextlib
import logging
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from hub.channels import message_ids, service, suppressions
from hub.channels.network import HubNetwork
from hub.channels.service import Channel
from hub.errors import NotFoundError
from hub.sdk.channel import Delivery, Message, Notice
from hub.sdk.errors import AuthError, ConfigError, PluginError, RecordError, TransientError, UncertainError
from hub.settings import Settings
from hub.storage.session import Storage
from hub.storage.vault import Vault

log = logging.getLogger(__name__)


class Context(Protocol):
    """What is needed of where a channel is used; hub.jobs.context.JobContext has it."""

    storage: Storage
    settings: Settings
    registry: Any
    tenant: str

    @property
    def vault(self) -> Vault:
        """The way to the tenant's secrets."""


@dataclass(kw_only=True)
class Caller:
    """A `Context` for a request, whose registry is made when it is first needed."""

    storage: Storage
    settings: Settings
    registry: Any
    tenant: str
    vault: Vault


def open_channel(context: Context, channel: Channel, *, even_if_disabled: bool = False) -> Any:
    """The plugin's object for a channel, made anew, its secrets opened; `close` it in the end.

    Raises ConfigError for a channel that is disabled, or whose plugin is not there.
    """
    if channel.status == "disabled" and not even_if_disabled:
        raise ConfigError(f"{channel.name} is disabled.")
    try:
        manifest = context.registry.get(channel.plugin)
    except NotFoundError as error:
        raise ConfigError(f"{channel.plugin} is not installed any more.") from error
    with context.storage.tenant(context.tenant) as session:
        names = context.vault.names(session, channel.id)
        secrets = {name: context.vault.get(session, channel.id, name, noted=False) for name in names}
    config = MappingProxyType({**channel.config, **secrets})
    return context.registry.make(channel.plugin, config, HubNetwork(context.settings, manifest, config))


def close(plugin: Any) -> None:
    """Let go of what a plugin's object holds open."""
    end: Callable[[], object] | None = getattr(plugin, "close", None)
    if end is not None:
        end()


@contextlib.contextmanager
def opened(context: Context, channel: Channel, *, even_if_disabled: bool = False) -> Iterator[Any]:
    """`open_channel`, closed at the end of the block."""
    plugin = open_channel(context, channel, even_if_disabled=even_if_disabled)
    try:
        yield plugin
    finally:
        close(plugin)


def deliver(context: Context, channel: Channel, plugin: Any, message: Message) -> Delivery:
    """Hand a message over. Raises the plugin's PluginError: only UncertainError leaves open whether it was taken.

    A message with the tag "reminder" gets a mark beside it, without which nobody's receipts for it count. An error that
    a person has to mend is noted with the channel, and an address that is refused for good is suppressed.
    """
    if about := message.tags.get(message_ids.ABOUT):
        with context.storage.tenant(context.tenant) as session:
            mark = message_ids.mark(session, about)
        message = replace(message, tags={**message.tags, message_ids.MARK: mark})
    return _watched(context, channel, lambda: plugin.send(message), message)


def notify(context: Context, channel: Channel, plugin: Any, notice: Notice) -> Delivery:
    """Tell the team. Errors as those of `deliver`."""
    return _watched(context, channel, lambda: plugin.notify(notice), None)


def check(context: Context, channel: Channel, now: datetime, *, is_asked: bool = True) -> Channel:
    """Ask a channel's provider whether it would take messages, note what it says, and return the channel as it is.

    Not `is_asked` by a person: one that works goes on, where its provider only does not answer just now.
    """
    reason, answered = "", ""
    try:
        with opened(context, channel) as plugin:
            answered = _guarded(channel, plugin.check)
    except TransientError as error:
        if is_asked or channel.status == "failing":
            reason = str(error)
        else:
            answered = str(error)
    except PluginError as error:
        reason = str(error)
    with context.storage.tenant(context.tenant) as session:
        if reason:
            service.fail(session, channel.id, reason, now)
        else:
            service.mend(session, channel.id, answered, now)
        return service.get(session, channel.id)


def _watched(
    context: Context, channel: Channel, hand_over: Callable[[], Delivery], message: Message | None
) -> Delivery:
    now = datetime.now(UTC)
    try:
        delivery: Delivery = _guarded(channel, hand_over)
    except (AuthError, ConfigError) as error:
        with context.storage.tenant(context.tenant) as session:
            service.fail(session, channel.id, str(error), now)
        raise
    except RecordError as error:
        if message is not None and error.field == "to":
            with context.storage.tenant(context.tenant) as session:
                _suppress(session, message, str(error), now)
        raise
    if channel.status == "failing":
        with context.storage.tenant(context.tenant) as session:
            service.mend(session, channel.id, "", now)
    return delivery


def _guarded(channel: Channel, call: Callable[[], Any]) -> Any:
    """What a plugin answers. What it did not mean to raise says nothing of whether the message was taken."""
    try:
        return call()
    except PluginError:
        raise
    except Exception as error:
        # Where, and not what: the words of an error may be the message's.
        frames = "".join(traceback.format_tb(error.__traceback__))
        log.error("channel %s failed: %s\n%s", channel.plugin, type(error).__name__, frames)
        raise UncertainError(f"{channel.plugin} failed: {type(error).__name__}.") from error


def _suppress(session: Session, message: Message, detail: str, now: datetime) -> None:
    suppressions.add(
        session,
        message.to,
        "bounced",
        now=now,
        by="receipts",
        detail=detail,
        reminder_id=reminder_of(message.tags),
    )


def reminder_of(tags: Mapping[str, str]) -> UUID | None:
    """The reminder that tags name, if they name one."""
    try:
        return UUID(tags.get(message_ids.ABOUT, ""))
    except ValueError:
        return None
