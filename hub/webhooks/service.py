"""Endpoints of a tenant's own systems, and what they were told. Sessions are the tenant's."""

import base64
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete, func, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from hub.connections import notices
from hub.errors import ConflictError, InvalidError, NotFoundError, PreconditionError
from hub.storage import audit
from hub.storage.vault import Vault
from hub.webhooks import outbox
from hub.webhooks.models import webhook_calls, webhook_endpoints, webhook_messages

MOST_ENDPOINTS = 20
LONGEST_URL = 2048
OVERLAP = timedelta(hours=24)
"""For so long after its secret was replaced, an endpoint's calls are signed by the one before, too."""
MOST_REPLAYED = 10_000
NOTICE = "webhook_disabled"

_NEW, _OLD = "secret", "previous_secret"


def list_endpoints(session: Session) -> list[dict[str, Any]]:
    """All endpoints, oldest first."""
    query = select(webhook_endpoints).order_by(webhook_endpoints.c.created_at, webhook_endpoints.c.id)
    return [dict(row._mapping) for row in session.execute(query)]


def get(session: Session, endpoint_id: UUID, *, locked: bool = False) -> dict[str, Any]:
    """One endpoint. Raises NotFoundError."""
    query = select(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id)
    row = session.execute(query.with_for_update() if locked else query).one_or_none()
    if row is None:
        raise NotFoundError("There is no such webhook endpoint.")
    return dict(row._mapping)


def create(session: Session, vault: Vault, values: Mapping[str, Any], created_by: str) -> tuple[dict[str, Any], str]:
    """Add an endpoint; it and its secret, which is not shown again. Raises InvalidError and ConflictError."""
    check_url(values["url"])
    if session.scalar(select(func.count()).select_from(webhook_endpoints)) >= MOST_ENDPOINTS:  # type: ignore[operator]
        raise ConflictError(f"A tenant has at most {MOST_ENDPOINTS} webhook endpoints.")
    added = insert(webhook_endpoints).values(**values, created_by=created_by).returning(webhook_endpoints.c.id)
    endpoint_id: UUID = session.execute(added).scalar_one()
    secret = make_secret()
    vault.put(session, owner(endpoint_id), _NEW, secret)
    audit.record(session, "webhook_endpoint.created", "webhook_endpoint", endpoint_id, after=dict(values))
    return get(session, endpoint_id), secret


def change(session: Session, endpoint_id: UUID, values: Mapping[str, Any], version: int) -> dict[str, Any]:
    """Change address, description or events. Raises NotFoundError, PreconditionError and InvalidError."""
    before = get(session, endpoint_id, locked=True)
    if before["version"] != version:
        raise PreconditionError("The endpoint was changed since it was read: read it again.")
    if "url" in values:
        check_url(values["url"])
    if not values:
        return before
    _update(session, endpoint_id, values)
    shown = {name: before[name] for name in values}
    audit.record(session, "webhook_endpoint.changed", "webhook_endpoint", endpoint_id, before=shown, after=dict(values))
    return get(session, endpoint_id)


def remove(session: Session, vault: Vault, endpoint_id: UUID) -> None:
    """Let go of an endpoint, its secrets and its log. Raises NotFoundError."""
    before = get(session, endpoint_id, locked=True)
    session.execute(delete(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id))
    vault.forget(session, owner(endpoint_id))
    _settle(session)
    audit.record(session, "webhook_endpoint.deleted", "webhook_endpoint", endpoint_id, before={"url": before["url"]})


def rotate(session: Session, vault: Vault, endpoint_id: UUID, now: datetime) -> tuple[dict[str, Any], str]:
    """Replace an endpoint's secret; both sign for a day. The endpoint and the new one, which is not shown again."""
    get(session, endpoint_id, locked=True)
    vault.put(session, owner(endpoint_id), _OLD, vault.get(session, owner(endpoint_id), _NEW))
    secret = make_secret()
    vault.put(session, owner(endpoint_id), _NEW, secret)
    _update(session, endpoint_id, {"previous_until": now + OVERLAP})
    return get(session, endpoint_id), secret


