"""What the daily aggregates say of a period: sums of flows, and the receivable on any day by adding all days up to it.

Net credit sales are invoices issued less credit memos issued, gross of tax as the invoices are. The receivable is open
invoices less unapplied credit memos and unapplied cash.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.insights.figures import days_of_sales

ROLLING_DAYS = 90
"""The period of a rolling DSO."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """One currency from `from_on` to `to_on`, both included: receivable before and after, and what changed it.

    `mean_receivable` is the average of the days' closing receivables.
    """

    currency: str
    from_on: date
    to_on: date
    opening: Decimal
    billed: Decimal
    credited: Decimal
    paid: Decimal
    written_off: Decimal
    closing: Decimal
    mean_receivable: Decimal

    @property
    def days(self) -> int:
        """Days of the period."""
        return (self.to_on - self.from_on).days + 1

    @property
    def sales(self) -> Decimal:
        """Net credit sales."""
        return self.billed - self.credited


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One currency in one calendar month up to `to_on`: its flows, and what they left receivable.

    `trailing_sales` are the net credit sales of the `trailing_days` that end with it.
    """

    currency: str
    from_on: date
    to_on: date
    billed: Decimal
    credited: Decimal
    paid: Decimal
    written_off: Decimal
    receivable: Decimal
    trailing_sales: Decimal
    trailing_days: int

    @property
    def days(self) -> int:
        """Days of the month that have passed."""
        return (self.to_on - self.from_on).days + 1

    @property
    def sales(self) -> Decimal:
        """Net credit sales."""
        return self.billed - self.credited

    @property
    def rolling_dso(self) -> Decimal | None:
        """The receivable in days of the trailing sales, to two places; None without any."""
        days = days_of_sales(self.receivable, self.trailing_sales, self.trailing_days)
        return None if days is None else round(days, 2)


def read_flows(session: Session, from_on: date, to_on: date) -> list[Flows]:
    """The period's flows per currency, by currency code."""
    rows = session.execute(_FLOWS, {"from_on": from_on, "to_on": to_on}).mappings()
    return [Flows(from_on=from_on, to_on=to_on, **row) for row in rows]


def read_months(session: Session, as_of: date, months: int) -> dict[str, list[Month]]:
    """The last `months` calendar months to `as_of` per currency, newest first; none before its first day."""
    values = {"as_of": as_of, "months": months, "rolling_days": ROLLING_DAYS}
    found: dict[str, list[Month]] = {}
    row: Any
    for row in session.execute(_MONTHS, values).mappings():
        found.setdefault(row["currency"], []).append(Month(**row))
    return found


_FLOWS = text("""
    select currency,
           coalesce(sum(net) filter (where day < :from_on), 0) as opening,
           coalesce(sum(billed) filter (where day >= :from_on), 0) as billed,
           coalesce(sum(credited) filter (where day >= :from_on), 0) as credited,
           coalesce(sum(paid) filter (where day >= :from_on), 0) as paid,
           coalesce(sum(written_off) filter (where day >= :from_on), 0) as written_off,
           sum(net) as closing,
           round(sum(net * (cast(:to_on as date) - greatest(day, :from_on) + 1))
                 / (cast(:to_on as date) - :from_on + 1), 4) as mean_receivable
    from (select *, billed - credited - paid - written_off - on_account as net from agg_day where day <= :to_on) days
    group by currency order by currency
""")

# Days before the first of the months are one sum, its opening balance; months without any day come in as zeros.
_MONTHS = text("""
    with months as (
        select month::date as from_on, least((month + interval '1 month')::date - 1, cast(:as_of as date)) as to_on
        from generate_series(
            date_trunc('month', cast(:as_of as timestamp)) - make_interval(months => :months - 1),
            cast(:as_of as timestamp), interval '1 month'
        ) month
    ),
    sums as (
        select currency, from_on, sum(billed) as billed, sum(credited) as credited, sum(paid) as paid,
               sum(written_off) as written_off,
               sum(sum(billed - credited - paid - written_off - on_account))
                   over (partition by currency order by from_on) as receivable
        from (
            select currency, greatest(date_trunc('month', day)::date, (select min(from_on) - 1 from months)) as from_on,
                   billed, credited, paid, written_off, on_account
            from agg_day where day <= :as_of
            union all
            select currency, from_on, 0, 0, 0, 0, 0
            from (select currency, min(day) as first_on from agg_day where day <= :as_of group by currency) currencies
            join months on to_on >= first_on
        ) days
        group by currency, from_on
    )
    select currency, from_on, to_on, billed, credited, paid, written_off, receivable,
           coalesce(last_days.sales, 0) as trailing_sales, cast(:rolling_days as int) as trailing_days
    from sums join months using (from_on)
    left join lateral (
        select sum(billed - credited) as sales from agg_day
        where agg_day.currency = sums.currency and day > to_on - :rolling_days and day <= to_on
    ) last_days on true
    order by currency, from_on desc
""")
