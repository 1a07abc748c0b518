"""The SQL of the merge: one statement per entity and page that writes rows, versions and aggregates together.

Each statement reads `staged` (the page's new and changed rows) and the rows that the page's allocations touch, works
out what follows from the allocations, writes what differs, keeps what it replaced as a version, and moves the
aggregates by the difference. Parts of one statement see the tables as they were before it, which is what `old` means.
"""

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from hub.ledger.models import allocations, credit_memos, customers, invoices, payments
from hub.sdk.records import Entity

TABLES: dict[Entity, Table] = {
    "customer": customers,
    "invoice": invoices,
    "payment": payments,
    "credit_memo": credit_memos,
    "allocation": allocations,
}

# What a row's facts fill, in the order of `batch`; between the id and the provenance.
FACTS: dict[Entity, tuple[str, ...]] = {
    "customer": ("name", "email", "currency", "country", "industry", "credit_score", "credit_limit"),
    "invoice": (
        *("customer_id", "number", "issued_on", "due_on", "currency"),
        *("total", "stated_balance", "stated_status", "terms", "disputed", "exchange_rate", "electronic"),
        *("dispute_text", "disputed_amount"),
    ),
    "payment": ("customer_id", "paid_on", "currency", "amount", "status", "exchange_rate"),
    "credit_memo": ("customer_id", "number", "issued_on", "currency", "total", "status", "exchange_rate"),
    "allocation": (
        *("invoice_id", "source_id", "kind", "amount", "source_amount"),
        *("applied_on", "reversed_on", "home_amount"),
    ),
}
_PROVENANCE = ("external_id", "row_hash", "effective_at", "raw")
_VERSIONED: tuple[Entity, ...] = ("customer", "invoice")

PAYMENT_KINDS = "('payment', 'prepayment', 'overpayment')"
UNCOUNTED = "('draft', 'void', 'deleted')"


def differing(entity: Entity) -> str:
    """The query for which of the sent rows are not held just so: their places, and what is held instead."""
    # Of the documents that allocations take from, also whether these count.
    is_open = "held.status = 'open'" if entity in ("payment", "credit_memo") else "true"
    return f"""
select sent.n, held.id is not null, held.effective_at, held.deleted_on is not null, {is_open}
from unnest(%(keys)s::uuid[], %(hashes)s::bigint[]) with ordinality as sent (id, hash, n)
left join {TABLES[entity]} held on held.id = sent.id
where held.row_hash is distinct from sent.hash"""


# Living allocations of documents of which a page says what all their allocations are, but those that it states.
TAKEN_BACK = """
select encode(uuid_send(a.id), 'hex'), encode(uuid_send(d.id), 'hex'), a.effective_at
from unnest(%(sources)s::uuid[]) d (id) join allocations a on a.source_id = d.id
where a.deleted_on is null and a.id <> all(%(stated)s::uuid[])
union all
select encode(uuid_send(a.id), 'hex'), encode(uuid_send(d.id), 'hex'), a.effective_at
from unnest(%(invoices)s::uuid[]) d (id) join allocations a on a.invoice_id = d.id
where a.deleted_on is null and a.id <> all(%(stated)s::uuid[])
"""

TOUCHED = """
select encode(uuid_send(invoice_id), 'hex'), encode(uuid_send(source_id), 'hex') from allocations
where id = any(%(allocations)s::uuid[])
    or invoice_id = any(%(invoices)s::uuid[]) or source_id = any(%(sources)s::uuid[])
"""


def staged_columns(entity: Entity) -> tuple[str, ...]:
    """The columns of a staged row, in order."""
    return ("id", *FACTS[entity], *_PROVENANCE)


def _definition(entity: Entity) -> str:
    columns, dialect = TABLES[entity].columns, PGDialect_psycopg()  # type: ignore[no-untyped-call]
    return ", ".join(f"{name} {columns[name].type.compile(dialect=dialect)}" for name in staged_columns(entity))


def create_staging(entity: Entity) -> str:
    """A temporary table for the rows of a large page."""
    return f"create temp table staged_{entity} ({_definition(entity)})"


def drop_staging(entity: Entity) -> str:
    """Take the temporary table away."""
    return f"drop table staged_{entity}"


def copy_staging(entity: Entity) -> str:
    """COPY into it."""
    return f"copy staged_{entity} ({', '.join(staged_columns(entity))}) from stdin"


