"""What SES publishes of a mail: an event each, or a notification of an identity."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from hub.sdk.channel import Receipt, ReceiptKind
from hub.sdk.reports import is_permanent

MOST_RECIPIENTS = 100


def read(event: Mapping[str, Any], message_id: str) -> list[Receipt]:
    """The receipts in an event, one for each recipient; empty for what is none, such as a click.

    Raises LookupError, TypeError or ValueError for what is no event of SES.
    """
    kind = str(event.get("eventType") or event["notificationType"])
    mail = event["mail"]
    told = list(_told(kind, event))[:MOST_RECIPIENTS]
    return [
        Receipt(
            event_id=f"{message_id} {place}",
            provider_id=str(mail["messageId"]),
            kind=each,
            at=_time(at),
            detail=" ".join(detail.split())[:300],
            tags=_tags(mail.get("tags") or {}),
            message_id=str((mail.get("commonHeaders") or {}).get("messageId") or ""),
            address=_address(address),
            is_permanent=for_good,
        )
        for place, (each, address, at, detail, for_good) in enumerate(told)
    ]


def _told(kind: str, event: Mapping[str, Any]) -> Iterator[tuple[ReceiptKind, str, str, str, bool]]:
    """What kind of receipt, for whom, when, what was said, and whether for good."""
    mail = event["mail"]
    everybody = [str(each) for each in mail.get("destination") or ()]
    match kind:
        case "Send":
            for address in everybody:
                yield "accepted", address, mail["timestamp"], "", False
        case "Delivery":
            about = event["delivery"]
            for address in about.get("recipients") or everybody:
                yield "delivered", str(address), about["timestamp"], str(about.get("smtpResponse") or ""), False
        case "DeliveryDelay":
            about = event["deliveryDelay"]
            for each in about["delayedRecipients"]:
                said = str(each.get("diagnosticCode") or about.get("delayType") or "")
                yield "deferred", str(each["emailAddress"]), about["timestamp"], said, False
        case "Bounce":
            about = event["bounce"]
            for each in about["bouncedRecipients"]:
                status = str(each.get("status") or "5.0.0")
                for_good = about.get("bounceType") == "Permanent" and is_permanent(status)
                said = str(each.get("diagnosticCode") or about.get("bounceSubType") or "")
                yield "bounced", str(each["emailAddress"]), about["timestamp"], said, for_good
        case "Complaint":
            about = event["complaint"]
            for each in about["complainedRecipients"]:
                said = str(about.get("complaintFeedbackType") or "")
                yield "complained", str(each["emailAddress"]), about["timestamp"], said, False
        case "Reject":
            for address in everybody:
                yield "bounced", address, mail["timestamp"], str(event["reject"].get("reason") or ""), False
        case "Subscription":
            about = event["subscription"]
            if (about.get("newTopicPreferences") or {}).get("unsubscribeAll") is True:
                for address in everybody:
                    yield "unsubscribed", address, about["timestamp"], str(about.get("source") or ""), False
        case "Open":
            for address in everybody:
                yield "opened", address, event["open"]["timestamp"], "", False


def _tags(tags: Mapping[str, Any]) -> dict[str, str]:
    """Each tag's first value; SES adds its own, whose names have a colon."""
    return {
        name: str(values[0]) for name, values in tags.items() if ":" not in name and isinstance(values, list) and values
    }


def _address(said: str) -> str:
    """The bare address of what may stand with a name."""
    return said.rpartition("<")[2].partition(">")[0].strip().lower()


def _time(said: str) -> datetime:
    told = datetime.fromisoformat(said)
    return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)
