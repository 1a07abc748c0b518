"""The work of this room, as workers do it."""

import logging
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hub.connections import announcements, candidates, checking, directory, expiry, service, webhooks
from hub.jobs.context import JobContext

log = logging.getLogger(__name__)


def check(context: JobContext, *, connection_id: str) -> dict[str, Any]:
    """Try what is to open a connection; once it is ready, hand it what was announced to it before."""
    outcome = checking.try_connection(context, UUID(connection_id))
    if outcome["status"] == "ready":
        with context.transaction() as session:
            connection = service.get(session, UUID(connection_id))
            webhooks.ask_if_waiting(session, connection.id)
        announcements.distribute(context, connection.plugin)
        announcements.pick_up(context, connection)
    return outcome


def handle_webhooks(
    context: JobContext, *, connection_id: str | None = None, connector: str | None = None
) -> dict[str, Any]:
    """Turn what was announced to a connection, or to the operator's app at a provider, into targeted reads."""
    if connector is not None:
        return announcements.distribute(context, connector)
    return announcements.handle(context, UUID(connection_id or ""))


def keep_alive(context: JobContext) -> dict[str, Any]:
    """Use grants that would die unused, tell of those that end soon, and clear away what nobody came back for."""
    now = datetime.now(UTC)
    with context.transaction() as session:
        dropped = candidates.drop_stale(session, context.vault, now)
        dropped += candidates.forget_left_over(session, context.vault)
        found = service.list_connections(session)
    with context.storage.hub() as hub:
        directory.forget_consents(hub, now)
    renewed = failed = 0
    for number, connection in enumerate(found):
        context.progress(number / len(found), f"Looking after {connection.name}")
        outcome = expiry.look_after(context, connection, now)
        renewed += outcome == "renewed"
        failed += outcome == "failed"
    return {"connections": len(found), "renewed": renewed, "failed": failed, "dropped": dropped}