def _source(entity: Entity, large: bool) -> str:
    if large:
        return f"select * from staged_{entity}"
    return f"select * from jsonb_to_recordset(%(rows)s::jsonb) as staged ({_definition(entity)})"


def _write(entity: Entity, computed: tuple[str, ...], rows: str) -> str:
    """CTEs that add the `rows` that are not in `old` and replace those that are.

    The connection's lock is held, so ON CONFLICT would only cost a second look at the index for each row.
    """
    table = TABLES[entity]
    columns = (*staged_columns(entity), "connection_id", "deleted_on", "recorded_at", *computed)
    updates = [f"{name} = {rows}.{name}" for name in columns if name != "id"]
    if entity in _VERSIONED:
        updates.append("version = held.version + 1")
    return f"""
added as (
    insert into {table} ({", ".join(columns)}) select {", ".join(columns)} from {rows}
    where not exists (select from old where old.id = {rows}.id)
),
updated as (
    update {table} held set {", ".join(updates)} from {rows} join old on old.id = {rows}.id where held.id = old.id
)"""


def _keep_versions(entity: Entity, rows: str) -> str:
    # Replaced within the run that recorded it, a row was nobody's knowledge. Raw has not changed where only the
    # allocations did, and stays with the newest version.
    return f"""
    insert into ledger_versions (entity, id, recorded_at, superseded_at, effective_at, row)
    select '{entity}', id, recorded_at, %(now)s, effective_at,
        case when id = any(%(touched)s::uuid[]) then to_jsonb({rows}) - 'raw' else to_jsonb({rows}) end
    from {rows} where recorded_at < %(now)s
    on conflict do nothing"""


def _merged_plainly(entity: Entity, large: bool) -> str:
    return f"""
with staged as ({_source(entity, large)}),
old as (select held.* from {TABLES[entity]} held where id = any(%(existing)s::uuid[])),
versions as ({_keep_versions(entity, "old")}),
complete as (
    select staged.*, %(connection)s::uuid as connection_id, null::date as deleted_on,
        %(now)s::timestamptz as recorded_at
    from staged
),
{_write(entity, (), "complete")}
select count(*) from complete"""


def _candidates(entity: Entity, large: bool) -> str:
    """CTEs `staged`, `old` and `candidates`: what is sent, and what its allocations touch, as it would be written."""
    table, names = TABLES[entity], ", ".join(staged_columns(entity))
    return f"""
staged as ({_source(entity, large)}),
old as (select held.* from {table} held where id = any(%(existing)s::uuid[]) or id = any(%(touched)s::uuid[])),
candidates as (
    select {names}, %(connection)s::uuid as connection_id, null::date as deleted_on,
        %(now)s::timestamptz as recorded_at
    from staged
    union all
    select {names}, connection_id, deleted_on, %(now)s from old where id = any(%(touched)s::uuid[])
)"""


def _changed(entity: Entity, computed: tuple[str, ...]) -> str:
    """CTE `changed`: of the candidates, those that are sent or come out otherwise than they are."""
    now, then = (", ".join(f"{row}.{name}" for name in computed) for row in ("computed", "old"))
    return f"""
changed as (
    select computed.* from computed left join old on old.id = computed.id
    where old.id is null or not old.id = any(%(touched)s::uuid[]) or ({now}) is distinct from ({then})
)"""


_MOVE_DAYS = """
    insert into agg_day (day, currency, billed, invoices, credited, written_off, paid, on_account)
    select day, currency, sum(billed), sum(invoices), sum(credited), sum(written_off), sum(paid), sum(on_account)
    from moves group by day, currency order by day, currency
    on conflict (day, currency) do update set
        billed = agg_day.billed + excluded.billed, invoices = agg_day.invoices + excluded.invoices,
        credited = agg_day.credited + excluded.credited, written_off = agg_day.written_off + excluded.written_off,
        paid = agg_day.paid + excluded.paid, on_account = agg_day.on_account + excluded.on_account
    where excluded.billed <> 0 or excluded.invoices <> 0 or excluded.credited <> 0 or excluded.written_off <> 0
        or excluded.paid <> 0 or excluded.on_account <> 0"""

_MOVED = "(day date, currency text, billed numeric, invoices int, credited numeric, written_off numeric, paid numeric,"
_MOVED += " on_account numeric)"
_BEFORE = f"""select day, currency, -billed, -invoices, -credited, -written_off, -paid, -on_account
    from jsonb_to_recordset(%(before)s::jsonb) as before {_MOVED}"""

