"""What customers object to: how much by reason, how long it takes, how it ends, and whom and what it comes from.

Amounts are per currency, in that currency: what is disputed, where nobody said how much what is open of the invoice, or
its total once the dispute has ended. Time to resolution is from opening to resolving, in days.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.disputes.groups import GROUP_OF

MOST_CAUSES = 10
DECIDED = ("valid_credited", "partly_valid", "invalid_upheld")
"""Outcomes that say who was right; the others (withdrawn, goodwill, expired) count neither as won nor as lost."""

# Also what was opened before and is still open or ended within the time. `at` is in the tenant's zone.
_DISPUTES = """
    with told as (
        select d.id, d.code, d.product, d.customer_id, c.name as customer_name, d.outcome,
               d.status <> 'resolved' as is_open, d.due_on, coalesce(d.currency, i.currency) as currency,
               coalesce(d.amount, case when d.status = 'resolved' then i.total else greatest(i.balance, 0) end)
                   as amount,
               (d.opened_at at time zone :zone)::date as opened_on,
               (d.resolved_at at time zone :zone)::date as resolved_on,
               extract(epoch from d.resolved_at - d.opened_at) / 86400.0 as days
        from disputes d left join invoices i on i.id = d.invoice_id left join customers c on c.id = d.customer_id
        where d.status <> 'resolved' or d.resolved_at >= cast(:first as timestamp) at time zone :zone
           or d.opened_at >= cast(:first as timestamp) at time zone :zone
    )
"""
_FIGURES = """
    count(*) as count, count(*) filter (where is_open) as unresolved,
    count(*) filter (where is_open and due_on < :today) as late,
    count(resolved_on) as resolved,
    percentile_cont(0.5) within group (order by days) filter (where resolved_on is not null) as median_days,
    count(*) filter (where outcome = any(:decided)) as decided,
    count(*) filter (where outcome = 'invalid_upheld') as won,
    count(*) filter (where outcome = 'partly_valid') as partly_won
"""
_ALL = text(f"{_DISPUTES} select {_FIGURES} from told")
_BY_CODE = text(f"{_DISPUTES} select code, {_FIGURES} from told group by code order by count(*) desc, code")
_AMOUNTS_BY_CODE = text(f"""{_DISPUTES}
    select code, currency, sum(amount) as amount, coalesce(sum(amount) filter (where is_open), 0) as open_amount
    from told where currency is not null group by code, currency order by code, currency
""")
_TOTAL_AMOUNTS = text(f"""{_DISPUTES}
    select currency, sum(amount) as amount, coalesce(sum(amount) filter (where is_open), 0) as open_amount
    from told where currency is not null group by currency order by currency
""")
_MONTHS = text(f"""{_DISPUTES},
    months as (
        select generate_series(cast(:first as date), cast(:today as date), interval '1 month')::date as month
    )
    select month,
           (select count(*) from told where date_trunc('month', opened_on) = month) as opened,
           (select count(*) from told where date_trunc('month', resolved_on) = month) as resolved
    from months order by month
""")
_OUTCOMES = text(f"{_DISPUTES} select outcome, count(*) as count from told where outcome is not null group by outcome")


def _causes(by: str) -> str:
    """Per customer or product and currency, what is disputed most first; its commonest reason beside it."""
    return f"""{_DISPUTES},
    summed as (
        select {by}, currency, count(*) as count, sum(amount) as amount,
               mode() within group (order by code) as main_code
        from told where {by} is not null and currency is not null group by {by}, currency
    )
    select * from (
        select *, row_number() over (partition by currency order by amount desc nulls last, count desc, {by}) as place
        from summed
    ) ranked where place <= :most order by currency, place
    """


_CUSTOMERS = text(f"""
    select ranked.*, c.name as customer_name from ({_causes("customer_id")}) ranked
    left join customers c on c.id = ranked.customer_id order by ranked.currency, ranked.place
""")
_PRODUCTS = text(_causes("product"))


def read_disputes(session: Session, first: date, today: date, zone: str) -> dict[str, Any]:
    """Of the disputes that were opened, open or resolved from `first`, the first day of a month, up to `today`.

    `zone` is the tenant's time zone, in whose days it is counted.
    """
    known = {"first": first, "today": today, "zone": zone, "decided": list(DECIDED), "most": MOST_CAUSES}

    def rows(statement: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in session.execute(statement, known).mappings()]

    amounts: dict[str | None, list[dict[str, Any]]] = {}
    for row in rows(_AMOUNTS_BY_CODE):
        amounts.setdefault(row["code"], []).append(_amount(row))
    return {
        "from_on": first,
        "to_on": today,
        "totals": _figures(rows(_ALL)[0]) | {"amounts": [_amount(row) for row in rows(_TOTAL_AMOUNTS)]},
        "by_code": [
            {"code": row["code"], "group": GROUP_OF.get(row["code"] or ""), "amounts": amounts.get(row["code"], [])}
            | _figures(row)
            for row in rows(_BY_CODE)
        ],
        "by_month": rows(_MONTHS),
        "outcomes": rows(_OUTCOMES),
        "customers": rows(_CUSTOMERS),
        "products": rows(_PRODUCTS),
    }


def _figures(row: Mapping[str, Any]) -> dict[str, Any]:
    """Counts; the median days to resolution, None while none has ended; and of those that ended with somebody right the
    share in which the invoice stood whole, None where none did."""
    names = ("count", "unresolved", "late", "resolved", "decided", "won", "partly_won")
    days, decided = row["median_days"], row["decided"]
    return {name: row[name] for name in names} | {
        "median_days": None if days is None else round(float(days), 1),
        "share_won": row["won"] / decided if decided else None,
    }


def _amount(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"currency": row["currency"], "amount": row["amount"] or Decimal(0), "open_amount": row["open_amount"]}
