"""Who is calling: an API key in `Authorization: Bearer`, asked for on every endpoint that is not marked `public`."""

import threading
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar

from flask import Flask, current_app, g, request

from hub.errors import ForbiddenError, UnauthorizedError
from hub.http.context import Identity, current_hub
from hub.telemetry import logs

REMEMBERED_SECONDS = 5.0
"""For how long a process trusts a key it has checked; so long a revoked key may still work."""

_SAFE = ("GET", "HEAD", "OPTIONS")
View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Let anybody call this view: it must tell nothing of any tenant."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def install(app: Flask) -> None:
    """Refuse requests to `app` without a valid key, except to `public` views."""
    app.before_request(_require_key)


def _require_key() -> None:
    # Without an endpoint the answer is 404 or 405 for everybody.
    if request.endpoint is None or is_public(current_app.view_functions[request.endpoint]):
        return
    scheme, _, presented = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not presented:
        raise UnauthorizedError("Send an API key as `Authorization: Bearer <key>`.")
    identity = current_hub().identify(presented.strip())
    if identity is None:
        raise UnauthorizedError("This API key is unknown, expired or revoked.")
    wanted = {"*", "write"} if request.method not in _SAFE else {"*", "write", "read"}
    if not identity.scopes & wanted:
        raise ForbiddenError("This API key may not do that; make one with the scope it needs.")
    g.identity = identity
    logs.bind_more(tenant=identity.tenant)


def is_public(view: Any) -> bool:
    """Whether a view answers without a key."""
    return getattr(view, "is_public", False) is True


class Remembered:
    """`identify` with its answers kept for a few seconds, so that a busy key costs no query per request."""

    def __init__(self, identify: Callable[[str], Identity | None], *, size: int = 4096) -> None:
        self._identify = identify
        self._size = size
        self._known: dict[bytes, tuple[float, Identity]] = {}
        self._lock = threading.Lock()

    def __call__(self, presented: str) -> Identity | None:
        # The digest, so that no key lies readable in the process's memory for longer than its request.
        digest = sha256(presented.encode()).digest()
        now = time.monotonic()
        known = self._known.get(digest)
        if known and known[0] > now:
            return known[1]
        identity = self._identify(presented)
        with self._lock:
            if identity is None:
                self._known.pop(digest, None)
            else:
                if len(self._known) >= self._size:
                    self._known.clear()
                self._known[digest] = (now + REMEMBERED_SECONDS, identity)
        return identity
