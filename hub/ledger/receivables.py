"""What is owed at the end of a day, per customer: open invoices less unapplied payments and credits.

In each document's own currency, and in the books' home currency: there an open invoice is its balance at its rate,
less what allocations took off beyond that; payments and credit memos are what is unapplied of them, at their own rate.
Each document is rounded to the home currency's minor units. A document that is settled in its own currency owes
nothing at home either: what is left of it there is an exchange difference, which no customer owes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

_MINOR_UNITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND"), 0),
    **dict.fromkeys(("VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""Currencies of ISO 4217 whose smallest unit is no hundredth: how many decimals it has."""


def minor_units(currency: str | None) -> int:
    """How many decimals amounts of a currency have."""
    return _MINOR_UNITS.get(currency or "", 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a customer owes in one currency; `home` is the same in the home currency, over so many documents."""

    customer_id: UUID
    currency: str
    amount: Decimal
    home: Decimal
    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document of a customer, as evidence: `amount` is what it adds to the receivable in all, or would if it counted.

    `open` is what it adds now, `home` the same in the home currency; `unlike_stated` is by how much an invoice's open
    amount is more than the source states. `counts` is False for what is void or deleted.
    """

    customer_id: UUID
    kind: str
    number: str
    currency: str
    amount: Decimal
    open: Decimal
    home: Decimal
    unlike_stated: Decimal
    counts: bool
    changed_at: datetime | None


# Whether the stored balances are those of the day: nothing is dated later. As in the figures, everything dated has a
# row on its day, but for credit memos set against invoices.
_LATER = text("""
    select exists (select from agg_day where day > :day) or exists (
        select from credit_memos join allocations on source_id = credit_memos.id
        where applied_on > :day or reversed_on > :day
    )
""")

_NOW = """
    open as (
        select id, customer_id, currency, coalesce(exchange_rate, 1) as rate, balance from invoices
        where connection_id = :connection and balance <> 0
    ),
    credit as (
        select customer_id, currency, coalesce(exchange_rate, 1) as rate, unapplied from payments
        where connection_id = :connection and unapplied <> 0
        union all
        select customer_id, currency, coalesce(exchange_rate, 1), unapplied from credit_memos
        where connection_id = :connection and unapplied <> 0
    ),"""

# An allocation to an invoice that is not issued yet has used none of its payment so far.
_THEN = """
    active as (
        select * from allocations
        where connection_id = :connection and deleted_on is null and applied_on <= :day
            and (reversed_on is null or reversed_on > :day)
    ),
    settled as (
        select a.invoice_id, sum(a.amount) as amount
        from active a left join payments p on p.id = a.source_id left join credit_memos c on c.id = a.source_id
        where p.deleted_on is null and c.deleted_on is null and coalesce(p.status, c.status, 'open') = 'open'
        group by a.invoice_id
    ),
    used as (
        select a.source_id, sum(coalesce(a.source_amount, a.amount)) as amount
        from active a left join invoices i on i.id = a.invoice_id
        where coalesce(i.status, 'open') not in ('draft', 'void', 'deleted') and (i.issued_on > :day) is not true
        group by a.source_id
    ),
    open as (
        select i.id, i.customer_id, i.currency, coalesce(i.exchange_rate, 1) as rate,
            i.total - coalesce(s.amount, 0) as balance
        from invoices i left join settled s on s.invoice_id = i.id
        where i.connection_id = :connection and i.issued_on <= :day and i.stated_status = 'open'
            and i.deleted_on is null and i.total <> coalesce(s.amount, 0)
    ),
    credit as (
        select customer_id, currency, coalesce(exchange_rate, 1) as rate, amount - coalesce(used, 0) as unapplied
        from (
            select p.*, u.amount as used from payments p left join used u on u.source_id = p.id
        ) paid
        where connection_id = :connection and paid_on <= :day and deleted_on is null and status = 'open'
        union all
        select customer_id, currency, coalesce(exchange_rate, 1), total - coalesce(used, 0)
        from (
            select c.*, u.amount as used from credit_memos c left join used u on u.source_id = c.id
        ) credited
        where connection_id = :connection and issued_on <= :day and deleted_on is null and status = 'open'
    ),"""

# What allocations took off at home beyond their amount at the invoice's rate.
_BEYOND = """
    beyond as (
        select o.id, sum(a.home_amount - a.amount * o.rate) as amount
        from open o join allocations a on a.invoice_id = o.id
        left join payments p on p.id = a.source_id left join credit_memos c on c.id = a.source_id
        where a.home_amount is not null and a.deleted_on is null and a.applied_on <= :day
            and (a.reversed_on is null or a.reversed_on > :day)
            and p.deleted_on is null and c.deleted_on is null and coalesce(p.status, c.status, 'open') = 'open'
        group by o.id
    )"""

_STANDINGS = """
with {documents} {beyond}
select customer_id, currency, sum(amount) as amount, sum(round(home, :digits)) as home, count(*) as documents
from (
    select customer_id, currency, balance as amount, balance * rate - coalesce(beyond.amount, 0) as home
    from open left join beyond on beyond.id = open.id
    union all
    select customer_id, currency, -unapplied, -unapplied * rate from credit where unapplied <> 0
) owed
group by customer_id, currency
"""


def standings(session: Session, connection_id: UUID, as_of: date, home_currency: str | None = None) -> list[Standing]:
    """What each customer of a connection owes at the end of a day; customers with nothing open are left out."""
    is_past = session.execute(_LATER, {"day": as_of}).scalar_one()
    statement = _STANDINGS.format(documents=_THEN if is_past else _NOW, beyond=_BEYOND)
    values = {"connection": connection_id, "day": as_of, "digits": minor_units(home_currency)}
    return [Standing(**row) for row in session.execute(text(statement), values).mappings()]


def receivable(session: Session, connection_id: UUID, as_of: date) -> Mapping[str, Decimal]:
    """A connection's open invoices less its unapplied payments and credits at the end of a day, per currency."""
    totals: dict[str, Decimal] = {}
    for each in standings(session, connection_id, as_of):
        totals[each.currency] = totals.get(each.currency, Decimal(0)) + each.amount
    return totals


_DOCUMENTS = text("""
select customer_id, 'invoice' as kind, number, currency, total as amount, balance as open,
    round(balance * coalesce(exchange_rate, 1), :digits) as home,
    case when status in ('draft', 'void', 'deleted') then 0 else coalesce(balance - stated_balance, 0) end
        as unlike_stated,
    status not in ('draft', 'void', 'deleted') and stated_status = 'open' as counts, effective_at as changed_at
from invoices where customer_id = any(:customers)
union all
select customer_id, 'payment', external_id, currency, -amount, -unapplied,
    round(-unapplied * coalesce(exchange_rate, 1), :digits), 0, deleted_on is null and status = 'open', effective_at
from payments where customer_id = any(:customers)
union all
select customer_id, 'credit memo', number, currency, -total, -unapplied,
    round(-unapplied * coalesce(exchange_rate, 1), :digits), 0, deleted_on is null and status = 'open', effective_at
from credit_memos where customer_id = any(:customers)
order by customer_id, kind, number
""")


def documents_of(
    session: Session, customers: Sequence[UUID], home_currency: str | None = None
) -> dict[UUID, list[Document]]:
    """All documents of some customers, as they stand now."""
    found: dict[UUID, list[Document]] = {customer: [] for customer in customers}
    values: dict[str, Any] = {"customers": list(customers), "digits": minor_units(home_currency)}
    for row in session.execute(_DOCUMENTS, values).mappings():
        found[row["customer_id"]].append(Document(**row))
    return found


_NAMES = text("select id, external_id, name from customers where id = any(:customers) and deleted_on is null")


def names_of(session: Session, customers: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """The provider's id and the name of those of the customers that are there."""
    rows = session.execute(_NAMES, {"customers": list(customers)})
    return {customer: (external_id, name) for customer, external_id, name in rows}