def enable(session: Session, endpoint_id: UUID) -> dict[str, Any]:
    """Call an endpoint again. What it missed is not told by itself: replay it. Raises NotFoundError."""
    endpoint = get(session, endpoint_id, locked=True)
    if endpoint["status"] != "enabled":
        _update(session, endpoint_id, {"status": "enabled", "reason": None, "failing_since": None, "failures": 0})
        _settle(session)
        audit.record(session, "webhook_endpoint.enabled", "webhook_endpoint", endpoint_id)
    return get(session, endpoint_id)


def disable(
    session: Session, endpoint_id: UUID, reason: str, now: datetime, *, is_asked: bool = False
) -> dict[str, Any]:
    """Call an endpoint no more; what it waits for has failed. People get a notice, unless they asked for it."""
    endpoint = get(session, endpoint_id, locked=True)
    if endpoint["status"] == "disabled":
        return endpoint
    _update(session, endpoint_id, {"status": "disabled", "reason": reason})
    pending = update(webhook_calls).where(
        webhook_calls.c.endpoint_id == endpoint_id, webhook_calls.c.status == "pending"
    )
    session.execute(pending.values(status="failed", next_at=None, finished_at=now))
    if not is_asked:
        host = urlsplit(endpoint["url"]).hostname
        notices.tell(session, None, NOTICE, f"The webhook endpoint at {host} is disabled. {reason}")
    audit.record(session, "webhook_endpoint.disabled", "webhook_endpoint", endpoint_id, after={"reason": reason})
    return get(session, endpoint_id)


def signing_secrets(session: Session, vault: Vault, endpoint: Mapping[str, Any], now: datetime) -> tuple[str, ...]:
    """What an endpoint's calls are signed with: its secret, and for a day after its rotation the one before."""
    names = [_NEW, _OLD] if endpoint["previous_until"] and endpoint["previous_until"] > now else [_NEW]
    return tuple(vault.get(session, owner(endpoint["id"]), name, noted=False) for name in names)


def list_calls(
    session: Session,
    endpoint_id: UUID,
    limit: int,
    *,
    status: str | None = None,
    after: tuple[datetime, UUID] | None = None,
) -> list[dict[str, Any]]:
    """What an endpoint was told or is to be told, newest first, behind the pair `after`. Raises NotFoundError."""
    get(session, endpoint_id)
    query = _CALLS.where(webhook_calls.c.endpoint_id == endpoint_id)
    if status:
        query = query.where(webhook_calls.c.status == status)
    order = tuple_(webhook_calls.c.created_at, webhook_calls.c.id)
    if after is not None:
        query = query.where(order < after)
    query = query.order_by(webhook_calls.c.created_at.desc(), webhook_calls.c.id.desc()).limit(limit)
    return [dict(row._mapping) for row in session.execute(query)]


