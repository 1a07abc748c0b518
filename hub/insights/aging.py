"""Aged receivables: what is open on a day, by how late or how old it is, per currency.

Two ways to the same figures. When the ledger holds nothing dated later than the day asked for, today's balances are
that day's balances, and a partial covering index answers. Else every open amount is worked out again from the
allocations active on that day; today's balance put into an old day's bucket would be wrong.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

Basis = Literal["due_on", "issued_on"]

LABELS: dict[str, tuple[str, ...]] = {
    "due_on": ("current", "1-30", "31-60", "61-90", "91+"),
    "issued_on": ("0-30", "31-60", "61-90", "91+"),
}
"""The buckets of each basis: whole days past due, where due today is current, or whole days since issue."""

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """The invoices of one age: their open amount and how many they are."""

    label: str
    amount: Decimal
    invoices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Aging:
    """Receivables of one currency on `as_of`, of all customers or of one.

    `unapplied` is money and credit received that settles no invoice yet; it is shown beside the buckets, never taken
    off them.
    """

    as_of: date
    basis: Basis
    currency: str
    customer_id: UUID | None
    buckets: tuple[Bucket, ...]
    unapplied: Decimal

    @property
    def open(self) -> Decimal:
        """All open invoices."""
        return sum((bucket.amount for bucket in self.buckets), NOTHING)

    @property
    def balance(self) -> Decimal:
        """What customers owe on the whole: open invoices less unapplied credit; negative when they are in credit."""
        return self.open - self.unapplied

    @property
    def invoices(self) -> int:
        """How many invoices are open."""
        return sum(bucket.invoices for bucket in self.buckets)

    def bucket(self, label: str) -> Bucket:
        """The bucket of that label."""
        return next(bucket for bucket in self.buckets if bucket.label == label)


def read_aging(session: Session, as_of: date, basis: Basis, customer_id: UUID | None = None) -> list[Aging]:
    """Aging per currency, by currency code; currencies with nothing open and nothing unapplied are left out."""
    sql = _cells(session, as_of, basis, customer="cast(null as uuid)", of_customer=customer_id is not None)
    values = {"as_of": as_of} | ({} if customer_id is None else {"customer_id": customer_id})
    return _assemble(session.execute(text(sql), values), as_of, basis, customer_id)


def read_aging_by_customer(session: Session, as_of: date, basis: Basis, limit: int) -> list[Aging]:
    """Aging of the `limit` customers of each currency with the largest open amounts, largest first."""
    sql = _LARGEST.format(cells=_cells(session, as_of, basis, customer="customer_id", of_customer=False))
    rows = session.execute(text(sql), {"as_of": as_of, "limit": limit})
    return [
        aging
        for (_, customer), own in groupby(rows, key=lambda row: (row.currency, row.customer_id))
        for aging in _assemble(own, as_of, basis, customer)
    ]


def overdue_on(session: Session, day: date) -> dict[str, Decimal]:
    """What was past due at the end of a day, by currency: what the aging of that day says, without the rest of it."""
    rows = session.execute(_OVERDUE, {"as_of": day})
    return {row.currency: row.amount for row in rows}


def no_aging(as_of: date, currency: str) -> Aging:
    """Aging by due date of a currency in which nothing is open."""
    return _aging({}, as_of, "due_on", currency, None)


def nothing_later(session: Session, as_of: date) -> bool:
    """Whether the ledger holds no document or allocation dated after `as_of`."""
    return not session.execute(_LATER, {"as_of": as_of}).scalar_one()


def _cells(session: Session, as_of: date, basis: Basis, *, customer: str, of_customer: bool) -> str:
    template = _TODAY if nothing_later(session, as_of) else _PAST
    condition = "and customer_id = :customer_id" if of_customer else ""
    return template.format(customer=customer, of_customer=condition, bucket=_BUCKETS[basis])


def _assemble(rows: Iterable[Any], as_of: date, basis: Basis, customer_id: UUID | None) -> list[Aging]:
    """One Aging per currency of rows (currency, bucket, amount, invoices); a bucket of None is unapplied credit."""
    cells: dict[str, dict[int | None, Any]] = defaultdict(dict)
    for row in rows:
        cells[row.currency][row.bucket] = row
    return [_aging(cell, as_of, basis, currency, customer_id) for currency, cell in sorted(cells.items())]


def _aging(
    cells: Mapping[int | None, Any], as_of: date, basis: Basis, currency: str, customer_id: UUID | None
) -> Aging:
    def bucket(number: int, label: str) -> Bucket:
        cell = cells.get(number)
        return Bucket(label=label, amount=cell.amount if cell else NOTHING, invoices=cell.invoices if cell else 0)

    return Aging(
        as_of=as_of,
        basis=basis,
        currency=currency,
        customer_id=customer_id,
        buckets=tuple(bucket(number, label) for number, label in enumerate(LABELS[basis])),
        unapplied=cells[None].amount if None in cells else NOTHING,
    )


# All dated things have a row on their day, if only of zeros, but for credit memos set against invoices: the memo counts
# on the day it was issued.
_LATER = text("""
    select exists (select from agg_day where day > :as_of) or exists (
        select from credit_memos join allocations on source_id = credit_memos.id
        where applied_on > :as_of or reversed_on > :as_of
    )
