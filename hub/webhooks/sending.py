"""A call taken, made ready, and what came of it noted. Sessions are the tenant's; none is open while a call is made."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from sqlalchemy import Text, cast, func, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from hub.storage.vault import Vault
from hub.webhooks import calling, retrying, service
from hub.webhooks.events import body
from hub.webhooks.models import webhook_calls, webhook_endpoints, webhook_messages

HELD = timedelta(minutes=5)
"""A call that is being made is nobody else's for so long; then its worker is taken for lost, and it is made again."""
_PAUSE = timedelta(minutes=1)
"""What else waits at an endpoint that just failed waits so long at the least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A call to be made, with what it takes to make it."""

    id: UUID
    endpoint_id: UUID
    tries: int
    call: calling.Call


def take(session: Session, vault: Vault, endpoint_id: UUID, now: datetime) -> Taken | None:
    """The next call that is due at an endpoint, held for a few minutes; None where there is none."""
    endpoint = session.execute(select(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id)).one_or_none()
    if endpoint is None or endpoint.status != "enabled":
        return None
    query = (
        select(webhook_calls.c.id)
        .where(
            webhook_calls.c.endpoint_id == endpoint_id,
            webhook_calls.c.status == "pending",
            webhook_calls.c.next_at <= now,
        )
        .order_by(webhook_calls.c.next_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    call_id = session.scalar(query)
    if call_id is None:
        return None
    held = update(webhook_calls).where(webhook_calls.c.id == call_id).values(next_at=now + HELD)
    session.execute(held)
    return prepare(session, vault, call_id, now)


def prepare(session: Session, vault: Vault, call_id: UUID, now: datetime) -> Taken:
    """What it takes to make a call."""
    query = (
        select(webhook_calls.c.tries, webhook_calls.c.endpoint_id, webhook_messages)
        .join(webhook_messages, webhook_messages.c.id == webhook_calls.c.message_id)
        .where(webhook_calls.c.id == call_id)
    )
    row = session.execute(query).one()._mapping
    endpoint = service.get(session, row["endpoint_id"])
    message = {"type": row["type"], "at": row["at"], "data": row["data"]}
    return Taken(
        id=call_id,
        endpoint_id=endpoint["id"],
        tries=len(row["tries"]),
        call=calling.Call(
            id=message_name(row["id"]),
            body=orjson.dumps(body(message, session.info["tenant"])),
            url=endpoint["url"],
            secrets=service.signing_secrets(session, vault, endpoint, now),
        ),
    )


def message_name(message_id: UUID) -> str:
    """What the `webhook-id` header calls a message."""
    return f"msg_{message_id.hex}"


def record(
    session: Session, taken: Taken, outcome: calling.Outcome, luck: float = 0.0, *, is_test: bool = False
) -> str:
    """Note what came of a try: delivered, retried or failed; and what it means for the endpoint.

    A test is not tried again, and its failure is not held against the endpoint.
    """
    now, tries = outcome.at, taken.tries + 1
    next_at = None if outcome.is_taken or is_test else retrying.next_try(tries, now, luck, outcome.asked)
    status = "delivered" if outcome.is_taken else "failed" if next_at is None else "pending"
    noted = cast(orjson.dumps([outcome.shown]).decode(), Text).cast(JSONB)
    changed = (
        update(webhook_calls)
        .where(webhook_calls.c.id == taken.id, webhook_calls.c.status == "pending")
        .values(
            status=status,
            next_at=next_at,
            tries=webhook_calls.c.tries.op("||")(noted),
            excerpt=outcome.excerpt or None,
            finished_at=None if status == "pending" else now,
        )
    )
    session.execute(changed)
    if outcome.is_taken:
        _note_success(session, taken.endpoint_id)
    elif not is_test:
        _note_failure(session, taken.endpoint_id, outcome, now)
    return "retried" if status == "pending" else status


def _note_success(session: Session, endpoint_id: UUID) -> None:
    failing = webhook_endpoints.c.failing_since.is_not(None) & (webhook_endpoints.c.status == "enabled")
    ended = update(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id, failing)
    session.execute(ended.values(failing_since=None, failures=0))


def _note_failure(session: Session, endpoint_id: UUID, outcome: calling.Outcome, now: datetime) -> None:
    failed = (
        update(webhook_endpoints)
        .where(webhook_endpoints.c.id == endpoint_id)
        .values(
            failing_since=func.coalesce(webhook_endpoints.c.failing_since, now),
            failures=webhook_endpoints.c.failures + 1,
        )
        .returning(webhook_endpoints.c.failing_since, webhook_endpoints.c.failures)
    )
    row = session.execute(failed).one_or_none()
    if row is None:
        return
    waiting = update(webhook_calls).where(
        webhook_calls.c.endpoint_id == endpoint_id,
        webhook_calls.c.status == "pending",
        webhook_calls.c.next_at < now + _PAUSE,
        func.jsonb_array_length(webhook_calls.c.tries) == 0,
    )
    session.execute(waiting.values(next_at=now + _PAUSE))
    if outcome.is_gone:
        service.disable(session, endpoint_id, outcome.error, now)
    elif retrying.is_given_up(row.failing_since, row.failures, now):
        days = (now - row.failing_since).days
        service.disable(session, endpoint_id, f"No call was taken for {days} days. The last time: {outcome.error}", now)
