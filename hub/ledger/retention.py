"""How long the ledger keeps records as they came. Its own rows and their history stay."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.ledger.statements import TABLES

# No version is made and no hash changes: what the ledger says stays the same.
_FORGET = """
    update {table} set raw = null where id in (
        select id from {table} where raw is not null and recorded_at < :before limit :at_once for update skip locked
    )
"""
_FORGET_VERSIONS = text("""
    update ledger_versions v set row = v.row - 'raw' from (
        select entity, id, recorded_at from ledger_versions
        where row ? 'raw' and recorded_at < :before limit :at_once for update skip locked
    ) old where (v.entity, v.id, v.recorded_at) = (old.entity, old.id, old.recorded_at)
""")


_FORGET_SAID = text("""
    update promises set note = null, made_by = null where id in (
        select id from promises where settled_at < :before and (note is not null or made_by is not null)
        limit :at_once for update skip locked
    )
""")


def forget_said(session: Session, before: datetime, at_once: int) -> int:
    """Forget what was said with up to `at_once` promises that ended before an instant, and by whom; how many."""
    gone = session.execute(_FORGET_SAID, {"before": before, "at_once": at_once})
    return int(gone.rowcount)  # type: ignore[attr-defined]


def forget_raw(session: Session, before: datetime, at_once: int) -> int:
    """Forget up to `at_once` of each table's records as they came, of those from before an instant; how many."""
    values = {"before": before, "at_once": at_once}
    count = 0
    for statement in (*(text(_FORGET.format(table=table.name)) for table in TABLES.values()), _FORGET_VERSIONS):
        count += session.execute(statement, values).rowcount  # type: ignore[attr-defined]
    return count
