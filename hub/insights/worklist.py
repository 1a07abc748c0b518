"""Whom to speak to first: one row per customer, because people pay by run and not by invoice."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistRow:
    """A customer's undisputed invoices of one currency that are late or expected to be. `rank` counts from 1 in each.

    `overdue` is what of them is past due, `days_overdue` how long the oldest is. `delayed` is the expected delayed
    cash: each balance times the thirty-day months by which its payment is expected to miss the due date.
    """

    rank: int
    customer_id: UUID
    customer_name: str
    currency: str
    overdue: Decimal
    invoices: int
    oldest_due_on: date
    days_overdue: int
    delayed: Decimal


def read_worklist(session: Session, as_of: date, limit: int) -> list[WorklistRow]:
    """The first `limit` customers of each currency by expected delayed cash; equal ones by amount, then by age.

    Balances are today's. Invoices without a forecast, or expected before `as_of`, count as if paid on `as_of`.
    """
    rows = session.execute(_EXPECTED, {"as_of": as_of, "limit": limit}).mappings()
    return [WorklistRow(**row) for row in rows]


_EXPECTED = text("""
    with late as (
        select customer_id, currency, balance, due_on,
               greatest(coalesce(expected_on, :as_of), :as_of) - due_on as days_late
        from invoices left join predictions on run_id = (select max(id) from forecast_runs) and invoice_id = id
        where balance > 0 and disputed is not true and issued_on <= :as_of
    ),
    ranked as (
        select customer_id, currency, coalesce(sum(balance) filter (where due_on < :as_of), 0) as overdue,
               count(*) as invoices, min(due_on) as oldest_due_on, round(sum(balance * days_late) / 30, 4) as delayed,
               row_number() over (
                   partition by currency
                   order by sum(balance * days_late) desc, sum(balance) desc, min(due_on), customer_id
               ) as rank
        from late where days_late > 0
        group by customer_id, currency
    )
    select rank, customer_id, coalesce(customers.name, customer_id::text) as customer_name, ranked.currency, overdue,
           invoices, oldest_due_on, greatest(:as_of - oldest_due_on, 0) as days_overdue, delayed
    from ranked left join customers on customers.id = customer_id
    where rank <= :limit
    order by ranked.currency, rank
""")
