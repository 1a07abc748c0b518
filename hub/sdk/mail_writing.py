"""A message as the mail that servers pass on (RFC 5322, MIME): text first, HTML second, then what is attached.

What it is made of may be anybody's words: no header can be made to hold another.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy

from hub.sdk.channel import Message
from hub.sdk.errors import RecordError

LONGEST_LINE = 900
"""Characters of an address or an id in a header, which cannot be folded; servers take lines of 998."""
LONGEST_SUBJECT = 500
LONGEST_NAME = 200
MOST_REFERENCES = 20

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_BIDI = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ID = re.compile(r"<[!#-;=?A-~]+@[!#-;=?A-~]+>")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
_LINK = re.compile(r"https?://[!#-;=?-Z\\\]_a-z~%]+")
_MEDIA = re.compile(r"[a-z]+/[a-z0-9.+-]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


class _Words(UnstructuredHeader):
    """A header of ids or addresses: folded between them and never within, where encoding would break them."""

    def fold(self, *, policy: EmailPolicy) -> str:
        lines = [f"{self.name}:"]  # type: ignore[attr-defined]
        for word in str(self).split():
            if len(lines[-1]) + 1 + len(word) > (policy.max_line_length or 78) and not lines[-1].endswith(":"):
                lines.append("")
            lines[-1] += f" {word}"
        return policy.linesep.join(lines) + policy.linesep


_REGISTRY = HeaderRegistry()
for _name in ("message-id", "in-reply-to", "references", "list-unsubscribe"):
    # The registry makes a whole header of it.
    _REGISTRY.map_to_type(_name, _Words)  # type: ignore[arg-type]
POLICY = SMTP.clone(header_factory=_REGISTRY, cte_type="7bit")


def compose(message: Message, now: datetime) -> EmailMessage:
    """The message as a mail; `as_bytes()` of it has CRLF line ends and nothing but ASCII.

    Raises RecordError for an address, an id or a file that no mail can have.
    """
    mail = EmailMessage(policy=POLICY)
    mail["From"] = mailbox(message.sender, message.sender_name, "sender")
    mail["To"] = mailbox(message.to, message.to_name, "to")
    if message.cc:
        mail["Cc"] = [mailbox(each, "", "cc") for each in message.cc]
    if message.reply_to:
        mail["Reply-To"] = mailbox(message.reply_to, "", "reply_to")
    mail["Subject"] = one_line(message.subject, LONGEST_SUBJECT)
    mail["Date"] = now
    if message.message_id:
        mail["Message-ID"] = _id(message.message_id, "message_id")
    for name, value in thread_headers(message).items():
        mail[name] = value
    # No answering machine is meant to reply, and no mail system takes it for a person's (RFC 3834).
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_lines(message.text))
    if message.html is not None:
        mail.add_alternative(_lines(message.html), subtype="html")
    for each in message.attachments:
        if not _MEDIA.fullmatch(each.media_type) or each.media_type.startswith(("multipart/", "message/")):
            raise RecordError(f"{each.media_type!r} is no media type of a file", field="attachments")
        kind, _, subtype = each.media_type.partition("/")
        name = one_line(each.name, LONGEST_NAME).replace("/", "-").replace("\\", "-")
        mail.add_attachment(each.content, maintype=kind, subtype=subtype, filename=name or "attachment")
    if _LANGUAGE.fullmatch(message.language):
        # In the end: what is about the content moves with it into a part.
        mail["Content-Language"] = message.language
    return mail


def thread_headers(message: Message) -> dict[str, str]:
    """The headers that tie a mail to what it follows, and say how to have no more. Raises RecordError."""
    headers = {}
    if message.in_reply_to:
        headers["In-Reply-To"] = _id(message.in_reply_to, "in_reply_to")
    if message.references:
        # The first is the thread, and of the others the newest count.
        known = [_id(each, "references") for each in message.references]
        headers["References"] = " ".join(known[:1] + known[1:][-MOST_REFERENCES + 1 :])
    if message.list_unsubscribe:
        link = message.list_unsubscribe
        if not _LINK.fullmatch(link) or len(link) > LONGEST_LINE:
            raise RecordError("this is no address to unsubscribe at", field="list_unsubscribe")
        headers["List-Unsubscribe"] = f"<{link}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def mailbox(address: str, name: str = "", field: str = "to") -> Address:
    """An address with whose it is. Raises RecordError for one that no server takes; a domain may have any letters."""
    local, _, domain = address.rpartition("@")
    try:
        # Letters that are not seen would be left out, and the mail go elsewhere.
        if all(letter.isalnum() or letter in ".-" for letter in domain):
            domain = domain.encode("ascii" if domain.isascii() else "idna").decode()
    except UnicodeError:
        domain = ""
    if not (0 < len(local) <= 64 and _LOCAL.fullmatch(local) and len(domain) <= 253 and _DOMAIN.fullmatch(domain)):
        shown = _CONTROLS.sub(" ", address)[:80]
        raise RecordError(f"{shown!r} is no e-mail address that mail can be sent to", field=field, value=shown)
    return Address(display_name=one_line(name, LONGEST_NAME), username=local, domain=domain.lower())


def one_line(said: str, most: int) -> str:
    """Text as a header may have it: one line, and nothing in it that hides or turns what is shown."""
    said = said.encode("utf-8", "replace").decode()
    return " ".join(_BIDI.sub("", _CONTROLS.sub(" ", said)).split())[:most].rstrip()


def envelope(addresses: Iterable[str]) -> list[str]:
    """Bare addresses as a server is told them, each once."""
    return list(dict.fromkeys(mailbox(each).addr_spec for each in addresses))


def _id(said: str, field: str) -> str:
    if len(said) > LONGEST_LINE or not _ID.fullmatch(said):
        raise RecordError(f"{_CONTROLS.sub(' ', said)[:80]!r} is no message id", field=field)
    return said


def _lines(said: str) -> str:
    """Text whose lines end alike; what is no text, such as a zero byte, is left out."""
    said = said.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", said)
