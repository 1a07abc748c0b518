"""What is to be told goes into the transaction that makes it true: neither is without the other."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import any_, func, insert, literal, select
from sqlalchemy.orm import Session

from hub.jobs.service import submit
from hub.webhooks.models import webhook_calls, webhook_endpoints, webhook_messages


def keep(session: Session, type: str, data: Mapping[str, Any]) -> UUID | None:
    """Keep a message for whoever of the tenant's endpoints is told of its type, and have them called.

    Also for one that is disabled, so that it can be told later. None where no endpoint is told of it: nothing is kept.
    """
    events = webhook_endpoints.c.events
    told = (func.cardinality(events) == 0) | (literal(type) == any_(events))
    query = select(webhook_endpoints.c.id, webhook_endpoints.c.status).where(told)
    endpoints = session.execute(query).all()
    if not endpoints:
        return None
    now = datetime.now(UTC)
    message_id = add_message(session, type, data, now)
    for endpoint in endpoints:
        if endpoint.status == "enabled":
            add_call(session, endpoint.id, message_id, now)
            submit_delivery(session, endpoint.id)
    return message_id


def add_message(session: Session, type: str, data: Mapping[str, Any], at: datetime) -> UUID:
    """Keep a message; nobody is called."""
    added = insert(webhook_messages).values(type=type, at=at, data=dict(data)).returning(webhook_messages.c.id)
    message_id: UUID = session.execute(added).scalar_one()
    return message_id


def add_call(session: Session, endpoint_id: UUID, message_id: UUID, at: datetime) -> UUID:
    """Note that an endpoint is to be told of a message from an instant on; nobody is set to work."""
    added = insert(webhook_calls).values(endpoint_id=endpoint_id, message_id=message_id, next_at=at)
    call_id: UUID = session.execute(added.returning(webhook_calls.c.id)).scalar_one()
    return call_id


def submit_delivery(session: Session, endpoint_id: UUID, at: datetime | None = None) -> None:
    """Have the calls that are due at an endpoint made: now, or at the instant when the next one will be."""
    when = f"{endpoint_id} {at.isoformat()}" if at else str(endpoint_id)
    submit(session, "webhooks.deliver", {"endpoint_id": str(endpoint_id)}, dedupe_key=when, run_at=at)
