"""A mail as servers pass it on (RFC 5322, MIME), read. Anybody may have made it: all is bounded, none is believed."""

import email
import re
from collections.abc import Iterator, Mapping
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from itertools import islice

from hub.sdk import charsets, html_text
from hub.sdk.channel import InboundMessage
from hub.sdk.errors import RecordError
from hub.sdk.reports import receipts_in

LONGEST_TEXT = 200_000
"""Characters of a mail's text that are read; its newest part stands at the top."""
LONGEST_SUBJECT = 500
LONGEST_NAME = 200
MOST_NESTED = 100
"""Parts with parts in them, and mails within a mail; more are made to break readers."""
MOST_PARTS = 500
MOST_LINES = 500_000
"""Lines of a mail; one of 25 MB whose attachments are encoded as usual has fewer."""
MOST_BOUNDARIES = 5_000
"""Lines that may part it."""
MOST_ATTACHMENTS = 50
MOST_ANSWERS = 50
DEEPEST = 20
HEADER_BYTES = 2**18
LONGEST_HEADER = 16_384

_NESTED = re.compile(rb"multipart/|message/rfc822", re.IGNORECASE)
_BOUNDARY = re.compile(rb"[\r\n]--")
_LONG_HEADER = re.compile(
    rb"^content-[a-z-]{1,20}:(?:[^\n]|\n[ \t]){%d}" % LONGEST_HEADER, re.IGNORECASE | re.MULTILINE
)
_FIRST_LINE = re.compile(rb"\s*(?:From [^\n]*\n)?[!-9;-~]+[ \t]*:")
_ID = re.compile(r"<[^<>\s]{1,400}>")
_ADDRESS = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}@[\w.-]{1,190}")
# What somebody is called, or a comment: an address in there is nobody's.
_ASIDE = re.compile(r'"[^"]*"|\([^()]*\)')
_SEPARATOR = re.compile(r"[,;]")
_RESULT = re.compile(r"\b(spf|dkim|dmarc)\s*=\s*([a-z]{1,20})")
_AUTOMATIC_PRECEDENCE = ("bulk", "junk", "list", "auto_reply", "auto-reply")
_MACHINES = re.compile(r"(?:mailer-daemon|postmaster)@")
_TEXT_ENCODINGS = ("", "7bit", "8bit", "binary", "quoted-printable", "base64")


def parse_mail(body: bytes, vouching: str = "") -> InboundMessage:
    """The mail in `body`. Raises RecordError for what is no mail, or one that is made to break its readers.

    `vouching` is the server (the authserv-id of RFC 8601) whose Authentication-Results are believed; of none, if empty:
    a sender may write such a header too.
    """
    return _message(read_mail(body), vouching)


def read_mail(body: bytes) -> Message:
    """The mail as its parts. Raises RecordError as `parse_mail` does."""
    if not _FIRST_LINE.match(body[:LONGEST_HEADER]):
        raise RecordError("This is no mail: it does not begin with a header.")
    end = min((at for at in (body.find(b"\n\n"), body.find(b"\r\n\r\n")) if at >= 0), default=len(body))
    if end > HEADER_BYTES:
        raise RecordError(f"The mail's headers have more than {HEADER_BYTES} bytes.")
    if max(body.count(b"\n"), body.count(b"\r")) > MOST_LINES:
        raise RecordError(f"The mail has more than {MOST_LINES} lines.")
    if len(list(islice(_BOUNDARY.finditer(body), MOST_BOUNDARIES + 1))) > MOST_BOUNDARIES:
        raise RecordError(f"The mail has more than {MOST_BOUNDARIES} parts.")
    if len(list(islice(_NESTED.finditer(body), MOST_NESTED + 1))) > MOST_NESTED:
        raise RecordError(f"The mail nests more than {MOST_NESTED} parts.")
    if _LONG_HEADER.search(body):
        raise RecordError(f"A header of the mail has more than {LONGEST_HEADER} characters.")
    try:
        return email.message_from_bytes(body)
    except (MessageError, ValueError, LookupError, RecursionError) as error:
        raise RecordError(f"The mail cannot be read: {type(error).__name__}.") from error


