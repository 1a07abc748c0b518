"""Conditional requests: an ETag on every JSON answer, If-None-Match on reads, If-Match on updates.

The ETag of a document with a version is `"<version>-<digest of the body>"`: the whole of it tells a reader whether
anything shown has changed, its version alone tells a writer whether the document itself has.
"""

import re
from hashlib import blake2b

from flask import Flask, Response, request

from hub.errors import HubError, PreconditionError
from hub.http.answers import JSON

_VERSION_HEADER = "X-Version"  # between an endpoint and `_conditional`; never sent
_VERSION = re.compile(r'(?:W/)?"(\d+)(?:-[0-9a-f]*)?"')


class PreconditionRequiredError(HubError):
    """An update that does not say which version it was made from."""

    code, status, title = "precondition_required", 428, "If-Match needed"


def install(app: Flask) -> None:
    """Give every successful JSON read of `app` an ETag, and answer 304 to who has it already."""
    app.after_request(_conditional)


def _conditional(response: Response) -> Response:
    if response.content_type != JSON or response.status_code not in (200, 201):
        return response
    response.headers["ETag"] = etag = _etag(response)
    response.headers["Cache-Control"] = "private, no-cache"
    if request.method == "GET" and etag in request.headers.get("If-None-Match", ""):
        response.status_code = 304
        response.set_data(b"")
        response.headers.remove("Content-Type")
        response.headers.remove("Content-Length")
    return response


def _etag(response: Response) -> str:
    digest = blake2b(response.get_data(), digest_size=8).hexdigest()
    version = response.headers.pop(_VERSION_HEADER, None)
    return f'"{version}-{digest}"' if version else f'"{digest}"'


def version_header(version: int) -> dict[str, str]:
    """Headers for `answer` that put a document's version into its ETag."""
    return {_VERSION_HEADER: str(version)}


def expected_version() -> int:
    """The version that `If-Match` names. Raises PreconditionRequiredError without one."""
    value = request.headers.get("If-Match", "")
    if not value:
        raise PreconditionRequiredError(
            "Send the ETag of what you read as `If-Match`, so that nobody's change is lost."
        )
    match = _VERSION.fullmatch(value.strip())
    if match is None:
        raise PreconditionError("`If-Match` is no ETag of this document: read it again.")
    return int(match[1])
