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
# A ledger of a million invoices has as many predictions a night. Of weeks long past one run is kept, and of each
# invoice its first forecast: the track record asks for no more (track.py), and counts no month anew that is so old.
_BETWEEN = text("""
    delete from predictions where ctid = any(array(
        select p.ctid from predictions p join forecast_runs r on r.id = p.run_id
        where r.made_at < now() - interval '70 days' and r.id <> (select max(id) from forecast_runs)
            and r.id not in (
                select distinct on (date_trunc('week', made_at)) id from forecast_runs
                order by date_trunc('week', made_at), id
            )
            and exists (select from predictions e where e.invoice_id = p.invoice_id and e.run_id < p.run_id)
        limit :at_once
    ))
""")
_RUNS = text("""
    delete from forecast_runs r where made_at < :before and id <> (select max(id) from forecast_runs)
        and not exists (select from predictions p where p.run_id = r.id)
""")
_RISKS = text("""
    delete from customer_risk where ctid = any(array(
        select c.ctid from customer_risk c join risk_runs r on r.run_id = c.run_id
        where r.made_at < :before and r.run_id <> (select max(run_id) from risk_runs) limit :at_once
    ))
""")
_RISK_RUNS = text("""
    delete from risk_runs r where made_at < :before and run_id <> (select max(run_id) from risk_runs)
        and not exists (select from customer_risk c where c.run_id = r.run_id)
""")
_MODELS = text("""
    delete from forecast_models m where status <> 'champion' and trained_at < :before
        and file is null and not exists (select from forecast_runs r where r.model_id = m.id)
        and not exists (select from risk_runs r where r.model_id = m.id)
        and not exists (select from forecast_scores s where s.model_id = m.id)
""")


def forget_superseded(session: Session, before: datetime, at_once: int) -> int:
    """Delete up to `at_once` predictions of superseded runs made before an instant, emptied runs, and idle models.

    And, however long the rest is kept, those between the weekly ones of months that are past. Models that the track
    record names stay, as records without a file.
    """
    values = {"before": before, "at_once": at_once}
    count = session.execute(_PREDICTIONS, values).rowcount  # type: ignore[attr-defined]
    count += session.execute(_BETWEEN, {"at_once": at_once}).rowcount  # type: ignore[attr-defined]
    count += session.execute(_RISKS, values).rowcount  # type: ignore[attr-defined]
    for emptied in (_RUNS, _RISK_RUNS):
        count += session.execute(emptied, {"before": before}).rowcount  # type: ignore[attr-defined]
    return int(count + session.execute(_MODELS, {"before": before}).rowcount)  # type: ignore[attr-defined]