def _message(mail: Message, vouching: str) -> InboundMessage:
    headers = _headers(mail)
    subject = charsets.one_line(_decoded(_first(headers, "subject")), LONGEST_SUBJECT)
    message_id = _ID.search(_first(headers, "message-id"))
    senders = [each for name in ("from", "sender") for each in addresses_in(headers.get(name, ()))]
    names: list[str] = []
    text = "\n\n".join(each for each in _texts(mail, names, iter(range(MOST_PARTS)), 0) if each.strip())
    answers = [
        found for name in ("references", "in-reply-to") for found in _ID.findall(" ".join(headers.get(name, ())))
    ]
    return InboundMessage(
        sender=next(iter(senders), ""),
        subject=subject,
        text=charsets.lines(text, LONGEST_TEXT),
        message_id=charsets.one_line(message_id[0], 402) if message_id else "",
        to=tuple(islice((each for name in ("to", "cc") for each in addresses_in(headers.get(name, ()))), 100)),
        answers=tuple(charsets.one_line(each, 402) for each in list(dict.fromkeys(answers))[-MOST_ANSWERS:]),
        attachments=tuple(names[:MOST_ATTACHMENTS]),
        authentication=_results(headers.get("authentication-results", ()), vouching),
        is_automatic=_is_automatic(headers, mail, senders),
        hops=len(headers.get("received", ())),
        receipts=receipts_in(mail),
    )


def addresses_in(values: tuple[str, ...] | list[str]) -> list[str]:
    """The e-mail addresses in the values of address headers, lower case, without what only looks like one.

    By hand, since the standard library's parser recurses as deep as a sender likes.
    """
    found = []
    for value in values[:5]:
        for part in _SEPARATOR.split(_ASIDE.sub(" ", value[:4000]))[:100]:
            _, is_named, address = part.rpartition("<")
            address = address.partition(">")[0].strip() if is_named else part.strip()
            if _ADDRESS.fullmatch(address):
                found.append(address.lower())
    return found


def file_name(name: str, otherwise: str) -> str:
    """The name of a file without folders or control characters; `otherwise` where it has none."""
    plain = charsets.one_line(_decoded(name[: 4 * LONGEST_NAME]), 4 * LONGEST_NAME)
    return re.split(r"[/\\]", plain)[-1].strip()[-LONGEST_NAME:] or charsets.one_line(otherwise, LONGEST_NAME)


def _headers(mail: Message) -> dict[str, list[str]]:
    """Values as they stand, by lower-case name; at most 100 of a name, each cut at LONGEST_HEADER."""
    found: dict[str, list[str]] = {}
    for name, value in mail.raw_items():
        values = found.setdefault(name.lower(), [])
        if len(values) < 100:
            raw = str(value)[:LONGEST_HEADER].encode("ascii", "surrogateescape" if _is_raw(value) else "replace")
            values.append(charsets.lines(charsets.decode(raw), LONGEST_HEADER))
    return found


def _is_raw(value: object) -> bool:
    return isinstance(value, str) and all(char < "\x80" or "\udc80" <= char <= "\udcff" for char in value)


def _first(headers: Mapping[str, list[str]], name: str) -> str:
    return next(iter(headers.get(name, ())), "")


def _decoded(value: str) -> str:
    """A header's text with its encoded words decoded, where they are well made."""
    if "=?" not in value:
        return value
    try:
        parts = decode_header(value[: 4 * LONGEST_SUBJECT])
    except (MessageError, ValueError):
        return value
    return "".join(each if isinstance(each, str) else charsets.decode(each, charset) for each, charset in parts)


