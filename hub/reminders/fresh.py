"""Ask the providers before anything is sent: what was paid there an hour ago must not be asked for."""

import logging
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hub.connections.service import SCHEDULED
from hub.errors import HubError
from hub.jobs.context import JobContext
from hub.reminders import settings
from hub.sdk.errors import PluginError
from hub.storage.session import driver
from hub.sync import service as sync

log = logging.getLogger(__name__)

# Files and what was entered here have no provider to ask; what a person paused is left alone, and goes stale.
_OUTDATED = """
    select x.reminder_id, n.id from reminder_items x
    join invoices i on i.id = x.invoice_id
    join connections n on n.id = i.connection_id
    where x.reminder_id = any(%(ids)s) and x.is_live and n.status = any(%(statuses)s) and n.account_id is not null
      and (n.last_run_at is null or n.last_run_at < %(since)s)
"""


def ask_providers(context: JobContext, reminder_ids: Collection[UUID]) -> set[UUID]:
    """Have what changed at the providers of these reminders' invoices read, where that was last done a while ago.

    Returns those reminders whose provider could not be asked: they wait.
    """
    outdated = _outdated(context, reminder_ids)
    for connection_id in sorted({connection for _, connection in outdated}):
        try:
            sync.run(context, connection_id, now=datetime.now(UTC))
        except (PluginError, HubError) as error:
            # The run has said what went wrong to whoever can mend it.
            log.warning(
                "nothing is sent of connection %s: it could not be read (%s)", connection_id, type(error).__name__
            )
    return {reminder for reminder, _ in _outdated(context, reminder_ids)} if outdated else set()


def _outdated(context: JobContext, reminder_ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    with context.transaction() as session:
        minutes = settings.read(session)["ask_provider_after_minutes"]
        values = {
            "ids": list(reminder_ids),
            "statuses": list(SCHEDULED),
            "since": datetime.now(UTC) - timedelta(minutes=minutes),
        }
        return {(row[0], row[1]) for row in driver(session).execute(_OUTDATED, values)}
