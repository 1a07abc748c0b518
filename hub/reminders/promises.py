"""Promises as they come due: settled after each sync, and every hour, by books that were read since."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hub.jobs.context import JobContext
from hub.ledger import promises
from hub.sync import runs
from hub.tenants import service as tenants


def settle(context: JobContext) -> dict[str, Any]:
    """Work of the kind `promises.settle`; returns how many promises ended in which way."""
    now = datetime.now(UTC)
    with context.storage.hub() as session:
        zone = ZoneInfo(tenants.get(session, context.tenant).time_zone)
    with context.transaction() as session:
        read_until = {each: at.astimezone(zone).date() for each, at in runs.last_good(session).items()}
        ended = promises.settle_due(session, now, today=now.astimezone(zone).date(), read_until=read_until)
    statuses = [each.status for each in ended]
    return {status: statuses.count(status) for status in sorted(set(statuses))}