def _texts(part: Message, names: list[str], budget: Iterator[int], depth: int) -> Iterator[str]:
    """The texts of a part and of those in it, in their order; names of files go to `names`."""
    if depth > DEEPEST or next(budget, None) is None:
        return
    kind = part.get_content_type()
    payload = part.get_payload() if part.is_multipart() else None
    if isinstance(payload, list):
        children = [child for child in payload if isinstance(child, Message)]
        if kind == "message/rfc822":
            for child in children[:1]:
                yield _passed_on(child, names, budget, depth)
        elif kind == "multipart/alternative":
            each = ["\n\n".join(_texts(child, names, budget, depth + 1)) for child in children[:MOST_PARTS]]
            plain = [
                text for text, child in zip(each, children, strict=False) if child.get_content_type() == "text/plain"
            ]
            yield next((text for text in (*plain, *reversed(each)) if text.strip()), "")
        elif not kind.startswith("message/"):
            for child in children[:MOST_PARTS]:
                yield from _texts(child, names, budget, depth + 1)
        return
    name = _name(part)
    if name is None and kind in ("text/plain", "text/html") and _encoding(part) in _TEXT_ENCODINGS:
        yield _text(part, kind)
    elif depth and not (part.get("Content-ID") and kind.startswith("image/")):
        # Pictures within the text are a signature's, mostly.
        names.append(file_name(name or "", kind))


def _passed_on(mail: Message, names: list[str], budget: Iterator[int], depth: int) -> str:
    """A mail that is attached, as one that was passed on stands in a text."""
    headers = _headers(mail)
    head = [
        f"{name.title()}: {charsets.one_line(_decoded(_first(headers, name)), 300)}" for name in ("from", "subject")
    ]
    body = "\n\n".join(each for each in _texts(mail, names, budget, depth + 1) if each.strip())
    return "\n".join(["-------- Forwarded Message --------", *head, "", body])


def _text(part: Message, kind: str) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    text = charsets.decode(data[: 8 * LONGEST_TEXT], _parameter(part, "charset"))
    return html_text.to_text(text) if kind == "text/html" else text


def _name(part: Message) -> str | None:
    """The name of the file that a part is; None where it is the mail's own text."""
    try:
        name = part.get_filename()
    except (MessageError, ValueError, LookupError, TypeError):
        name = ""
    is_file = str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment")
    return str(name) if name else ("" if is_file else None)


def _parameter(part: Message, name: str) -> str | None:
    try:
        value = part.get_param(name)
    except (MessageError, ValueError, LookupError, TypeError):
        return None
    return value if isinstance(value, str) else None


def _encoding(part: Message) -> str:
    return str(part.get("Content-Transfer-Encoding", "")).strip().lower()


def _results(values: list[str] | tuple[str, ...], vouching: str) -> dict[str, str]:
    """What the server that is believed has found; it writes its header above all that came in with the mail."""
    if not vouching:
        return {}
    for value in values:
        server, _, results = value.partition(";")
        # A version may follow the server's name.
        if server.lower().split()[:1] == [vouching.lower()]:
            return merged(_RESULT.findall(results.lower()))
    return {}


def merged(results: list[tuple[str, str]]) -> dict[str, str]:
    """One result for each method: of several signatures one that passes is enough."""
    found: dict[str, str] = {}
    for method, result in results:
        if found.get(method) != "pass":
            found[method] = result
    return found


def _is_automatic(headers: Mapping[str, list[str]], mail: Message, senders: list[str]) -> bool:
    """Whether it says that it answers by itself, goes to many, or reports on a delivery (RFC 3834, RFC 3464)."""
    submitted = _first(headers, "auto-submitted").partition(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or _first(headers, "precedence").strip().lower() in _AUTOMATIC_PRECEDENCE
        or any(name in headers for name in ("x-autoreply", "x-autorespond", "x-auto-reply", "list-id"))
        or mail.get_content_type() == "multipart/report"
        or _first(headers, "return-path").strip() == "<>"
        or bool(senders and _MACHINES.match(senders[0]))
    )
