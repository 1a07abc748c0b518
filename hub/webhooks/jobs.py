"""Work that tells a tenant's systems what happened."""

import random
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from hub.jobs.context import JobContext
from hub.webhooks import calling, outbox, sending
from hub.webhooks.models import webhook_calls

AT_ONCE = 500
"""So many calls, then the tenant's other work has its turn."""


def tell(context: JobContext, type: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Work of the kind `webhooks.tell`: keep a message where it could not be kept with what it tells of."""
    with context.transaction() as session:
        return {"kept": int(outbox.keep(session, type, data) is not None)}


def deliver(context: JobContext, endpoint_id: str) -> dict[str, Any]:
    """Work of the kind `webhooks.deliver`: make the calls that are due at an endpoint, one after the other.

    A message may be told twice: its id is the same then. After a failure the rest waits a while.
    """
    counts: Counter[str] = Counter()
    wanted = UUID(endpoint_id)
    while counts.total() < AT_ONCE:
        context.progress(0.5, f"{counts.total()} calls made")
        with context.transaction() as session:
            taken = sending.take(session, context.vault, wanted, datetime.now(UTC))
        if taken is None:
            break
        outcome = calling.make(taken.call, context.settings)
        with context.transaction() as session:
            counts[sending.record(session, taken, outcome, random.random())] += 1  # noqa: S311 - spreads retries
    with context.transaction() as session:
        due = select(func.min(webhook_calls.c.next_at)).where(webhook_calls.c.endpoint_id == wanted)
        if next_at := session.scalar(due):
            outbox.submit_delivery(session, wanted, next_at)
    return dict(counts)
