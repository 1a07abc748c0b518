"""Work on mail that came in."""

import logging
import traceback
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from hub.channels import message_ids
from hub.disputes import inbound
from hub.errors import InvalidError
from hub.events import ReceiptsReceived, ReminderAnswered
from hub.jobs.context import JobContext
from hub.sdk.channel import InboundMessage
from hub.sdk.errors import AuthError, RecordError
from hub.storage import audit
from hub.storage.audit import Actor
from hub.tenants import service as tenants

log = logging.getLogger(__name__)


def receive(context: JobContext, mail_id: str) -> dict[str, Any]:
    """Work of the kind `disputes.receive`: read a mail and do what it calls for. A mail that breaks its channel is
    noted as unreadable, and put down like all others."""
    with context.storage.hub() as session:
        zone = tenants.get(session, context.tenant).time_zone
    try:
        with context.transaction() as session:
            kept = inbound.open_mail(session, context.vault, UUID(mail_id))
    except InvalidError as error:
        return _unreadable(context, UUID(mail_id), error.detail)
    if kept is None:
        return {"outcome": "repeated"}
    channel = context.registry.make(kept.channel, kept.config)
    try:
        message = channel.parse_message(kept.headers, kept.body)
    except (AuthError, RecordError) as error:
        return _unreadable(context, kept.id, str(error))
    except Exception as error:  # noqa: BLE001 - whatever anybody may send, one mail must not come again and again
        # Where, and not what: the words of an error may be the mail's.
        frames = "".join(traceback.format_tb(error.__traceback__))
        log.error("a mail cannot be read by %s: %s\n%s", kept.channel, type(error).__name__, frames)
        return _unreadable(context, kept.id, f"The channel failed: {type(error).__name__}.")
    now = datetime.now(UTC)
    today = now.astimezone(ZoneInfo(zone)).date()
    with audit.acting(Actor(kind="plugin", id=kept.channel, name="Mail")), context.transaction() as session:
        outcome = inbound.take_in(session, kept.id, message, now, today=today)
        if outcome == "report":
            context.announce(session, ReceiptsReceived(tenant=context.tenant, channel_id=""))
        if answered := _reminder_of(session, message):
            context.announce(session, ReminderAnswered(tenant=context.tenant, reminder_id=answered))
        return {"outcome": outcome}


def _reminder_of(session: Session, message: InboundMessage) -> str | None:
    """The reminder that somebody answers, by the Message-ID that only this tenant's hub can have made."""
    if message.is_automatic or message.receipts:
        return None
    found = (message_ids.about(session, each) for each in reversed(message.answers))
    return next(filter(None, found), None)


def _unreadable(context: JobContext, mail_id: UUID, reason: str) -> dict[str, Any]:
    with context.transaction() as session:
        return {"outcome": inbound.put_down(session, mail_id, "unreadable", reason=reason[:500])}
