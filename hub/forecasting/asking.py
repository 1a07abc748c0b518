"""Asking a worker why an invoice is expected when it is; the API's half, which imports nothing of the models."""

import time
from typing import Any
from uuid import UUID, uuid4

import orjson

QUEUE = "paypredict:explain"
REPLIES_KEPT_SECONDS = 10
WAIT_SECONDS = 2.0
_AT_ONCE = 0.25
"""Seconds of waiting in one request to Valkey: below the time-out of the API's connection."""


def ask(redis: Any, tenant: str, invoice_id: UUID, wait_seconds: float | None = None) -> dict[str, Any] | None:
    """The answer of the worker that is first to answer; None where none did in time, or Valkey is away."""
    from redis.exceptions import RedisError

    reply = f"paypredict:explained:{uuid4()}"
    question = orjson.dumps({"tenant": tenant, "invoice_id": str(invoice_id), "reply": reply})
    until = time.monotonic() + (WAIT_SECONDS if wait_seconds is None else wait_seconds)
    try:
        # A question that nobody took is not left for later.
        redis.lpush(QUEUE, question)
        while time.monotonic() < until:
            if (got := redis.blpop([reply], timeout=_AT_ONCE)) is not None:
                answer: dict[str, Any] = orjson.loads(got[1])
                return answer
        redis.lrem(QUEUE, 0, question)
    except RedisError:
        return None
    return None
