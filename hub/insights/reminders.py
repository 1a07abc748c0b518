"""What became of reminders: sent, delivered, answered, paid after; and what they changed, by the lot.

Paid after says what followed, not what caused it: most invoices are paid anyway. What reminders change is told by
`uplift` alone, against invoices that were held back by lot (hub/reminders/uplift.py).
"""

from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.ledger import promises
from hub.reminders import uplift

_SENT = """
    with told as (
        select r.id, r.stage, r.kind, r.sent_at, r.delivery, r.replied_at, r.status,
            date_trunc('month', r.sent_at at time zone :zone)::date as month
        from reminders r
        where r.status = 'sent' and r.sent_at >= cast(:first as timestamp) at time zone :zone
    ),
    asked as (
        select t.*, i.status as invoice_status,
            i.paid_on - (t.sent_at at time zone :zone)::date as paid_after,
            extract(epoch from cast(:now as timestamptz) - t.sent_at) / 86400 as age
        from told t join reminder_items x on x.reminder_id = t.id and x.dropped is null
        join invoices i on i.id = x.invoice_id
        where t.delivery is distinct from 'bounced'
            and i.status not in ('void', 'deleted', 'credited', 'written_off')
    )
"""
_FIGURES = """
    count(*) as sent,
    count(*) filter (where delivery in ('delivered', 'complained') or replied_at is not null) as delivered,
    count(*) filter (where delivery = 'bounced') as bounced,
    count(*) filter (where delivery = 'complained') as complained,
    count(*) filter (where replied_at is not null) as replied
"""
_ALL = text(f"{_SENT} select {_FIGURES} from told")
_MONTHS = text(f"""{_SENT},
    months as (
        select generate_series(cast(:first as date), cast(:today as date), interval '1 month')::date as month
    )
    select months.month, count(t.id) as sent,
        count(t.id) filter (where t.delivery = 'bounced') as bounced,
        count(t.id) filter (where t.replied_at is not null) as replied
    from months left join told t on t.month = months.month group by months.month order by months.month
""")
_STAGES = text(f"{_SENT} select stage, {_FIGURES} from told group by stage order by stage nulls last")
_PAID = text(f"""{_SENT}
    select span, count(*) filter (where age >= span) as invoices,
        count(*) filter (where age >= span and invoice_status = 'paid' and paid_after between 0 and span) as paid
    from asked cross join unnest(cast(:spans as int[])) span group by span order by span
""")


def read_reminders(session: Session, first: date, today: date, now: datetime, zone: str) -> dict[str, Any]:
    """The figures of what was sent from a day on, in the tenant's zone. Rates are None where nothing is old enough."""
    values = {"first": first, "today": today, "zone": zone, "now": now, "spans": list(uplift.SPANS)}
    total = dict(session.execute(_ALL, values).mappings().one())
    kept = promises.counted(session, since=datetime.combine(first, time.min, ZoneInfo(zone)))
    paid = {row.span: row for row in session.execute(_PAID, values)}
    return {
        "from": first,
        "to": today,
        **total,
        "paid_within": [_paid(span, paid.get(span)) for span in uplift.SPANS],
        "months": [dict(row) for row in session.execute(_MONTHS, values).mappings()],
        "stages": [dict(row) for row in session.execute(_STAGES, values).mappings()],
        "promises": asdict(kept) | {"p_kept": kept.p_kept},
        "uplift": _uplift(uplift.measure(uplift.read_outcomes(session, now))),
    }


def _paid(span: int, row: Any) -> dict[str, Any]:
    invoices, paid = (row.invoices, row.paid) if row else (0, 0)
    return {"days": span, "invoices": invoices, "paid": paid, "p_paid": paid / invoices if invoices else None}


def _uplift(found: uplift.Uplift) -> dict[str, Any]:
    return {
        "days_gained": found.days_gained,
        "low": found.low,
        "high": found.high,
        "is_clear": found.is_clear,
        "why": found.why,
        "arms": [
            {
                "arm": name,
                "invoices": arm.invoices,
                "customers": arm.customers,
                "days_open": None if arm.days_open is None else round(arm.days_open, 2),
                "paid_within": [
                    {"days": span, "p_paid": share if arm.invoices else None} for span, share in arm.paid_within.items()
                ],
            }
            for name, arm in (("reminded", found.reminded), ("held_back", found.held_back))
        ],
    }
