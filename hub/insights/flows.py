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
        """The receivable in days of the trailing sales; None without any."""
        return days_of_sales(self.receivable, self.trailing_sales, self.trailing_days)


def read_flows(session: Session, from_on: date, to_on: date) -> list[Flows]:
    """The period's flows per currency, by currency code."""
    rows = session.execute(_FLOWS, {"from_on": from_on, "to_on": to_on}).mappings()
    return [Flows(from_on=from_on, to_on=to_on, **row) for row in rows]


def read_months(session: Session, as_of: date, months: int, trailing_days: int) -> dict[str, list[Month]]:
    """The last `months` calendar months to `as_of` per currency, newest first; none before its first day."""
    values = {"as_of": as_of, "months": months, "trailing_days": trailing_days}
    found: dict[str, list[Month]] = {}
    row: Any
    for row in session.execute(_MONTHS, values).mappings():
        found.setdefault(row["currency"], []).append(Month(trailing_days=trailing_days, **row))
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

_MONTHS = text("""
    with months as (
        select month::date as from_on, least((month + interval '1 month')::date - 1, cast(:as_of as date)) as to_on
        from generate_series(
            date_trunc('month', cast(:as_of as timestamp)) - make_interval(months => :months - 1),
            cast(:as_of as timestamp), interval '1 month'
        ) month
    )
    select currency, from_on, to_on,
           coalesce(sum(billed) filter (where day >= from_on), 0) as billed,
           coalesce(sum(credited) filter (where day >= from_on), 0) as credited,
           coalesce(sum(paid) filter (where day >= from_on), 0) as paid,
           coalesce(sum(written_off) filter (where day >= from_on), 0) as written_off,
           sum(billed - credited - paid - written_off - on_account) as receivable,
           coalesce(sum(billed - credited) filter (where day > to_on - :trailing_days), 0) as trailing_sales
    from months join agg_day on day <= to_on
    group by currency, from_on, to_on
    order by currency, from_on desc
""")