""")

_BUCKETS: dict[str, str] = {
    "due_on": "case when due_on >= :as_of then 0 when due_on >= :as_of - 30 then 1 when due_on >= :as_of - 60 then 2"
    " when due_on >= :as_of - 90 then 3 else 4 end",
    "issued_on": "case when issued_on >= :as_of - 30 then 0 when issued_on >= :as_of - 60 then 1"
    " when issued_on >= :as_of - 90 then 2 else 3 end",
}

# What the aggregates know of open balances beyond the open invoices is negative: invoices settled with more than their
# total. The excess is credit like any other.
_TODAY = """
    with open as (
        select {customer} as customer_id, currency, {bucket} as bucket, sum(balance) as amount, count(*) as invoices
        from invoices where balance > 0 {of_customer}
        group by 1, 2, 3
    ),
    credit as (
        select customer_id, currency, unapplied from payments where unapplied <> 0 {of_customer}
        union all
        select customer_id, currency, unapplied from credit_memos where unapplied <> 0 {of_customer}
        union all
        select customer_id, currency, -open_balance from agg_customer where open_balance <> 0 {of_customer}
        union all
        select customer_id, currency, amount from open
    )
    select customer_id, currency, bucket, amount, invoices from open
    union all
    select {customer}, currency, null, sum(unapplied), 0 from credit group by 1, 2 having sum(unapplied) <> 0
"""

# Stored balances count the allocations that are not reversed. `changed` holds those that counted otherwise on the day:
# +1 for now but not yet then, -1 for then but no longer. An allocation to an invoice that was not issued yet had used
# none of its payment so far. Documents written off or void without an allocation count on no day, since the source does
# not say from when.
_PAST = """
    with early as (select id from invoices where issued_on > :as_of),
    changed as materialized (
        select invoice_id, source_id, change * amount as amount,
               change * coalesce(source_amount, amount) as source_amount
        from allocations left join early on early.id = invoice_id
        cross join lateral (
            select (reversed_on is null)::int - (
                applied_on <= :as_of and (reversed_on is null or reversed_on > :as_of) and early.id is null
            )::int as change
        ) counted
        where deleted_on is null and (applied_on > :as_of or reversed_on > :as_of or early.id is not null)
    ),
    settled as (
        select invoice_id, sum(changed.amount) as amount
        from changed left join payments on payments.id = source_id left join credit_memos on credit_memos.id = source_id
        where payments.deleted_on is null and credit_memos.deleted_on is null
          and coalesce(payments.status, credit_memos.status, 'open') = 'open'
        group by 1
    ),
    used as (
        select source_id, sum(source_amount) as amount
        from changed left join invoices on invoices.id = invoice_id
        where source_id is not null and coalesce(status, 'open') not in ('draft', 'void', 'deleted')
        group by 1
    ),
    balances as (
        select customer_id, currency, due_on, issued_on, balance + coalesce(amount, 0) as balance
        from invoices left join settled on invoice_id = id
        where issued_on <= :as_of and stated_status = 'open' and deleted_on is null {of_customer}
          and (balance <> 0 or amount <> 0)
    ),
    credit as (
        select customer_id, currency, unapplied + coalesce(used.amount, 0) as unapplied
        from payments left join used on source_id = id
        where paid_on <= :as_of and deleted_on is null and status = 'open'
          and (unapplied <> 0 or used.amount <> 0) {of_customer}
        union all
        select customer_id, currency, unapplied + coalesce(used.amount, 0)
        from credit_memos left join used on source_id = id
        where issued_on <= :as_of and status = 'open' and deleted_on is null
          and (unapplied <> 0 or used.amount <> 0) {of_customer}
        union all
        select customer_id, currency, -balance from balances where balance < 0
    )
    select {customer} as customer_id, currency, {bucket} as bucket, sum(balance) as amount, count(*) as invoices
    from balances where balance > 0
    group by 1, 2, 3
    union all
    select {customer}, currency, null, sum(unapplied), 0 from credit group by 1, 2 having sum(unapplied) <> 0
"""

# Of the aging of a past day only what is past due: invoices open now and then, and those that were settled or reopened
# since. The first are found in the index of open invoices, the others by their allocations.
_OVERDUE = text("""
    with changed as (
        select invoice_id, sum(
            a.amount * ((reversed_on is null)::int
                        - (applied_on <= :as_of and (reversed_on is null or reversed_on > :as_of))::int)
        ) as amount
        from allocations a
        left join payments on payments.id = source_id left join credit_memos on credit_memos.id = source_id
        where a.deleted_on is null and (applied_on > :as_of or reversed_on > :as_of)
          and payments.deleted_on is null and credit_memos.deleted_on is null
          and coalesce(payments.status, credit_memos.status, 'open') = 'open'
        group by 1
    ),
    balances as (
        select i.id, currency, balance + coalesce(amount, 0) as balance
        from invoices i left join changed on invoice_id = i.id
        where balance > 0 and due_on < :as_of and issued_on <= :as_of and stated_status = 'open' and deleted_on is null
        union all
        select i.id, currency, balance + amount from changed join invoices i on i.id = invoice_id
        where balance <= 0 and due_on < :as_of and issued_on <= :as_of and stated_status = 'open'
          and deleted_on is null
    )
    select currency, sum(balance) as amount from balances where balance > 0 group by currency
""")

_LARGEST = """
    select currency, customer_id, bucket, amount, invoices
    from (
        select *, dense_rank() over (partition by currency order by owed desc, customer_id) as rank
        from (
            select *, coalesce(
                sum(amount) filter (where bucket is not null) over (partition by currency, customer_id), 0
            ) as owed
            from ({cells}) cells
        ) owing
    ) ranked
    where rank <= :limit
    order by currency, rank
"""
