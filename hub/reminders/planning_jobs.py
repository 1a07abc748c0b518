"""Planning as work: every hour, after each forecast, and when somebody asks for it."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hub.jobs import service as jobs
from hub.jobs.context import JobContext
from hub.reminders import planning
from hub.tenants import service as tenants


def plan(context: JobContext) -> dict[str, Any]:
    """Plan what goes out within a day, in one transaction; what is planned is written next."""
    with context.storage.hub() as session:
        tenant = tenants.get(session, context.tenant)
    context.progress(0.0, "Planning reminders")
    with context.transaction() as session:
        counts = planning.plan(session, datetime.now(UTC), ZoneInfo(tenant.time_zone), tenant.home_currency)
        if counts.messages:
            jobs.submit(session, "reminders.write", {})
    return {"reminders": counts.messages, "invoices": counts.invoices, "held_back": counts.held_back}
