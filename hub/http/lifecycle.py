"""What happens around every request: its id, its log line, its metrics, and the headers every answer carries."""

import logging
import re
import time
from uuid import uuid4

from flask import Flask, Response, g, request

from hub.http.context import current_hub
from hub.telemetry import logs

log = logging.getLogger("hub.request")

REQUEST_ID = "X-Request-ID"
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    # What is not an API answer (the docs page) sets a policy of its own.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Server": "paypredict",
}


def install(app: Flask) -> None:
    """Wrap all requests of `app`; first, so that it sees what every other step answered."""
    app.before_request(_begin)
    app.after_request(_end)
    # The thread that served this request serves others, and other code, afterwards.
    app.teardown_request(lambda _: logs.bind())


def _begin() -> None:
    g.started = time.perf_counter()
    given = request.headers.get(REQUEST_ID, "")
    g.request_id = given if _GIVEN_ID.fullmatch(given) else uuid4().hex
    logs.bind(request_id=g.request_id)


def _end(response: Response) -> Response:
    headers = response.headers
    headers[REQUEST_ID] = g.request_id
    for name, value in _HEADERS.items():
        if name not in headers:
            headers[name] = value
    seconds = time.perf_counter() - g.started
    operation = request.endpoint or "unmatched"
    current_hub().metrics.observe(operation, request.method, response.status_code, seconds)
    if log.isEnabledFor(logging.INFO):
        # The path without its query: filters may hold what a customer is called.
        fields = {
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
        }
        log.info("request", extra={"fields": fields})
    return response
