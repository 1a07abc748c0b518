"""Every error as an RFC 9457 problem: a code for programs, a sentence for people, and the fields to change.

The request's edge: exceptions are caught here and nowhere before.
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
from flask import Flask, Response, g, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from hub.errors import (
    HubError,
    InvalidError,
    NotFoundError,
    TooLargeError,
    UnauthorizedError,
    UnavailableError,
)
from hub.http.answers import dumps
from hub.redaction import redact_prose
from hub.sdk.errors import ConfigError, PluginError, RecordError, TransientError

log = logging.getLogger(__name__)

PROBLEM = "application/problem+json"
_CODES = {
    400: ("bad_request", "Bad request"),
    405: ("method_not_allowed", "Method not allowed"),
    406: ("not_acceptable", "Not acceptable"),
    408: ("timeout", "Request timed out"),
    415: ("unsupported_media_type", "Unsupported media type"),
    414: ("address_too_long", "Address too long"),
    431: ("headers_too_large", "Headers too large"),
}
_DETAILS = {
    404: "There is nothing at this address. /api/docs lists what there is.",
    413: "Larger than the hub takes: docs/api.md has the limits of bodies, forms and uploads.",
    415: "Send the body as the content type that /api/docs names for this operation.",
}
_CLASSES = {error.status: error for error in (InvalidError, NotFoundError, TooLargeError, UnauthorizedError)}


def install(app: Flask) -> None:
    """Answer every error of `app` as a problem."""
    app.register_error_handler(HubError, from_hub)
    app.register_error_handler(HTTPException, from_http)
    app.register_error_handler(PluginError, from_plugin)
    app.register_error_handler(DBAPIError, from_database)
    app.register_error_handler(psycopg.Error, from_database)
    app.register_error_handler(PoolTimeoutError, from_database)
    app.register_error_handler(Exception, from_bug)


def problem(
    status: int,
    code: str,
    title: str,
    detail: str,
    fields: list[dict[str, str]],
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The response that states one problem."""
    body: dict[str, Any] = {
        "type": f"/api/docs#problem-{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": redact_prose(detail),
        "instance": request.path,
        "request_id": g.get("request_id", ""),
    }
    if fields:
        body["fields"] = [each | {"message": redact_prose(each["message"])} for each in fields]
    return Response(dumps(body), status, headers, content_type=PROBLEM)


def from_hub(error: HubError) -> Response:
    """A HubError, by its own code and status."""
    headers = {}
    if (retry_after := getattr(error, "retry_after", None)) is not None:
        # Refused on purpose, and as often as callers come.
        headers["Retry-After"] = str(retry_after)
    elif error.status >= 500:
        log.error("%s", error.detail, exc_info=error)
    if isinstance(error, UnauthorizedError):
        headers["WWW-Authenticate"] = 'Bearer realm="paypredict"'
    return problem(error.status, error.code, error.title, error.detail, list(flatten(error.fields)), headers)


def from_http(error: HTTPException) -> Response:
    """What Flask, werkzeug or the argument parser refused."""
    status = error.code or 500
    messages = (getattr(error, "data", None) or {}).get("messages", {})
    if status == 422 or messages:
        fields = [item for location in messages.values() for item in flatten(location)]
        names = ", ".join(dict.fromkeys(item["field"] for item in fields if item["field"]))
        detail = f"Some fields cannot be used: {names}." if names else "The request cannot be used as it is."
        return problem(status, *_name(status), detail, fields)
    detail = _DETAILS.get(status) or error.description or _name(status)[1]
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return problem(status, *_name(status), detail, [], headers)


def _name(status: int) -> tuple[str, str]:
    if status in _CLASSES:
        return _CLASSES[status].code, _CLASSES[status].title
    return _CODES.get(status, ("http_error", "Request refused") if status < 500 else ("internal", "Internal error"))


def from_plugin(error: PluginError) -> Response:
    """What a plugin could not do with the caller's settings or file, or what its provider would not do now."""
    if isinstance(error, TransientError):
        failed = UnavailableError(str(error))
        headers = {"Retry-After": str(error.retry_after)}
        return problem(failed.status, failed.code, failed.title, failed.detail, [], headers)
    field = error.field if isinstance(error, (ConfigError, RecordError)) else None
    return from_hub(InvalidError(str(error), fields={field: str(error)} if field else None))


def from_database(error: Exception) -> Response:
    """A database that is away or too slow is 503, so that the caller tries again; anything else is a bug of ours."""
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, psycopg.DataError) and cause.sqlstate is None:
        # psycopg's own refusal, before anything was sent: an address or a header with text that cannot be kept.
        return from_hub(InvalidError("Something sent holds text that cannot be kept, such as a NUL character."))
    if isinstance(cause, psycopg.errors.QueryCanceled):
        return from_hub(UnavailableError("The question took too long. Narrow it with filters, or try again later."))
    if isinstance(error, PoolTimeoutError) or isinstance(cause, psycopg.OperationalError):
        return from_hub(UnavailableError("The database does not answer. Try again in a moment."))
    return from_bug(error)


def from_bug(error: Exception) -> Response:
    """Anything nobody expected: logged with its traceback, answered without it."""
    log.error("unexpected error", exc_info=error)
    detail = "Something went wrong on our side. The request id finds it in the log."
    return problem(500, HubError.code, HubError.title, detail, [])


def flatten(messages: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Nested validation messages as a list of field path and message."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            # Marshmallow files a message about the object as a whole under _schema.
            step = "" if name == "_schema" else str(name)
            yield from flatten(inner, f"{path}.{step}" if path and step else path or step)
    elif isinstance(messages, (list, tuple)):
        for message in messages:
            yield {"field": path, "message": str(message)}
    else:
        yield {"field": path, "message": str(messages)}
