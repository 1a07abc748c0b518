"""How much one caller may ask for: a rate per API key over all processes, and a bound on what is sent.

Permits are counted in Valkey per key and minute, and taken in blocks so that few requests wait for it; a process
holds at most one block. While Valkey is away requests pass, and the log says so.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Flask, g, request
from werkzeug.exceptions import UnsupportedMediaType

from hub.errors import RateLimitedError
from hub.http.context import EXTENSION, Hub, current_hub

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 2**20
"""Largest body of a request that is not an upload."""
_BLOCKS = 50
_RETRY_SECONDS = 5.0


class RateLimit:
    """`per_minute` requests of each key in each calendar minute, over all processes that share the Valkey."""

    def __init__(self, redis: Callable[[], Any], per_minute: int) -> None:
        self._redis = redis
        self.per_minute = per_minute
        self._block = max(1, per_minute // _BLOCKS)
        self._held: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()
        self._away_until = 0.0

    def take(self, key: str, now: float) -> None:
        """Use one permit of `key` at `now` (epoch seconds). Raises RateLimitedError when the minute has none left."""
        minute = int(now // 60)
        with self._lock:
            held_minute, left = self._held.get(key, (minute, 0))
            if held_minute == minute and left > 0:
                self._held[key] = (minute, left - 1)
                return
        granted = self._grant(key, minute)
        if granted <= 0:
            wait = int(60 - now % 60) + 1
            raise RateLimitedError(f"More than {self.per_minute} requests a minute. Try again in {wait} s.", wait)
        with self._lock:
            if len(self._held) > 10_000:
                self._held.clear()
            held_minute, left = self._held.get(key, (minute, 0))
            self._held[key] = (minute, granted - 1 + (left if held_minute == minute else 0))

    def _grant(self, key: str, minute: int) -> int:
        if time.monotonic() < self._away_until:
            return self._block
        name = f"paypredict:rate:{key}:{minute}"
        try:
            with self._redis().pipeline(transaction=False) as pipeline:
                pipeline.incrby(name, self._block)
                pipeline.expire(name, 120)
                used = pipeline.execute()[0]
        except Exception as error:  # noqa: BLE001 - a limit that cannot be counted must not stop the API
            log.warning("rate limit not counted, Valkey does not answer: %s", error)
            self._away_until = time.monotonic() + _RETRY_SECONDS
            return self._block
        return int(min(self._block, self.per_minute - (used - self._block)))


def install(app: Flask) -> None:
    """Apply the limits to all requests of `app`; after authentication, whose caller they count by."""
    hub: Hub = app.extensions[EXTENSION]
    app.config["MAX_CONTENT_LENGTH"] = hub.settings.max_upload_bytes
    if hub.settings.rate_limit_per_minute > 0:
        limit = RateLimit(hub.redis, hub.settings.rate_limit_per_minute)
        app.before_request(lambda: _take(limit))
    app.before_request(_bound_body)


def _take(limit: RateLimit) -> None:
    if "identity" in g:
        limit.take(g.identity.id, current_hub().clock().timestamp())


def _bound_body() -> None:
    if request.method not in ("POST", "PUT", "PATCH") or request.mimetype == "multipart/form-data":
        return
    request.max_content_length = MAX_BODY_BYTES
    # Left to the argument parser, a body of another type would count as none.
    if request.mimetype and not request.is_json:
        raise UnsupportedMediaType
