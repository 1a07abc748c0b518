"""What may be sent: sizes, encodings and shapes of bodies, refused before they cost anything."""

import json
import re
from typing import Any

from flask import Flask, current_app, request
from werkzeug.exceptions import UnsupportedMediaType

from hub.errors import InvalidError, TooLargeError
from hub.http.auth import operation_id
from hub.http.context import EXTENSION, Hub

MAX_BODY_BYTES = 2**20
"""Largest body of a request that is not an upload."""
MAIL = "receiveMail"
UNREAD = frozenset({"unsubscribe"})
"""Operations whose body nobody reads: mail programs send a form with it (RFC 8058)."""
RECEIPTS = "receiveReceipts"
"""What providers tell of messages is of a type of their own, and read by the channel."""
MAX_MAIL_BYTES = 25 * 2**20
"""A mail with its attachments, as a form or as it is; such a body is the mail's channel's to read."""
MAX_FORM_FIELDS = 50
MAX_FORM_BYTES = 2**18
"""All fields of a form beside its files: they are held in memory."""
MAX_DEPTH = 32
MAX_VALUES = 20_000

# A text that is never closed ends with the body, so that it is gone through once.
_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_BRACKETS = re.compile(rb"[\[{]|([\]}])")


class BadEncodingError(InvalidError):
    """A body that is compressed: what it unpacks to could be of any size."""

    code, status, title = "unsupported_media_type", 415, "Unsupported media type"


def install(app: Flask) -> None:
    """Apply the bounds to all requests of `app`; after authentication, so that nobody's bodies are not looked at."""
    hub: Hub = app.extensions[EXTENSION]
    app.config["MAX_CONTENT_LENGTH"] = hub.settings.max_upload_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_FORM_BYTES
    app.config["MAX_FORM_PARTS"] = MAX_FORM_FIELDS
    app.before_request(_bound)


def parse(body: bytes) -> Any:
    """JSON within bounds. Raises json.JSONDecodeError, InvalidError where it nests too deep, TooLargeError."""
    opened = body.count(b"[") + body.count(b"{")
    # The counts say most: what they may say wrongly, because of what texts hold, is looked at closely.
    if opened > MAX_DEPTH or opened + body.count(b",") >= MAX_VALUES:
        _measure(_TEXTS.sub(b"0", body))
    try:
        return json.loads(body.decode(), parse_constant=_no_number)
    except json.JSONDecodeError:
        raise
    except ValueError as error:  # no UTF-8, no number, or one of thousands of digits
        raise json.JSONDecodeError("no JSON", "?", 0) from error


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _measure(bare: bytes) -> None:
    values = bare.count(b",") + bare.count(b"[") + bare.count(b"{") + 1
    if values > MAX_VALUES:
        raise TooLargeError(f"The body holds some {values:,} values; the most is {MAX_VALUES:,}.")
    depth = 0
    for bracket in _BRACKETS.finditer(bare):
        depth += -1 if bracket[1] else 1
        if depth > MAX_DEPTH:
            raise InvalidError(f"The body nests deeper than {MAX_DEPTH} levels.")


def _operation() -> str | None:
    view = current_app.view_functions.get(request.endpoint or "")
    return None if view is None else operation_id(view, request.method)


def _bound() -> None:
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise BadEncodingError("Send the body as it is: the hub unpacks none, whatever its Content-Encoding.")
    is_upload = request.mimetype == "multipart/form-data"
    operation = _operation()
    is_mail = operation == MAIL
    most = MAX_MAIL_BYTES if is_mail else request.max_content_length if is_upload else MAX_BODY_BYTES
    if most is not None and (request.content_length or 0) > most:
        what = "A mail" if is_mail else "An upload" if is_upload else "The body of a request"
        raise TooLargeError(f"{what} has at most {most:,} bytes; this one has {request.content_length:,}.")
    request.max_content_length = most
    if operation in UNREAD:
        return
    if is_mail:
        # One that ends where the limit does is complete: only whoever reads on finds out.
        request.max_content_length = MAX_MAIL_BYTES + 1
        return
    if operation == RECEIPTS:
        return
    # Left to the argument parser, a body of another type would count as none.
    if request.method in ("POST", "PUT", "PATCH") and not is_upload and request.mimetype and not request.is_json:
        raise UnsupportedMediaType
