"""From a reminder's row to the message that a channel delivers."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.channels.message_ids import ABOUT
from hub.channels.service import Channel
from hub.reminders.fact_sheet import Links
from hub.reminders.mail import body
from hub.reminders.models import reminder_items, reminders
from hub.reminders.truth import as_facts
from hub.sdk.channel import Attachment, Message
from hub.sdk.facts import FactSheet


def thread_of(session: Session, reminder: Mapping[str, Any]) -> list[str]:
    """The Message-IDs of what was sent about the same invoices by the same policy, oldest first."""
    if reminder["policy_id"] is None:
        return []
    same = (
        select(reminder_items.c.reminder_id)
        .where(reminder_items.c.invoice_id.in_(_invoices_of(reminder["id"])))
        .distinct()
    )
    query = (
        select(reminders.c.message_id)
        .where(
            reminders.c.id.in_(same),
            reminders.c.customer_id == reminder["customer_id"],
            reminders.c.policy_id == reminder["policy_id"],
            reminders.c.status == "sent",
            reminders.c.message_id.is_not(None),
        )
        .order_by(reminders.c.sent_at)
    )
    return [each for each in session.scalars(query) if each]


def links_of(facts: FactSheet, base: str, unsubscribe: str = "") -> Links:
    """Which of the addresses in a message is what."""
    pages = f"{base}/statement/"
    page = next((each for each in facts.links if each.startswith(pages)), "")
    payment = next((each for each in facts.links if not each.startswith(pages)), "")
    return Links(page=page, payment=payment, unsubscribe=unsubscribe)


def message_of(
    reminder: Mapping[str, Any],
    channel: Channel,
    *,
    recipients: Sequence[Mapping[str, Any]],
    cc: Sequence[Mapping[str, Any]],
    base: str,
    sender: Mapping[str, Any],
    thread: Sequence[str] = (),
    unsubscribe: str = "",
    attachments: Sequence[Attachment] = (),
    is_test: bool = False,
) -> Message:
    """The message of a reminder that was written, to the first recipient, the others in copy.

    `sender` is that of the tenant's settings; `thread` the ids of what it follows, oldest first.
    """
    facts, first = as_facts(reminder["facts"]), recipients[0]
    others = [each["email"] for each in (*recipients[1:], *cc) if each["email"] != first["email"]]
    both = body(
        reminder["text"],
        facts,
        reminder["language"],
        links_of(facts, base, unsubscribe),
        postal_address=sender.get("postal_address") or "",
    )
    return Message(
        idempotency_key=reminder["idempotency_key"],
        to=first["email"],
        to_name=first.get("name") or "",
        cc=tuple(dict.fromkeys(others)),
        sender=channel.sender or "",
        sender_name=channel.sender_name or sender.get("company") or "",
        reply_to=channel.reply_to or sender.get("reply_to") or "",
        subject=reminder["subject"],
        text=both.text,
        html=both.html,
        message_id=reminder["message_id"] or "",
        in_reply_to=thread[-1] if thread else "",
        references=(*thread[:1], *thread[1:][-4:]),
        # Mail programs post to it, which they do to an https address alone.
        list_unsubscribe=unsubscribe if unsubscribe.startswith("https://") else "",
        attachments=tuple(attachments),
        # Receipts for a test say nothing of the reminder.
        tags={} if is_test else {ABOUT: str(reminder["id"])},
        language=reminder["language"],
    )


def _invoices_of(reminder_id: UUID) -> Any:
    return select(reminder_items.c.invoice_id).where(reminder_items.c.reminder_id == reminder_id)
