"""What of the ledger a policy asks for, read for all invoices at once; and what was done to them so far."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from hub.ledger.adjustments import COMING_OFF
from hub.reminders.calendar import calendar_of, to_hours
from hub.reminders.policy import Customer, Item, Source
from hub.reminders.recipients import recipients_of
from hub.reminders.sequence import Contact, History, Lot
from hub.storage.session import driver

LOOKS_BACK = timedelta(days=60)
"""Contacts before this are of no account to any cap."""

# Now: the balances that the ledger keeps; less where the source itself states less.
_OPEN_NOW = """
    owed as not materialized (
        select *, least(balance, coalesce(stated_balance, balance)) as open from invoices
        where {which}
    ),
    spare as not materialized (select customer_id, currency, unapplied from agg_customer where unapplied > 0),"""

# Then: by the books' dates, as in hub.ledger.history.open_as_of.
_OPEN_THEN = """
    active as materialized (
        select a.invoice_id, a.source_id, a.kind, a.amount, a.source_amount, a.applied_on
        from allocations a left join payments p on p.id = a.source_id left join credit_memos c on c.id = a.source_id
        where a.deleted_on is null and a.applied_on <= %(day)s
            and (a.reversed_on is null or a.reversed_on > %(day)s)
            and p.deleted_on is null and c.deleted_on is null and coalesce(p.status, c.status, 'open') = 'open'
    ),
    settled as (select invoice_id, sum(amount) as amount from active group by invoice_id),
    owed as (
        select i.*, i.total - coalesce(s.amount, 0) as open
        from invoices i left join settled s on s.invoice_id = i.id
        where i.issued_on <= %(day)s and i.stated_status = 'open' and i.deleted_on is null
            and i.total > coalesce(s.amount, 0) and ({which})
    ),
    spare as (
        select customer_id, currency, sum(rest) as unapplied
        from (
            select p.customer_id, p.currency, p.amount - coalesce(sum(coalesce(a.source_amount, a.amount)), 0) as rest
            from payments p left join active a on a.source_id = p.id
            where p.paid_on <= %(day)s and p.deleted_on is null and p.status = 'open'
            group by p.id
            union all
            select c.customer_id, c.currency, c.total - coalesce(sum(coalesce(a.source_amount, a.amount)), 0)
            from credit_memos c left join active a on a.source_id = c.id
            where c.issued_on <= %(day)s and c.deleted_on is null and c.status <> 'void'
            group by c.id
        ) each_one
        where rest > 0
        group by customer_id, currency
    ),"""

_ITEMS = """
    with {open}
    agreed as (
        select invoice_id, dispute_id, sum(amount) as amount from adjustments
        where {coming_off} and created_at <= %(at)s
        group by invoice_id, dispute_id
    ),
    held as (
        select h.invoice_id,
            -- What was agreed of a dispute that is not settled yet is no longer in dispute.
            sum(greatest(coalesce(h.amount, 'Infinity') - coalesce(a.amount, 0), 0))
                filter (where kind = 'dispute') as disputed,
            sum(coalesce(h.amount, 'Infinity')) filter (where kind = 'payment_in_flight') as in_flight,
            max(coalesce(until, 'infinity'::date)) filter (where kind = 'promise') as promised_until,
            min(kind) filter (where kind in ('legal', 'manual')) as stopped
        from holds h left join agreed a on a.dispute_id = h.source_id and a.invoice_id = h.invoice_id
        where {held} group by h.invoice_id
    ),
    coming_off as (
        select invoice_id, sum(amount) as amount from agreed group by invoice_id
    ),
    paid as (
        select a.invoice_id, count(distinct a.applied_on) as days, max(a.applied_on) as newest
        from allocations a join owed o on o.id = a.invoice_id
        where o.open < o.total and a.kind = 'payment' and a.deleted_on is null and a.applied_on <= %(day)s
            and (a.reversed_on is null or a.reversed_on > %(day)s)
        group by a.invoice_id
    )
    select o.id, o.customer_id, o.connection_id, o.number, o.issued_on, o.due_on, o.currency, o.total, o.open, o.status,
        case when o.currency = %(home)s then 1 else o.exchange_rate end,
        case when o.disputed and h.disputed is null then coalesce(o.disputed_amount, 'Infinity') else h.disputed end,
        h.in_flight, coalesce(f.amount, 0), nullif(h.promised_until, 'infinity'),
        case when h.promised_until = 'infinity' then coalesce(h.stopped, 'manual') else h.stopped end,
        coalesce(s.unapplied, 0), coalesce(d.days, 0), d.newest,
        p.p_paid_by_due, p.p_late30, p.expected_on, p.p10_on, p.p50_on, p.p90_on
    from owed o
    left join held h on h.invoice_id = o.id
    left join coming_off f on f.invoice_id = o.id
    left join paid d on d.invoice_id = o.id
    left join spare s on s.customer_id = o.customer_id and s.currency = o.currency
    left join predictions p on p.invoice_id = o.id and p.run_id = (
        select max(id) from forecast_runs where made_at <= %(at)s and as_of >= %(oldest)s
    )
    order by o.customer_id, o.due_on, o.id
