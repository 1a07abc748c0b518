"""How long forecasts are kept that a newer one has superseded."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

# The newest prediction of an invoice is what its page shows, also once it is paid; what counts is the run's age.
_PREDICTIONS = text("""
    delete from predictions where ctid = any(array(
        select p.ctid from predictions p join forecast_runs r on r.id = p.run_id
        where r.made_at < :before and r.id <> (select max(id) from forecast_runs) limit :at_once
    ))
""")
_RUNS = text("""
    delete from forecast_runs r where made_at < :before and id <> (select max(id) from forecast_runs)
        and not exists (select from predictions p where p.run_id = r.id)
""")
_MODELS = text("""
    delete from forecast_models m where status <> 'champion' and trained_at < :before
        and not exists (select from forecast_runs r where r.model_id = m.id)
""")


def forget_superseded(session: Session, before: datetime, at_once: int) -> int:
    """Delete up to `at_once` predictions of superseded runs made before an instant, emptied runs, and idle models."""
    values = {"before": before, "at_once": at_once}
    count = session.execute(_PREDICTIONS, values).rowcount  # type: ignore[attr-defined]
    count += session.execute(_RUNS, {"before": before}).rowcount  # type: ignore[attr-defined]
    return int(count + session.execute(_MODELS, {"before": before}).rowcount)  # type: ignore[attr-defined]
