"""How long syncs keep their outcomes and what they could not use."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

_REJECTS = text("""
    delete from sync_rejects where id in (
        select r.id from sync_rejects r left join sync_runs s on s.id = r.run_id
        where s.id is null or s.started_at < :before limit :at_once
    )
""")
# A run is judged against the one before it, so the newest of each connection stays, however it ended.
_RUNS = text("""
    delete from sync_runs where id in (
        select id from (
            select id, started_at, status, row_number() over (
                partition by connection_id, kind = 'some', status in ('ok', 'partial', 'suspicious')
                order by started_at desc
            ) as place from sync_runs
        ) ranked
        where place > 1 and status not in ('running', 'waiting') and started_at < :before limit :at_once
    )
""")


def forget_rejects(session: Session, before: datetime, at_once: int) -> int:
    """Delete up to `at_once` rows that runs begun before an instant could not use; how many."""
    values = {"before": before, "at_once": at_once}
    return int(session.execute(_REJECTS, values).rowcount)  # type: ignore[attr-defined]


def forget_runs(session: Session, before: datetime, at_once: int) -> int:
    """Delete up to `at_once` runs begun before an instant; how many. Their rejects go with `forget_rejects`."""
    return int(session.execute(_RUNS, {"before": before, "at_once": at_once}).rowcount)  # type: ignore[attr-defined]
