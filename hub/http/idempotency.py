"""Writes that may be sent again: the answer to an `Idempotency-Key` is kept in the transaction that it answers.

The same key with the same request gets the same answer and writes nothing; with another request it is a conflict.
Two at once: the second waits at the primary key until the first has committed, then gets its answer.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import blake2b

from flask import Response, request
from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.errors import ConflictError, InvalidError
from hub.http.answers import JSON, dumps
from hub.http.context import now

KEPT = timedelta(hours=24)
_REPLAYED = "Idempotency-Replayed"

_FORGET = text("delete from idempotency_keys where expires_at <= :now")
_CLAIM = text(
    "insert into idempotency_keys (key, fingerprint, expires_at) values (:key, :fingerprint, :expires_at)"
    " on conflict (key) do nothing returning key"
)
_READ = text("select fingerprint, status, headers, body from idempotency_keys where key = :key")
_KEEP = text(
    "update idempotency_keys set status = :status, headers = cast(:headers as jsonb), body = :body where key = :key"
)


class KeyReusedError(ConflictError):
    """An Idempotency-Key that already stands for another request."""

    code = "idempotency_key_reused"


def once(session: Session, work: Callable[[], Response], *, content: bytes | None = None) -> Response:
    """The answer of `work`, done at most once per Idempotency-Key; without the header it is simply done.

    `content` stands for the request's body where the body itself differs each time it is sent (multipart).
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return work()
    if not 1 <= len(key) <= 255 or not key.isprintable():
        message = "1 to 255 printable characters, one per request you mean, for example a UUID."
        raise InvalidError("The Idempotency-Key cannot be used.", fields={"Idempotency-Key": message})
    fingerprint = _fingerprint(content)
    session.execute(_FORGET, {"now": now()})
    claim = {"key": key, "fingerprint": fingerprint, "expires_at": now() + KEPT}
    if session.execute(_CLAIM, claim).first() is None:
        return _replay(session, key, fingerprint)
    response = work()
    kept = {name: value for name, value in response.headers if name in ("Location", "X-Version")}
    session.execute(
        _KEEP,
        {
            "key": key,
            "status": response.status_code,
            "headers": dumps(kept).decode(),
            "body": response.get_data(),
        },
    )
    return response


def forget_expired(session: Session, now: datetime) -> int:
    """Delete the answers that are kept no longer; how many."""
    return int(session.execute(_FORGET, {"now": now}).rowcount)  # type: ignore[attr-defined]


def is_replay(response: Response) -> bool:
    """Whether `once` gave an answer it had kept."""
    return _REPLAYED in response.headers


def _replay(session: Session, key: str, fingerprint: bytes) -> Response:
    kept = session.execute(_READ, {"key": key}).one()
    if bytes(kept.fingerprint) != fingerprint:
        raise KeyReusedError("This Idempotency-Key was used for another request. Use a new key for a new request.")
    return Response(bytes(kept.body), kept.status, {**kept.headers, _REPLAYED: "true"}, content_type=JSON)


def _fingerprint(content: bytes | None) -> bytes:
    body = request.get_data() if content is None else content
    digest = blake2b(digest_size=16)
    for part in (request.method.encode(), request.full_path.encode(), body):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()
