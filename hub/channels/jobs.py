"""Work on channels: reading what providers told of what was sent, and asking whether channels still work."""

import logging
import traceback
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hub.channels import receipts, sending, service
from hub.errors import InvalidError, NotFoundError
from hub.events import ReceiptsReceived
from hub.jobs.context import JobContext
from hub.sdk.errors import AuthError, ConfigError, RecordError
from hub.storage import audit
from hub.storage.audit import Actor

log = logging.getLogger(__name__)

AT_ONCE = 50
CHECK_EVERY = timedelta(days=1)
"""A channel that works is asked so often; one that does not, each time."""


def read_receipts(context: JobContext, channel_id: str) -> dict[str, Any]:
    """Work of the kind `channels.receipts`: read what a provider posted for a channel.

    A callback that cannot be read is kept with the reason, and the others are read all the same.
    """
    new = unusable = 0
    with context.transaction() as session:
        try:
            channel = service.get(session, UUID(channel_id))
        except NotFoundError:
            return {"receipts": 0}
    with sending.opened(context, channel, even_if_disabled=True) as plugin:
        while True:
            with context.transaction() as session:
                batch = receipts.unread(session, channel.id, AT_ONCE)
            if not batch:
                break
            for callback in batch:
                context.progress(0.5, f"{new} receipts")
                found, reason = _read(plugin, channel.plugin, callback)
                with (
                    audit.acting(Actor(kind="plugin", id=channel.plugin, name="Receipts")),
                    context.transaction() as session,
                ):
                    new += receipts.take(session, channel.id, found, datetime.now(UTC))
                    receipts.put_down(session, callback.id, reason)
                unusable += reason is not None
    if new:
        context.publish(ReceiptsReceived(tenant=context.tenant, channel_id=channel_id))
    return {"receipts": new, "unusable": unusable}


def check_channels(context: JobContext) -> dict[str, Any]:
    """Work of the kind `channels.check`: ask the providers of channels that fail, or were not asked for a day."""
    now = datetime.now(UTC)
    with context.transaction() as session:
        due = [each for each in service.list_channels(session) if _is_due(each, now)]
    counts = {"ready": 0, "failing": 0}
    for done, channel in enumerate(due):
        context.progress(done / len(due), f"Asking {channel.name}")
        counts[sending.check(context, channel, datetime.now(UTC), is_asked=False).status] += 1
    return counts


def _is_due(channel: service.Channel, now: datetime) -> bool:
    if channel.status == "disabled":
        return False
    return channel.status == "failing" or channel.checked_at is None or channel.checked_at < now - CHECK_EVERY


def _read(plugin: Any, slug: str, callback: Any) -> tuple[list[Any], str | None]:
    """The receipts in a callback, or why there are none. Raises TransientError: it is read later."""
    try:
        return plugin.parse_receipts(callback.headers, callback.body.encode()), None
    except (AuthError, ConfigError, RecordError, InvalidError) as error:
        return [], str(error)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # Where, and not what: the words of an error may be the callback's.
        frames = "".join(traceback.format_tb(error.__traceback__))
        log.error("a callback cannot be read by %s: %s\n%s", slug, type(error).__name__, frames)
        return [], f"The channel failed: {type(error).__name__}."
