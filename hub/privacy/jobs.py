"""The work of this room, as workers do it."""

from datetime import UTC, datetime
from typing import Any

from hub.jobs.context import JobContext
from hub.privacy import exports, retention
from hub.storage import audit


def export(context: JobContext) -> dict[str, Any]:
    """Write everything of the tenant to a file that its admin can download for some days."""
    now = datetime.now(UTC)
    path = exports.export_path(context.settings, context.tenant, context.work_id)
    path.unlink(missing_ok=True)  # of an earlier attempt
    manifest = exports.write_export(context.storage, context.tenant, path, now, context.progress)
    result = {
        "download": f"/api/privacy/exports/{context.work_id}",
        "expires_at": (now + exports.KEPT).isoformat(),
        "bytes": path.stat().st_size,
        "files": len(manifest["files"]),
        "rows": sum(each["rows"] or 0 for each in manifest["files"]),
    }
    with context.transaction() as session:
        audit.record(session, "export.made", "export", context.work_id, after=result)
    return result


def retain(context: JobContext) -> dict[str, int]:
    """Let go of what the tenant has kept for long enough."""
    return retention.retain(context, datetime.now(UTC))
