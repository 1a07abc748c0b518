"""Reports of mail servers on mails that were sent: what could not be delivered, or waits (RFC 3464), and who complained
of one (RFC 5965). Anybody may write such a thing: it is read within bounds, and whose mail it is about is for the hub
to find out.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from hashlib import sha256

from hub.sdk import charsets
from hub.sdk.channel import Receipt, ReceiptKind

MOST_RECIPIENTS = 100
"""Of one report."""
_KINDS: dict[str, ReceiptKind] = {
    "failed": "bounced",
    "delayed": "deferred",
    "delivered": "delivered",
    "relayed": "delivered",
    "expanded": "delivered",
}
_ADDRESS = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}@[\w.-]{1,190}")
_ID = re.compile(r"<[^<>\s]{1,400}>")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# A mailbox that is full, a mail that is too large, and whatever is a matter of policy: the address may work tomorrow.
_MAY_PASS = re.compile(r"5\.(?:2\.2|3\.4|7\.\d{1,3})")


def is_permanent(status: str) -> bool:
    """Whether an enhanced status code (RFC 3463) says that an address will never work."""
    return status.startswith("5.") and not _MAY_PASS.fullmatch(status)


def receipts_in(mail: Message) -> tuple[Receipt, ...]:
    """What a report says of the mail that it is about, a receipt for each recipient; empty for what is no report."""
    if mail.get_content_type() != "multipart/report" or not mail.is_multipart():
        return ()
    parts = [part for part in _parts(mail)][:10]
    message_id = next(filter(None, map(_original_id, parts)), "")
    at = _time(mail.get("Date"))
    found: list[Receipt] = []
    for part in parts:
        kind = part.get_content_type()
        if kind in ("message/delivery-status", "message/global-delivery-status"):
            found += _deliveries(part, message_id, at)
        elif kind == "message/feedback-report":
            found += _complaints(part, message_id, at)
    return tuple(found[:MOST_RECIPIENTS])


def _deliveries(part: Message, message_id: str, at: datetime) -> Iterator[Receipt]:
    for block in _blocks(part)[: MOST_RECIPIENTS + 1]:
        address = _address(block, ("Original-Recipient", "Final-Recipient"))
        kind = _KINDS.get(_field(block, "Action").lower())
        if not address or kind is None:
            continue
        said = _field(block, "Diagnostic-Code").partition(";")[2].strip()
        status = _STATUS.search(_field(block, "Status")) or _STATUS.search(said)
        code = status[0] if status else ""
        yield Receipt(
            event_id=_digest(message_id, address, kind, code),
            provider_id="",
            kind=kind,
            at=_time(_field(block, "Last-Attempt-Date"), at),
            detail=" ".join(filter(None, (code, said.removeprefix(code).strip())))[:300],
            message_id=message_id,
            address=address,
            is_permanent=kind == "bounced" and is_permanent(code),
        )


def _complaints(part: Message, message_id: str, at: datetime) -> Iterator[Receipt]:
    for block in _blocks(part)[:1]:
        kind, address = _field(block, "Feedback-Type").lower(), _address(block, ("Original-Rcpt-To",))
        if kind == "abuse":
            yield Receipt(
                event_id=_digest(message_id, address, "complained", kind),
                provider_id="",
                kind="complained",
                at=_time(_field(block, "Arrival-Date"), at),
                detail="reported as spam",
                message_id=message_id,
                address=address,
            )


def _parts(mail: Message) -> Iterator[Message]:
    payload = mail.get_payload()
    yield from (part for part in (payload if isinstance(payload, list) else ()) if isinstance(part, Message))


def _blocks(part: Message) -> list[Message]:
    return list(_parts(part)) if part.is_multipart() else []


def _original_id(part: Message) -> str:
    """The Message-ID of the mail that a report gives back, whole or its headers alone."""
    kind = part.get_content_type()
    if kind == "message/rfc822":
        headers: Iterable[str] = (str(each.get("Message-ID", "")) for each in list(_parts(part))[:1])
    elif kind in ("text/rfc822-headers", "message/global-headers"):
        content = part.get_payload(decode=True) if not part.is_multipart() else b""
        text = charsets.decode(content[:65_536]) if isinstance(content, bytes) else ""
        headers = re.findall(r"^message-id:\s*(\S{1,402})", text, re.IGNORECASE | re.MULTILINE)[:1]
    else:
        headers = ()
    return next((found[0] for found in map(_ID.search, headers) if found), "")


def _field(block: Message, name: str) -> str:
    return charsets.one_line(str(block.get(name, "")), 1_000)


def _address(block: Message, names: tuple[str, ...]) -> str:
    for name in names:
        if found := _ADDRESS.search(_field(block, name)):
            return found[0].lower()
    return ""


def _time(said: object, otherwise: datetime | None = None) -> datetime:
    try:
        told = parsedate_to_datetime(str(said))
    except (ValueError, TypeError, OverflowError):
        return otherwise or datetime.now(UTC)
    return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