# Allocations that count, beside what they need of their invoices: not taken back by the source, and what they allocate
# is there and open. Invoices are worked out before the payments and credit memos of the same page are written: `closed`
# are those of them that do not count, `opened` those that do again. Only those of the documents at hand are looked into
# (that is what `offset 0` is for), and no later step joins them again: how many there are is what the planner guesses
# worst, and in a first sync it knows nothing yet.
_ALIVE = """
    select a.id, a.invoice_id, a.source_id, a.kind, a.amount, a.applied_on, a.reversed_on, a.currency, a.issued_on,
        a.total, a.counts, a.given_up
    from (
        select a.*, i.currency, i.issued_on, i.total,
            i.deleted_on is null and i.stated_status not in ('draft', 'void') as counts,
            i.deleted_on is null and i.stated_status = 'written_off' as given_up
        from {documents} i join allocations a on a.invoice_id = i.id offset 0
    ) a
    left join payments p on p.id = a.source_id
    left join credit_memos c on c.id = a.source_id
    where a.deleted_on is null and p.deleted_on is null and c.deleted_on is null
        and (coalesce(p.status, c.status, 'open') = 'open' or a.source_id = any(%(opened)s::uuid[]))
        and (a.source_id is null or a.source_id <> all(%(closed)s::uuid[]))"""
_SETTLED_BY_DAY = """
    select dated.day, a.currency, 0 as billed, 0 as invoices,
        case when a.kind = 'credit_memo' then dated.amount else 0 end as credited,
        case when a.kind = 'write_off' then dated.amount else 0 end as written_off,
        case when a.kind not in ('credit_memo', 'write_off') then dated.amount else 0 end as paid,
        0 as on_account
    from alive a
    cross join lateral (values (a.applied_on, a.amount), (a.reversed_on, -a.amount)) as dated (day, amount)
    where dated.day is not null and a.counts and (a.kind <> 'credit_memo' or a.source_id is null)
    -- What a source gave up without saying when is no receivable on any day; what was still set against it comes back.
    union all
    select issued_on, currency, 0, 0, 0, total, 0, 0 from {documents}
    where deleted_on is null and stated_status = 'written_off'
    union all
    select greatest(dated.day, a.issued_on), a.currency, 0, 0, 0, -dated.amount, 0, 0
    from alive a
    cross join lateral (values (a.applied_on, a.amount), (a.reversed_on, -a.amount)) as dated (day, amount)
    where dated.day is not null and a.given_up"""
_SOURCE_ALIVE = "deleted_on is null and status = 'open'"
_USED = f"""
    select a.source_id, a.kind, coalesce(a.source_amount, a.amount) as amount, a.applied_on, a.reversed_on, a.currency,
        a.counts
    from (
        select a.*, s.currency, s.deleted_on is null and s.status = 'open' as counts
        from {{documents}} s join allocations a on a.source_id = s.id offset 0
    ) a
    left join invoices i on i.id = a.invoice_id
    where a.deleted_on is null and coalesce(i.status, 'open') not in {UNCOUNTED}"""


def _source_moves(entity: Entity, rows: str) -> str:
    """What documents of `rows`, whose allocations are in `used`, add to each day."""
    if entity == "credit_memo":
        stated, kept = "issued_on as day, currency, 0 as billed, 0 as invoices, total as credited", "0"
        used = "u.counts and u.kind = 'refund'"
    else:
        stated, kept = "paid_on as day, currency, 0 as billed, 0 as invoices, 0 as credited", "amount"
        used = "u.counts"
    return f"""
    select {stated}, 0 as written_off, 0 as paid, {kept} as on_account from {rows} where {_SOURCE_ALIVE}
    union all
    select dated.day, u.currency, 0, 0, 0, 0, 0, dated.amount
    from used u cross join lateral (values (u.applied_on, -u.amount), (u.reversed_on, u.amount)) as dated (day, amount)
    where dated.day is not null and {used}"""


def moved_before(entity: Entity) -> str:
    """What the documents `ids`, as they are, have added to the days of `agg_day`, as JSON: to be taken off again."""
    if entity == "invoice":
        among, moves = f"alive as ({_ALIVE.format(documents='given')})", _SETTLED_BY_DAY.format(documents="given")
    else:
        among, moves = f"used as ({_USED.format(documents='given')})", _source_moves(entity, "given")
    return f"""
with given as (select * from {TABLES[entity]} where id = any(%(ids)s::uuid[])), {among}, moves as ({moves})
select coalesce(jsonb_agg(moves), '[]')::text from moves"""


