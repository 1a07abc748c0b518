"""Pages of other origins: none may call the API but those of `cors_origins`, and those without the caller's cookies."""

from flask import Flask, Response, request

from hub.http.auth import TENANT_HEADER
from hub.http.context import EXTENSION, Hub
from hub.http.lifecycle import REQUEST_ID

_SENT = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", REQUEST_ID, TENANT_HEADER)
_SHOWN = (
    *("ETag", "Idempotency-Replayed", "Location", "Retry-After", REQUEST_ID),
    *("RateLimit-Limit", "RateLimit-Policy", "RateLimit-Remaining", "RateLimit-Reset"),
)
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_ASKED_AGAIN_SECONDS = 600


def install(app: Flask) -> None:
    """Let the configured origins' pages call `app`; before authentication, as a preflight shows no credentials."""
    hub: Hub = app.extensions[EXTENSION]
    origins = hub.settings.allowed_origins
    if not origins:
        return
    from flask_cors import CORS  # most installations need none

    app.before_request(lambda: _preflight(origins))
    CORS(
        app,
        resources={r"/api/.*": {"origins": list(origins)}},
        methods=_METHODS,
        allow_headers=_SENT,
        expose_headers=_SHOWN,
        max_age=_ASKED_AGAIN_SECONDS,
        # A cookie is for the hub's own pages; a page elsewhere shows a token that it was given.
        supports_credentials=False,
        always_send=False,
        vary_header=True,
    )


def _preflight(origins: tuple[str, ...]) -> Response | None:
    is_preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
    if is_preflight and request.path.startswith("/api/") and request.headers.get("Origin") in origins:
        return Response(status=204)
    return None
