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


def run_sync(context: JobContext, *, connection_id: str) -> dict[str, Any]:
    """Bring the ledger up to what a connection's provider holds."""
    return service.run(context, UUID(connection_id), now=datetime.now(UTC))


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