def _merge_invoices(large: bool) -> str:
    return f"""
with {_candidates("invoice", large)},
alive as materialized ({_ALIVE.format(documents="candidates")}),
ordered as (
    select a.invoice_id, a.total, a.kind, a.amount, a.applied_on, a.kind in {PAYMENT_KINDS} as is_payment,
        coalesce(sum(a.amount) over (
            partition by a.invoice_id order by a.applied_on, a.kind not in {PAYMENT_KINDS}, a.id
            rows between unbounded preceding and 1 preceding
        ), 0) as settled_before
    from alive a where a.reversed_on is null
),
settled as (
    select o.invoice_id, sum(o.amount) as amount,
        coalesce(sum(o.amount) filter (where o.kind = 'write_off'), 0) as written_off,
        coalesce(sum(o.amount) filter (where o.is_payment or o.kind = 'opening'), 0) as paid,
        max(o.applied_on) filter (where o.is_payment and o.settled_before < o.total) as last_paid_on
    from ordered o group by o.invoice_id
),
computed as (
    select i.*,
        case when stated.status = 'open' then i.total - coalesce(s.amount, 0) else 0 end as balance,
        derived.status,
        case when derived.status = 'paid' then s.last_paid_on end as paid_on
    from candidates i left join settled s on s.invoice_id = i.id
    cross join lateral (
        select case when i.deleted_on is not null then 'deleted' else i.stated_status end as status
    ) stated
    cross join lateral (
        select case
            when stated.status <> 'open' then stated.status
            when i.total > coalesce(s.amount, 0) then case when s.amount > 0 then 'partially_paid' else 'open' end
            when s.written_off > greatest(1, i.total / 100) then 'written_off'
            when s.paid > 0 then 'paid'
            when s.written_off > 0 then 'written_off'
            else 'credited'
        end as status
    ) derived
),
{_changed("invoice", ("balance", "status", "paid_on"))},
{_write("invoice", ("balance", "status", "paid_on"), "changed")},
replaced as (select old.* from old join changed on changed.id = old.id),
versions as ({_keep_versions("invoice", "replaced")}),
moves as (
    select issued_on as day, currency, total as billed, 1 as invoices, 0 as credited, 0 as written_off, 0 as paid,
        0 as on_account
    from changed where status not in {UNCOUNTED}
    union all
    select issued_on, currency, -total, -1, 0, 0, 0, 0 from replaced where status not in {UNCOUNTED}
    union all {_SETTLED_BY_DAY.format(documents="computed")}
    union all {_BEFORE}
),
days as ({_MOVE_DAYS}),
standing as (
    select customer_id, currency, balance, (balance > 0)::int as open, (paid_on is not null)::int as paid,
        (paid_on > due_on)::int as late, paid_on - due_on as days, paid_on,
        case when balance > 0 then due_on end as due_on
    from changed
    union all
    select customer_id, currency, -balance, -(balance > 0)::int, -(paid_on is not null)::int,
        -(paid_on > due_on)::int, due_on - paid_on, null, null
    from replaced
),
per_customer as (
    insert into agg_customer (customer_id, currency, open_balance, unapplied, open_invoices, paid_invoices, paid_late,
        days_late, oldest_due_on, last_paid_on)
    select customer_id, currency, sum(balance), 0, sum(open), sum(paid), coalesce(sum(late), 0),
        coalesce(sum(days), 0), min(due_on), max(paid_on)
    from standing group by customer_id, currency order by customer_id, currency
    on conflict (customer_id, currency) do update set
        open_balance = agg_customer.open_balance + excluded.open_balance,
        open_invoices = agg_customer.open_invoices + excluded.open_invoices,
        paid_invoices = agg_customer.paid_invoices + excluded.paid_invoices,
        paid_late = agg_customer.paid_late + excluded.paid_late,
        days_late = agg_customer.days_late + excluded.days_late,
        oldest_due_on = least(agg_customer.oldest_due_on, excluded.oldest_due_on),
        last_paid_on = greatest(agg_customer.last_paid_on, excluded.last_paid_on)
)
select (select count(*) from changed), (
    select array_agg(distinct r.customer_id::text) from replaced r
    join agg_customer a on a.customer_id = r.customer_id and a.currency = r.currency
    where r.balance > 0 and r.due_on = a.oldest_due_on or r.paid_on = a.last_paid_on
)"""


