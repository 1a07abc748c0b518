"""Whom to speak to first: one row per customer, because people pay by run and not by invoice.

Two lists. `read_worklist` adds up every open invoice when it is asked, and counts delay so far. `read_contacts` reads
what the newest assessment worked out (hub/forecasting/risk_assessment.py), in the order of an index: what contact is
worth, with the next step. What was settled since is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistRow:
    """What a customer owes in one currency, undisputed, and late or expected to be. `rank` counts from 1 in each.

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
    with held as (
        select invoice_id as held_id,
               case when bool_or(amount is null) then 'infinity' else sum(amount) end as held
        from holds where released_at is null group by invoice_id
    ),
    late as (
        select customer_id, currency, balance - coalesce(held, 0) as balance, due_on,
               greatest(coalesce(expected_on, :as_of), :as_of) - due_on as days_late
        from invoices left join predictions on run_id = (select max(id) from forecast_runs) and invoice_id = id
        left join held on held_id = id
        where balance > coalesce(held, 0) and disputed is not true and issued_on <= :as_of
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


def current_assessment(session: Session) -> dict[str, Any] | None:
    """The newest assessment: its day, home currency and assumptions; None before the first."""
    row = session.execute(
        text("""
            select run_id, as_of, made_at, home_currency, assumptions from risk_runs
            where run_id = (select max(run_id) from risk_runs)
        """)
    ).one_or_none()
    return None if row is None else dict(row._mapping)


def read_contacts(
    session: Session,
    run_id: int,
    limit: int,
    *,
    after: tuple[Decimal, UUID] | None = None,
    filters: Mapping[str, Any] | None = None,
    is_snoozed: bool = False,
    with_standing: bool = False,
    today: date,
) -> list[dict[str, Any]]:
    """The next `limit` customers of an assessment by what contact is worth at home, behind the pair `after`.

    Those that owe nothing any more are left out, and those that rest, unless `is_snoozed`: then only those are shown.
    `filters` takes the names in CONTACT_FILTERS. `with_standing` adds owner, rest, newest contact, promise and the day
    of the next payment.
    """
    where = [CONTACT_FILTERS[name] for name in filters or {}]
    where.append("m.snoozed_until > :today" if is_snoozed else "(m.snoozed_until is null or m.snoozed_until <= :today)")
    values: dict[str, Any] = {**(filters or {}), "run": run_id, "limit": limit, "today": today}
    if after is not None:
        where.append("(r.contact_value, r.customer_id) < (:after_value, :after_id)")
        values |= {"after_value": after[0], "after_id": after[1]}
    more = "".join(f" and {each}" for each in where)
    rows = session.execute(text(_CONTACTS.format(more=more, standing=_STANDING if with_standing else "")), values)
    return [_contact(dict(row._mapping)) for row in rows]


CONTACT_FILTERS = {
    "next_step": "r.next_step = :next_step",
    "risk_level": "coalesce(c.profile ->> 'risk_override', r.risk_level) = :risk_level",
    # Null: those that nobody looks after.
    "owner": "m.owner_id is not distinct from cast(:owner as uuid)",
}
"""Conditions by filter, so that no text from outside becomes part of a statement."""

_CONTACTS = """
    select r.customer_id, coalesce(c.name, r.customer_id::text) as customer_name,
           coalesce(c.profile ->> 'risk_override', r.risk_level) as risk_level, r.p_late30, r.p_late60, r.p_late90,
           r.segment, r.next_step, r.why, r.contact_value, r.expected_loss, r.oldest_due_on, r.amounts,
           coalesce((c.profile ->> 'exclude_from_reminders')::boolean, false) as is_excluded{standing}
    from customer_risk r left join customers c on c.id = r.customer_id
         left join customer_marks m on m.customer_id = r.customer_id
    where r.run_id = :run and r.is_listed
      and exists (select from agg_customer a where a.customer_id = r.customer_id and a.open_balance > 0){more}
    order by r.contact_value desc, r.customer_id desc
    limit :limit
"""

_STANDING = """
    , m.owner_id, case when m.snoozed_until > :today then m.snoozed_until end as snoozed_until,
    (select jsonb_build_object('at', talk.at, 'kind', talk.kind) from (
        (select n.at, n.kind::text from contact_notes n
         where n.customer_id = r.customer_id and n.kind <> 'note' order by n.at desc limit 1)
        union all
        (select s.sent_at, 'reminder' from reminders s
         where s.customer_id = r.customer_id and s.sent_at is not null order by s.sent_at desc limit 1)
        order by 1 desc limit 1
    ) talk) as last_contact,
    (select jsonb_build_object(
        'promised_on', p.promised_on, 'amount', p.amount::text, 'currency', p.currency, 'status', p.status
     ) from promises p
     where p.customer_id = r.customer_id
       and (p.status = 'open' or (p.status in ('broken', 'partly_kept') and p.settled_at > cast(:today as date) - 30))
     order by p.status = 'open', p.promised_on limit 1) as promise,
    (select min(f.expected_on) from predictions f join invoices i on i.id = f.invoice_id
     where f.run_id = :run and i.customer_id = r.customer_id and i.balance > 0) as expected_on
"""
"""The newest talk or reminder; the promise that was broken lately, else the next that is open; the next payment."""

_DONE = text("""
    with touched as (
        select customer_id, by_id from contact_notes where created_at >= :since and by_kind = 'person'
        union select customer_id, recorded_by from promises where made_at >= :since and channel <> 'portal'
        union select customer_id, coalesce(approved_by, created_by) ->> 'id' from reminders
              where coalesce(approved_at, created_at) >= :since
                and coalesce(approved_by, created_by) ->> 'kind' = 'person'
    )
    select jsonb_build_object(
        'customers', (select count(distinct customer_id) from touched),
        'mine', (select count(distinct customer_id) from touched where by_id = :caller),
        'amounts', coalesce((
            select jsonb_agg(jsonb_build_object('currency', currency, 'amount', amount::text) order by currency) from (
                select a.currency, sum(a.open_balance) as amount from agg_customer a
                where a.customer_id in (select customer_id from touched) and a.open_balance > 0 group by a.currency
            ) sums
        ), '[]')
    )
""")


def read_done(session: Session, since: datetime, caller_id: str) -> dict[str, Any]:
    """How many customers people turned to since an instant, how many of them the caller did, and what they owe.

    To turn to one is to note a talk, to note a promise, or to write, send or approve a reminder.
    """
    done: dict[str, Any] = session.execute(_DONE, {"since": since, "caller": caller_id}).scalar_one()
    return done


_HELD = {"disputed": "disputed", "promised": "promised", "unapplied_cash": "cash", "credit_pending": "credit"}


def _contact(row: dict[str, Any]) -> dict[str, Any]:
    held: list[dict[str, Any]] = [
        {"kind": kind, "currency": each["currency"], "amount": each[name]}
        for each in row["amounts"]
        for kind, name in _HELD.items()
        if Decimal(each.get(name, 0)) > 0
    ]
    if row.pop("is_excluded"):
        held.append({"kind": "no_reminders", "currency": None, "amount": None})
    amounts = [{name: each[name] for name in _SHOWN} for each in row["amounts"] if Decimal(each["open"]) > 0]
    return row | {"amounts": amounts, "held": held}


_SHOWN = ("currency", "open", "free", "overdue", "delayed", "late30", "loss")
