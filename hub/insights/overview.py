"""What the first page opens with, read at once: money per currency, whom to contact, and what needs a person.

Lean by design: each part is an index, an aggregate or what a run has left, so that it stays fast on large ledgers.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.connections import notices
from hub.forecasting import cash_reading
from hub.insights.aging import Aging, no_aging, overdue_on, read_aging
from hub.insights.collection import rolling_dso
from hub.insights.flows import read_months

MONTHS = 13
"""The running month, the twelve before it: of the last of these the figure is a year old."""
WEEKS, WEEKS_BACK = 13, 8
DAYS_BEFORE = 30
"""How long before the day the amount overdue is compared with."""
MOST_NOTICES = 20
DAYS_BROKEN = timedelta(days=7)
"""For how long a promise that was not kept is told of."""

_CUSTOMERS = text("select currency, count(*) as customers from agg_customer where open_invoices > 0 group by currency")
# Of every connection in use its newest run, where that did not end as it should.
_FAILED = text("""
    select c.id as connection_id, c.plugin, c.name, r.id as run_id, r.status, r.reason, r.rejected,
           coalesce(r.finished_at, r.heartbeat_at) as at
    from connections c cross join lateral (
        select id, status, reason, rejected, finished_at, heartbeat_at from sync_runs
        where connection_id = c.id and status <> 'running' order by started_at desc limit 1
    ) r
    where c.status not in ('paused', 'disconnected') and r.status in ('failed', 'suspicious', 'partial')
    order by at desc
""")
_CHAMPION = text("""
    select r.as_of, r.made_at, m.id as model_id, m.number, m.backend, m.backend_version, m.drift
    from forecast_runs r left join forecast_models m on m.id = r.model_id
    where r.id = (select max(id) from forecast_runs)
""")
_DISPUTES = text("""
    select count(*) as unresolved, count(*) filter (where due_on < :today) as late,
           count(*) filter (where read_at is not null and is_sure is not true and code_by is distinct from 'person')
               as "check",
           count(*) filter (where owner_id is null) as unassigned
    from disputes where status <> 'resolved'
""")
_REMINDERS = text("""
    select count(*) filter (where status = 'to_approve') as to_approve,
           count(*) filter (where status = 'uncertain') as uncertain,
           count(*) filter (where status = 'failed') as failed
    from reminders where status in ('to_approve', 'uncertain', 'failed')
""")
_BROKEN = text("select count(*) from promises where status in ('broken', 'partly_kept') and settled_at >= :since")
_PROGRESS = text("""
    select (select count(*) from connections where status <> 'disconnected') as connections,
           (select max(finished_at) from sync_runs where status in ('ok', 'partial', 'suspicious')) as last_synced_at,
           exists (select from invoices) as has_invoices, exists (select from forecast_runs) as has_forecast
""")


def read_currencies(session: Session, as_of: date) -> list[dict[str, Any]]:
    """Per currency, by code: what is open and overdue, by age, DSO over thirteen months, and the cash to come."""
    agings = {each.currency: each for each in read_aging(session, as_of, "due_on")}
    months = read_months(session, as_of, MONTHS)
    before = overdue_on(session, as_of - timedelta(days=DAYS_BEFORE))
    customers: dict[str, int] = {row.currency: row.customers for row in session.execute(_CUSTOMERS)}
    cash = cash_reading.cash_flow(session, by="week", horizon=WEEKS, back=WEEKS_BACK, beside=False)
    flows = cash["currencies"] if cash else {}
    return [
        _currency(
            agings.get(currency) or no_aging(as_of, currency),
            before=before.get(currency, Decimal(0)),
            customers=customers.get(currency, 0),
        )
        | {
            "dso": rolling_dso(months[currency][0]) if currency in months else None,
            "trend": [
                {"month": month.from_on, "to_on": month.to_on, "dso": month.rolling_dso}
                for month in reversed(months.get(currency, []))
            ],
            "cash": flows.get(currency),
        }
        for currency in sorted({*agings, *months, *flows})
    ]


def read_forecast(session: Session) -> dict[str, Any] | None:
    """Which forecast the figures come from, by which model; None before the first."""
    row = session.execute(_CHAMPION).one_or_none()
    if row is None:
        return None
    return {
        "as_of": row.as_of,
        "made_at": row.made_at,
        "model_id": row.model_id,
        "model": row.backend,
        "model_number": row.number,
        "model_version": row.backend_version,
        "alarms": (row.drift or {}).get("alarms", []),
    }


def read_attention(session: Session, today: date) -> dict[str, Any]:
    """What needs a person: notices, connections whose newest run did not end well, disputes, reminders, promises."""
    told = notices.list_notices(session, open=True, limit=MOST_NOTICES)
    known = {each["connection_id"] for each in told if each["kind"] in notices.MENDED_BY_A_RUN}
    failed = [dict(row._mapping) for row in session.execute(_FAILED)]
    return {
        "notices": [dict(each) for each in told],
        "runs": [each for each in failed if each["connection_id"] not in known],
        "disputes": dict(session.execute(_DISPUTES, {"today": today}).one()._mapping),
        "reminders": dict(session.execute(_REMINDERS).one()._mapping),
        "promises": {"broken": session.execute(_BROKEN, {"since": today - DAYS_BROKEN}).scalar_one()},
    }


def read_progress(session: Session) -> dict[str, Any]:
    """How far a new tenant has come: connected, read, forecast."""
    return dict(session.execute(_PROGRESS).one()._mapping)


def _currency(aging: Aging, *, before: Decimal, customers: int) -> dict[str, Any]:
    current = aging.bucket("current")
    return {
        "currency": aging.currency,
        "open": aging.open,
        "open_invoices": aging.invoices,
        "customers": customers,
        "overdue": aging.open - current.amount,
        "overdue_invoices": aging.invoices - current.invoices,
        "overdue_before": before,
        "unapplied": aging.unapplied,
        "buckets": aging.buckets,
    }