"""

_CUSTOMERS = """
    select c.id, c.name, c.email, c.country, c.currency, c.profile,
        coalesce(c.profile ->> 'risk_override', r.risk_level, 'unknown') as risk, coalesce(r.segment, 'new') as segment,
        coalesce(p.paid_invoices, 0)::int
    from customers c
    left join (
        select customer_id, sum(paid_invoices) as paid_invoices from agg_customer
        where customer_id = any(%(ids)s) group by customer_id
    ) p on p.customer_id = c.id
    left join customer_risk r on r.customer_id = c.id and r.run_id = (select max(run_id) from risk_runs)
    where c.id = any(%(ids)s)
"""

_SOURCES = """
    select c.id, c.name, c.auth_method is null as is_file, ok.finished_at, t.tie_out
    from connections c
    left join lateral (
        select max(finished_at) as finished_at from sync_runs
        where connection_id = c.id and status in ('ok', 'partial') and finished_at <= %(at)s
    ) ok on true
    left join lateral (
        select tie_out from sync_runs
        where connection_id = c.id and jsonb_typeof(tie_out) = 'object' and started_at <= %(at)s
        order by started_at desc limit 1
    ) t on true
"""

# What a person refused or left out counts as taken; what bounced or fell away by itself does not.
_REACHED = """
    select i.invoice_id, i.cycle, max(i.stage)
    from reminder_items i join reminders r on r.id = i.reminder_id
    where i.policy_id is not null and i.stage is not null and r.created_at <= %(at)s and {counted} and (
        (i.is_live and r.delivery is distinct from 'bounced')
        or r.status in ('rejected', 'cancelled')
        or (r.status = 'skipped' and coalesce(r.reason ->> 'code', 'person') = 'person')
    ) and {which}
    group by 1, 2
"""

_CONTACTS = """
    select customer_id, coalesce(sent_at, scheduled_at, created_at), kind = 'policy', status <> 'sent'
    from reminders
    where {which} and delivery is distinct from 'bounced' and created_at <= %(at)s and {counted} and (
        (status = 'sent' and sent_at > %(since)s)
        or status in ('planned', 'to_approve', 'approved', 'sending', 'uncertain')
        or (status in ('failed', 'draft') and kind = 'policy')
    )
"""

# What is planned and not on its way yet may still be planned otherwise.
_ON_ITS_WAY = "not ({table}kind = 'policy' and {table}status in ('draft', 'planned', 'to_approve', 'approved'))"

# A lot is of the instant of its step, up to a day after it was drawn by planning.
_LOTS = """
    select policy_id, invoice_id, arm, at, share::float8 from reminder_assignments
    where at <= %(at)s + interval '24 hours' and {which}
