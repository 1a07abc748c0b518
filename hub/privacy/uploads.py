"""Files that were handed in and are in nobody's way any more: what a failed import left, or one that never ran."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from hub.jobs import service as jobs
from hub.privacy.exports import PREFIX
from hub.settings import Settings
from hub.storage.objects import Objects


def kept_uploads(settings: Settings, tenant: str) -> list[Path]:
    """A tenant's files that were handed in, in the order of their names."""
    return [path for path in Objects(settings).files(tenant) if not path.name.startswith(PREFIX)]


ARRIVING = timedelta(minutes=2)
"""A younger file may belong to a request that has not handed in its work yet."""


def discard_unused(session: Session, settings: Settings, tenant: str, before: datetime) -> int:
    """Delete the tenant's files from before an instant that no unfinished work needs; how many. A hub session.

    A file in use is deleted by its own work once that is done.
    """
    needed = jobs.unfinished_payloads(session, tenant)
    count = 0
    for path in kept_uploads(settings, tenant):
        is_old = path.stat().st_mtime < before.timestamp()
        if is_old and not any(path.name in payload for payload in needed):
            Objects(settings).discard(path)
            count += 1
    return count
