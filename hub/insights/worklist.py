"""Whom to speak to first: one row per customer, because people pay by run and not by invoice."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistRow:
    """A customer's undisputed overdue invoices of one currency. `rank` counts within the currency, from 1.

    `delayed` is the sum of balance times days overdue, in thirty-day months: money-months that the customer has taken.
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
    """The first `limit` customers of each currency by overdue balance; equal ones by the oldest due date.

    Balances are today's; `as_of` says how late they are.
    """
    rows = session.execute(_OVERDUE, {"as_of": as_of, "limit": limit}).mappings()
    return [WorklistRow(**row) for row in rows]


_OVERDUE = text("""
    select rank, customer_id, coalesce(customers.name, customer_id::text) as customer_name, ranked.currency, overdue,
           invoices, oldest_due_on, :as_of - oldest_due_on as days_overdue, delayed
    from (
        select customer_id, currency, sum(balance) as overdue, count(*) as invoices, min(due_on) as oldest_due_on,
               round(sum(balance * (:as_of - due_on)) / 30, 4) as delayed,
               row_number() over (
                   partition by currency order by sum(balance) desc, min(due_on), customer_id
               ) as rank
        from invoices
        where balance > 0 and due_on < :as_of and disputed is not true
        group by customer_id, currency
    ) ranked
    left join customers on customers.id = customer_id
    where rank <= :limit
    order by ranked.currency, rank
""")
