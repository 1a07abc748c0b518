"""What SendGrid's event webhook tells: a JSON list of events, in any order and sometimes twice."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from hub.sdk.channel import Receipt, ReceiptKind
from hub.sdk.errors import RecordError
from hub.sdk.reports import is_permanent

MOST_EVENTS = 10_000
_KINDS: dict[str, ReceiptKind] = {
    "processed": "accepted",
    "delivered": "delivered",
    "deferred": "deferred",
    "bounce": "bounced",
    "dropped": "bounced",
    "spamreport": "complained",
    "unsubscribe": "unsubscribed",
    "group_unsubscribe": "unsubscribed",
    "open": "opened",
}
# Why SendGrid drops a mail without trying: what it remembers of the address.
_REMEMBERED: dict[str, tuple[ReceiptKind, bool]] = {
    "bounced address": ("bounced", True),
    "invalid": ("bounced", True),
    "unsubscribed address": ("unsubscribed", False),
    "spam reporting address": ("complained", False),
}
_OWN = frozenset(("email", "timestamp", "event", "sg_event_id", "sg_message_id", "smtp-id", "category", "ip", "url"))
_ID = re.compile(r"<[^<>\s]{1,400}>")


def read(body: bytes) -> list[Receipt]:
    """The receipts in a call; events that are none, such as clicks, are left out. Raises RecordError."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RecordError("This is no JSON: the event webhook sends a list of events.") from error
    if not isinstance(found, list) or len(found) > MOST_EVENTS:
        raise RecordError("This is no list of events, or one that is too long.")
    return [receipt for each in found if isinstance(each, dict) for receipt in _receipt(each)]


def _receipt(event: Mapping[str, Any]) -> Iterator[Receipt]:
    kind = _KINDS.get(str(event.get("event")))
    at = _time(event.get("timestamp"))
    if kind is None or at is None:
        return
    if kind == "opened" and event.get("sg_machine_open") is True:
        return  # by a mail program that loads all pictures
    detail = _text(event, "reason") or _text(event, "response")
    for_good = False
    if event.get("event") == "dropped":
        kind, for_good = _REMEMBERED.get(detail.strip().lower(), ("bounced", False))
    elif kind == "bounced":
        # What it calls blocked was refused for now: the address is none the worse.
        for_good = event.get("type") != "blocked" and is_permanent(_text(event, "status") or "5.0.0")
    smtp_id = _ID.search(_text(event, "smtp-id"))
    provider_id = _text(event, "sg_message_id")
    yield Receipt(
        event_id=_text(event, "sg_event_id") or sha256(json.dumps(event, sort_keys=True).encode()).hexdigest(),
        provider_id=provider_id.partition(".")[0],
        kind=kind,
        at=at,
        detail=detail[:300],
        tags={name: value for name, value in event.items() if name not in _OWN and isinstance(value, str)},
        message_id=smtp_id[0] if smtp_id else "",
        address=_text(event, "email").lower(),
        is_permanent=for_good,
    )


def _text(event: Mapping[str, Any], name: str) -> str:
    value = event.get(name)
    return value[:1000] if isinstance(value, str) else ""


def _time(said: Any) -> datetime | None:
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 < said < 2**33:
        return None
    return datetime.fromtimestamp(said, UTC)
