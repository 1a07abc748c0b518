"""SendGrid's Inbound Parse: a form with the mail's parts, or with the whole mail where "send raw" is set."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hub.sdk import charsets, html_text
from hub.sdk.channel import InboundMessage
from hub.sdk.errors import RecordError
from hub.sdk.mail import LONGEST_SUBJECT, LONGEST_TEXT, MOST_ATTACHMENTS, addresses_in, file_name, merged, parse_mail
from plugins.channels.sendgrid.form import read_form

_JSON_BYTES = 65_536
_SIGNATURE = re.compile(r":\s*([a-z]{1,20})")


def read(headers: Mapping[str, str], body: bytes) -> InboundMessage:
    """The mail in a form of Inbound Parse. Raises RecordError."""
    fields, files = read_form(headers.get("content-type", ""), body)
    message = parse_mail(fields["email"]) if "email" in fields else _parsed(_Form(fields), files)
    form = _Form(fields)
    return replace(
        message,
        authentication=_authentication(form),
        spam_score=_number(form.text("spam_score", 40)),
        is_automatic=message.is_automatic or form.json("envelope").get("from") == "",
    )


class _Form:
    """The form's fields, each decoded by the character set that the form names for it."""

    def __init__(self, fields: Mapping[str, bytes]) -> None:
        self._fields = fields
        self._charsets: dict[str, Any] = {}
        self._charsets = self.json("charsets")

    def __contains__(self, name: str) -> bool:
        return bool(self._fields.get(name, b"").strip())

    def raw(self, name: str) -> bytes:
        """A field's bytes."""
        return self._fields.get(name, b"")

    def text(self, name: str, most: int) -> str:
        """A field as text; its first characters, some more than `most` at the most."""
        charset = self._charsets.get(name)
        return charsets.decode(self.raw(name)[: 8 * most], charset if isinstance(charset, str) else None)

    def json(self, name: str) -> dict[str, Any]:
        """A field that holds a JSON object; empty where it does not."""
        try:
            found = json.loads(self.raw(name)[:_JSON_BYTES])
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def _parsed(form: _Form, files: Mapping[str, str]) -> InboundMessage:
    if "from" not in form and "headers" not in form:
        raise RecordError("The form has neither the field from nor the field headers: it is none of Inbound Parse.")
    head = parse_mail(form.raw("headers").strip() + b"\r\n\r\n") if "headers" in form else None
    message = head or InboundMessage(sender="", subject="", text="")
    text = form.text("text", LONGEST_TEXT)
    if not text.strip():
        text = html_text.to_text(form.text("html", html_text.LONGEST))
    senders = addresses_in([form.text("from", 4000)])
    return replace(
        message,
        # What SendGrid has decoded counts before the headers as they came.
        sender=next(iter(senders), message.sender),
        subject=charsets.one_line(form.text("subject", LONGEST_SUBJECT), LONGEST_SUBJECT) or message.subject,
        text=charsets.lines(text, LONGEST_TEXT),
        to=tuple(addresses_in([form.text("to", 4000)])) or message.to,
        attachments=_attachments(form, files),
    )


def _attachments(form: _Form, files: Mapping[str, str]) -> tuple[str, ...]:
    about = form.json("attachment-info")
    names = []
    for field, sent_as in list(files.items())[:MOST_ATTACHMENTS]:
        told = about.get(field)
        told = told if isinstance(told, dict) else {}
        is_picture = str(told.get("type", "")).startswith("image/")
        if not (told.get("content-id") and is_picture):
            names.append(file_name(str(told.get("filename") or told.get("name") or sent_as), "file"))
    return tuple(names)


def _authentication(form: _Form) -> dict[str, str]:
    spf = form.text("SPF", 100).strip().lower()
    results = [("dkim", result) for result in _SIGNATURE.findall(form.text("dkim", 4000).lower())]
    if re.fullmatch(r"[a-z]{1,20}", spf):
        results.append(("spf", spf))
    return merged(results)


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\s*-?\d{1,6}(\.\d{1,6})?\s*", text) else None