"""


def read_items(
    session: Session,
    invoice_ids: Collection[UUID] | None,
    at: datetime,
    day: date,
    *,
    home_currency: str,
    customer_id: UUID | None = None,
    is_past: bool = False,
) -> list[Item]:
    """Invoices with all that policies ask of them, by customer: all that are open, or these whatever their state.

    With `is_past` they are as they were at the end of `day`, by the books' dates; otherwise as they are now.
    """
    if invoice_ids is not None:
        which, ids = "id = any(%(ids)s)", list(invoice_ids)
    elif customer_id is not None:
        which, ids = "customer_id = any(%(ids)s) and balance > 0", [customer_id]
    else:
        which, ids = "balance > 0", []
    if is_past:
        which = {"customer": "customer_id = any(%(ids)s)", "all": "true"}["customer" if customer_id else "all"]
        statement = _OPEN_THEN.format(which=f"i.{which}" if customer_id else which)
        held = "placed_at <= %(at)s and (released_at is null or released_at > %(at)s)"
    else:
        statement, held = _OPEN_NOW.format(which=which), "released_at is null"
    query = _ITEMS.format(open=statement, held=held, coming_off=COMING_OFF)
    # A forecast that is older than this says nothing about the days to come.
    values = {"ids": ids, "day": day, "at": at, "home": home_currency, "oldest": day - timedelta(days=7)}
    with driver(session).cursor(binary=True) as cursor:
        return [Item._make(row) for row in cursor.execute(query, values)]


def read_customers(
    session: Session, ids: Collection[UUID], settings: Mapping[str, Any], zone: ZoneInfo
) -> dict[UUID, Customer]:
    """The customers of invoices. One whose own record has not arrived yet has no address, and so is not written to."""
    hours = to_hours(settings["quiet"])
    found = {}
    with driver(session).cursor() as cursor:
        cursor.execute(_CUSTOMERS, {"ids": list(ids)})
        for customer_id, name, email, country, currency, profile, risk, segment, paid in cursor:
            found[customer_id] = Customer(
                id=customer_id,
                name=name,
                calendar=calendar_of(country, currency, zone, hours),
                country=(country or "").strip().upper(),
                tags=frozenset(profile.get("tags") or ()),
                risk=risk,
                segment=segment,
                paid_invoices=paid,
                is_excluded=bool(profile.get("exclude_from_reminders")),
                recipients=_recipients(email, profile),
            )
    for missing in set(ids) - found.keys():
        found[missing] = Customer(id=missing, name=str(missing), calendar=calendar_of("", "", zone, hours))
    return found


def read_sources(session: Session, at: datetime) -> dict[UUID, Source]:
    """How each connection stood at an instant."""
    rows = driver(session).execute(_SOURCES, {"at": at})
    return {
        connection_id: Source(read_at=read_at, is_file=is_file, ties_out=_ties_out(compared), name=name)
        for connection_id, name, is_file, read_at, compared in rows
    }


def read_history(
    session: Session,
    at: datetime,
    *,
    customer_id: UUID | None = None,
    invoice_ids: Sequence[UUID] | None = None,
    counts_planned: bool = True,
) -> History:
    """What was done so far: of all invoices, of a customer's, or of these; with or without what is only planned."""
    ids: list[UUID] = [] if customer_id is None else [customer_id]
    values = {"at": at, "since": at - LOOKS_BACK, "ids": ids, "invoices": list(invoice_ids or ())}
    of_invoices = "true" if invoice_ids is None else "invoice_id = any(%(invoices)s)"
    of_customer = "true" if customer_id is None else "customer_id = any(%(ids)s)"
    planned_too = {"r.": "true", "": "true"}
    counted = planned_too if counts_planned else {table: _ON_ITS_WAY.format(table=table) for table in planned_too}
    history = History()
    connection = driver(session)
    with connection.cursor(binary=True) as cursor:
        for invoice_id, cycle, stage in cursor.execute(
            _REACHED.format(which=of_invoices, counted=counted["r."]), values
        ):
            history.reached[invoice_id, cycle] = stage
        contacts: dict[UUID, list[Contact]] = defaultdict(list)
        for who, when, is_automated, is_open in cursor.execute(
            _CONTACTS.format(which=of_customer, counted=counted[""]), values
        ):
            contacts[who].append(Contact(when, is_automated, is_open))
        history.contacts = contacts
        for policy_id, invoice_id, arm, since, share in cursor.execute(_LOTS.format(which=of_invoices), values):
            history.lots[policy_id, invoice_id] = Lot(arm, since, share)
    return history


def _ties_out(compared: Mapping[str, Any] | None) -> bool | None:
    if compared is None:
        return None
    sums = [each for name, each in compared.items() if name != "customers"]
    differing = compared.get("customers", {}).get("count")
    return not differing and not any(Decimal(each["difference"]) for each in sums)


def _recipients(email: str | None, profile: Mapping[str, Any]) -> tuple[Mapping[str, str], ...]:
    return tuple(
        {"name": each["name"], "email": each["email"], "role": each["role"]}
        for each in recipients_of({"email": email, "profile": profile})
    )
