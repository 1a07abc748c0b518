"""The work of this room, as workers do it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from hub.errors import InvalidError
from hub.jobs.context import JobContext
from hub.sdk.errors import ConfigError
from hub.storage.objects import Objects
from hub.sync import service


def run_sync(context: JobContext, *, connection_id: str, kind: str | None = None) -> dict[str, Any]:
    """Bring the ledger up to what a connection's provider holds; `kind` full reads everything anew."""
    return service.run(context, UUID(connection_id), kind, now=datetime.now(UTC))


def run_some(context: JobContext, *, connection_id: str, stream: str, external_ids: list[str]) -> dict[str, Any]:
    """Read single records again that a provider has announced."""
    return service.run_some(context, UUID(connection_id), stream, external_ids, now=datetime.now(UTC))


def request_increments(context: JobContext) -> dict[str, Any]:
    """Have what changed at the tenant's providers read."""
    return _request(context, "increment")


def request_fulls(context: JobContext) -> dict[str, Any]:
    """Have everything read anew from those of the tenant's providers where that was last done a week ago."""
    return _request(context, "full")


def _request(context: JobContext, kind: str) -> dict[str, Any]:
    with context.transaction() as session:
        asked = service.request_due(session, context.registry, kind, datetime.now(UTC))
    return {"requested": len(asked)}


def run_import(
    context: JobContext, *, connection_id: str, upload: str, options: dict[str, Any], name: str
) -> dict[str, Any]:
    """Import a file that was handed in. It is kept while the import may be tried again."""
    path = Path(upload)
    try:
        result = service.import_file(context, UUID(connection_id), path, options, name, now=datetime.now(UTC))
    except (InvalidError, ConfigError):
        Objects(context.settings).discard(path)
        raise
    Objects(context.settings).discard(path)
    return result