def get_call(session: Session, endpoint_id: UUID, call_id: UUID) -> dict[str, Any]:
    """One call of an endpoint. Raises NotFoundError."""
    query = _CALLS.where(webhook_calls.c.endpoint_id == endpoint_id, webhook_calls.c.id == call_id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFoundError("There is no such delivery of this endpoint.")
    return dict(row._mapping)


def replay_one(session: Session, endpoint_id: UUID, call_id: UUID) -> dict[str, Any]:
    """Tell an endpoint once more what a call told it: same message, same id. Raises NotFoundError and ConflictError."""
    _enabled(session, endpoint_id)
    told = get_call(session, endpoint_id, call_id)
    added = _replay(session, endpoint_id, [told["message_id"]])
    if not added:
        raise ConflictError("This message waits to be delivered already.")
    return get_call(session, endpoint_id, added[0])


def replay(session: Session, endpoint_id: UUID, since: datetime, until: datetime) -> int:
    """Tell an endpoint once more all that happened from `since` to before `until` of what it is told of; how much.

    Raises NotFoundError, ConflictError where it is disabled, and InvalidError where it is more than MOST_REPLAYED.
    """
    endpoint = _enabled(session, endpoint_id)
    if since >= until:
        raise InvalidError("The period is empty.", fields={"to": "Has to be after `from`."})
    query = select(webhook_messages.c.id).where(webhook_messages.c.at >= since, webhook_messages.c.at < until)
    if endpoint["events"]:
        query = query.where(webhook_messages.c.type.in_(endpoint["events"]))
    query = query.where(webhook_messages.c.type != "webhook.test").order_by(webhook_messages.c.at)
    found = list(session.scalars(query.limit(MOST_REPLAYED + 1)))
    if len(found) > MOST_REPLAYED:
        raise InvalidError(f"That is more than {MOST_REPLAYED:,} messages.", fields={"to": "Choose a shorter period."})
    return len(_replay(session, endpoint_id, found))


def forget(session: Session, before: datetime, at_once: int) -> int:
    """Delete up to `at_once` messages, with the calls that told of them, from before an instant; how many."""
    gone = select(webhook_messages.c.id).where(webhook_messages.c.at < before).limit(at_once)
    statement = delete(webhook_messages).where(webhook_messages.c.id.in_(gone))
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def owner(endpoint_id: UUID) -> str:
    """Whose its secrets are, in the vault."""
    return f"webhook_endpoint {endpoint_id}"


def make_secret() -> str:
    """A new secret: 256 random bits, as Standard Webhooks write them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def check_url(url: str) -> None:
    """Raise InvalidError unless this can be an endpoint's address. Where it leads is checked at each call."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    problem = None
    if not parts.hostname or parts.scheme not in ("https", "http") or not url.isascii() or any(c <= " " for c in url):
        problem = "An address such as https://erp.example.com/webhooks."
    elif parts.username or parts.password:
        problem = "Without a name or a password: the signature says who calls."
    elif parts.fragment:
        problem = "Without a fragment (#)."
    elif port == 0:
        problem = "The port cannot be 0."
    if problem:
        raise InvalidError("The address cannot be used.", fields={"url": problem})


_CALLS = select(
    webhook_calls.c.id,
    webhook_calls.c.message_id,
    webhook_messages.c.type,
    webhook_messages.c.at,
    webhook_messages.c.data,
    webhook_calls.c.status,
    webhook_calls.c.next_at,
    webhook_calls.c.tries,
    webhook_calls.c.excerpt,
    webhook_calls.c.is_replay,
    webhook_calls.c.created_at,
    webhook_calls.c.finished_at,
).join(webhook_messages, webhook_messages.c.id == webhook_calls.c.message_id)


def _enabled(session: Session, endpoint_id: UUID) -> dict[str, Any]:
    endpoint = get(session, endpoint_id)
    if endpoint["status"] != "enabled":
        raise ConflictError("The endpoint is disabled: enable it first.")
    return endpoint


def _replay(session: Session, endpoint_id: UUID, message_ids: list[UUID]) -> list[UUID]:
    if not message_ids:
        return []
    rows = [
        {"endpoint_id": endpoint_id, "message_id": each, "next_at": func.now(), "is_replay": True}
        for each in message_ids
    ]
    added: list[UUID] = []
    for start in range(0, len(rows), 1000):
        statement = postgresql.insert(webhook_calls).values(rows[start : start + 1000]).on_conflict_do_nothing()
        added += session.scalars(statement.returning(webhook_calls.c.id))
    outbox.submit_delivery(session, endpoint_id)
    return added


def _settle(session: Session) -> None:
    """The notice stands while an endpoint is disabled that failed."""
    failed = select(webhook_endpoints.c.id).where(
        webhook_endpoints.c.status == "disabled", webhook_endpoints.c.failing_since.is_not(None)
    )
    if session.execute(failed.limit(1)).first() is None:
        notices.settle(session, None, NOTICE)


def _update(session: Session, endpoint_id: UUID, values: Mapping[str, Any]) -> None:
    changed = update(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id)
    session.execute(changed.values(**values, version=webhook_endpoints.c.version + 1, updated_at=func.now()))