# The earliest and the latest of a set cannot be moved by a difference once the row that held it has left.
RESTORE_EXTREMES = """
update agg_customer a set oldest_due_on = found.oldest_due_on, last_paid_on = found.last_paid_on
from (
    select a.customer_id, a.currency, min(i.due_on) filter (where i.balance > 0) as oldest_due_on,
        max(i.paid_on) as last_paid_on
    from agg_customer a left join invoices i on i.customer_id = a.customer_id and i.currency = a.currency
    where a.customer_id = any(%(customers)s::uuid[]) group by a.customer_id, a.currency
) found
where a.customer_id = found.customer_id and a.currency = found.currency
    and (a.oldest_due_on, a.last_paid_on) is distinct from (found.oldest_due_on, found.last_paid_on)"""


def _merge_sources(entity: Entity, large: bool) -> str:
    """Payments and credit memos: documents whose amount is used up by allocations."""
    amount = "amount" if entity == "payment" else "total"
    return f"""
with {_candidates(entity, large)},
used as materialized ({_USED.format(documents="candidates")}),
used_up as (select source_id, sum(amount) as amount from used where reversed_on is null group by source_id),
computed as (
    select s.*, case when {_SOURCE_ALIVE} then s.{amount} - coalesce(u.amount, 0) else 0 end as unapplied
    from candidates s left join used_up u on u.source_id = s.id
),
{_changed(entity, ("unapplied",))},
{_write(entity, ("unapplied",), "changed")},
replaced as (select old.* from old join changed on changed.id = old.id),
versions as ({_keep_versions(entity, "replaced")}),
moves as ({_source_moves(entity, "computed")} union all {_BEFORE}),
days as ({_MOVE_DAYS}),
standing as (
    select customer_id, currency, unapplied from changed
    union all select customer_id, currency, -unapplied from replaced
),
per_customer as (
    insert into agg_customer (customer_id, currency, open_balance, unapplied, open_invoices, paid_invoices, paid_late,
        days_late)
    select customer_id, currency, 0, sum(unapplied), 0, 0, 0, 0
    from standing group by customer_id, currency having sum(unapplied) <> 0 order by customer_id, currency
    on conflict (customer_id, currency) do update set unapplied = agg_customer.unapplied + excluded.unapplied
)
select (select count(*) from changed)"""


def merge(entity: Entity, large: bool) -> str:
    """The statement that merges the staged rows of an entity, from its staging table or from the parameter `rows`."""
    return _MERGES[entity, large]


_MERGES: dict[tuple[Entity, bool], str] = {}
for _large in (False, True):
    _MERGES["customer", _large] = _merged_plainly("customer", _large)
    _MERGES["allocation", _large] = _merged_plainly("allocation", _large)
    _MERGES["invoice", _large] = _merge_invoices(_large)
    _MERGES["payment", _large] = _merge_sources("payment", _large)
    _MERGES["credit_memo", _large] = _merge_sources("credit_memo", _large)


def mark_deleted(entity: Entity) -> str:
    """The statement that notes rows as deleted on a day, or, with a null day, as there again.

    `times` are when the source took them back, where it says so: what it said of them before does not bring them back.
    """
    more = {"credit_memo": ", status = 'deleted'", "customer": ", version = version + 1"}.get(entity, "")
    return f"""
with marked as (
    select unnest(%(keys)s::uuid[]) as id, unnest(%(days)s::date[]) as deleted_on,
        unnest(%(times)s::timestamptz[]) as effective_at
), old as (
    select held.* from {TABLES[entity]} held join marked on marked.id = held.id
    where held.deleted_on is distinct from marked.deleted_on
        and (held.deleted_on is null or marked.deleted_on is null)
), versions as (
    insert into ledger_versions (entity, id, recorded_at, superseded_at, effective_at, row)
    select '{entity}', id, recorded_at, %(now)s, effective_at, to_jsonb(old) from old where recorded_at < %(now)s
    on conflict do nothing
)
update {TABLES[entity]} held
set deleted_on = marked.deleted_on, row_hash = 0, recorded_at = %(now)s,
    effective_at = greatest(held.effective_at, marked.effective_at){more}
from marked where held.id = marked.id and held.id in (select id from old)
returning encode(uuid_send(held.id), 'hex')"""
