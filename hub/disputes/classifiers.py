"""A tenant's versions of its dispute classifier: which one reads, which did, and which were not good enough.

At most one is champion. Without one, the head that comes with the backend reads: number 0.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from hub.disputes.models import dispute_classifiers
from hub.errors import ConflictError, InvalidError
from hub.storage import audit

_TABLE = dispute_classifiers
_SHOWN = [column for column in _TABLE.c if column.name != "blob"]


def versions(session: Session) -> list[dict[str, Any]]:
    """All that were learnt, newest first, without what they learnt."""
    rows = session.execute(select(*_SHOWN).order_by(_TABLE.c.number.desc())).mappings()
    return [dict(row) for row in rows]


def newest(session: Session, backend: str, version: str) -> Row[Any] | None:
    """The last that was learnt on this version of the backend, whatever became of it."""
    query = select(*_SHOWN).where(_TABLE.c.backend == backend, _TABLE.c.backend_version == version)
    return session.execute(query.order_by(_TABLE.c.number.desc()).limit(1)).one_or_none()


def store(
    session: Session,
    *,
    backend: str,
    backend_version: str,
    is_better: bool,
    reason: str,
    labels: int,
    scores: Mapping[str, Any],
    blob: bytes,
    now: datetime,
) -> int:
    """Keep what was learnt, as champion where it is better; its number."""
    if is_better:
        _retire(session, reason, now)
    status = "champion" if is_better else "rejected"
    values = {
        "backend": backend,
        "backend_version": backend_version,
        "status": status,
        "reason": reason,
        "labels": labels,
        "scores": dict(scores),
        "blob": blob,
        "sha256": hashlib.sha256(blob).hexdigest(),
        "created_at": now,
        "changes": [_change(status, reason, now)],
    }
    return int(session.execute(insert(_TABLE).values(**values).returning(_TABLE.c.number)).scalar_one())


def roll_back(session: Session, number: int, now: datetime) -> None:
    """Have an earlier version read again (0: the head that comes with the backend).

    Raises InvalidError for one that there is not, and ConflictError where it reads already or never did.
    """
    champion = session.scalar(select(_TABLE.c.number).where(_TABLE.c.status == "champion").with_for_update())
    if number == (champion or 0):
        raise ConflictError("This version reads already.")
    row = None
    if number:
        row = session.execute(select(*_SHOWN).where(_TABLE.c.number == number).with_for_update()).one_or_none()
        if row is None:
            message = f"There is no version {number} of the classifier."
            raise InvalidError(message, fields={"number": "One of those that /api/dispute-classifiers lists, or 0."})
        if row.status != "retired":
            raise ConflictError(f"Version {number} was never in use: it was not better than the one in use then.")
    why = f"Rolled back to version {number}." if number else "Rolled back to the classifier as it comes."
    _retire(session, why, now)
    if row is not None:
        changes = [*row.changes, _change("champion", why, now)]
        session.execute(update(_TABLE).where(_TABLE.c.number == number).values(status="champion", changes=changes))


def _retire(session: Session, why: str, now: datetime) -> None:
    row = session.execute(select(*_SHOWN).where(_TABLE.c.status == "champion").with_for_update()).one_or_none()
    if row is not None:
        changes = [*row.changes, _change("retired", why, now)]
        session.execute(update(_TABLE).where(_TABLE.c.number == row.number).values(status="retired", changes=changes))


def _change(status: str, why: str, now: datetime) -> dict[str, Any]:
    actor = audit.actor()
    return {"at": now.isoformat(), "status": status, "why": why, "by_kind": actor.kind, "by_id": actor.id}
