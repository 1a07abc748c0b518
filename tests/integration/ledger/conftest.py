"""A connection's ledger to store into, and figures worked out from scratch to compare its aggregates with."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.ledger import service
from hub.sdk.records import Record


@dataclass
class Books:
    """A connection's records in a tenant's ledger; each `store` is a page, an hour after the one before."""

    session: Session
    connection: UUID = field(default_factory=uuid4)
    now: datetime = datetime(2026, 3, 1, tzinfo=UTC)

    def store(self, *records: Record, raw: dict | None = None, main: Any = None) -> service.StoreCounts:
        """Store records as one page."""
        self.now += timedelta(hours=1)
        batch = service.Batch.of(self.connection)
        batch.add(records, raw, main)
        return service.store_batch(self.session, batch, self.now)

    def invoice(self, external_id: str = "i1") -> dict[str, Any]:
        """An invoice as the service shows it."""
        return service.get_invoice(self.session, service.ledger_id(self.connection, "invoice", external_id))

    def all(self, table: str, columns: str) -> list[Any]:
        """Columns of a table's rows of this connection, ordered."""
        query = f"select {columns} from {table} where connection_id = :id order by {columns}"
        return [tuple(row) for row in self.session.execute(text(query), {"id": self.connection})]


@pytest.fixture
def books(tenant_session) -> Books:
    return Books(tenant_session)


DAYS_FROM_SCRATCH = """
with counted as (select * from invoices where status not in ('draft', 'void', 'deleted')),
given_up as (select * from invoices where status = 'written_off' and stated_status = 'written_off'),
active as (
    select a.*, i.currency from allocations a join counted i on i.id = a.invoice_id
    left join payments p on p.id = a.source_id left join credit_memos c on c.id = a.source_id
    where a.deleted_on is null and p.deleted_on is null and c.deleted_on is null
        and coalesce(p.status, 'open') = 'open' and coalesce(c.status, 'open') = 'open'
),
dated as (
    select applied_on as day, amount as moved, * from active
    union all select reversed_on, -amount, * from active where reversed_on is not null
),
-- An allocation uses its payment up even before the invoice has arrived.
used as (
    select a.applied_on, a.reversed_on, coalesce(a.source_amount, a.amount) as amount, p.currency from allocations a
    join payments p on p.id = a.source_id left join invoices i on i.id = a.invoice_id
    where a.deleted_on is null and p.deleted_on is null and p.status = 'open'
        and (i.status not in ('draft', 'void', 'deleted')) is not false
    -- A credit memo that is paid back is money that went out.
    union all
    select a.applied_on, a.reversed_on, coalesce(a.source_amount, a.amount), c.currency
    from allocations a join credit_memos c on c.id = a.source_id
    where a.kind = 'refund' and a.deleted_on is null and c.status = 'open'
),
moves as (
    select issued_on as day, currency, total as billed, 1 as invoices, 0 as credited, 0 as written_off, 0 as paid,
        0 as on_account from counted
    union all select issued_on, currency, 0, 0, total, 0, 0, 0 from credit_memos where status = 'open'
    union all select paid_on, currency, 0, 0, 0, 0, 0, amount from payments
        where deleted_on is null and status = 'open'
    union all select day, currency, 0, 0, case when kind = 'credit_memo' and source_id is null then moved else 0 end,
        case when kind = 'write_off' then moved else 0 end,
        case when kind not in ('write_off', 'credit_memo') then moved else 0 end, 0 from dated
    union all select issued_on, currency, 0, 0, 0, total, 0, 0 from given_up
    union all select greatest(d.day, g.issued_on), d.currency, 0, 0, 0, -d.moved, 0, 0
        from dated d join given_up g on g.id = d.invoice_id
    union all select applied_on, currency, 0, 0, 0, 0, 0, -amount from used
    union all select reversed_on, currency, 0, 0, 0, 0, 0, amount from used where reversed_on is not null
)
select day, currency, sum(billed)::numeric(19, 4), sum(invoices)::int, sum(credited)::numeric(19, 4),
    sum(written_off)::numeric(19, 4), sum(paid)::numeric(19, 4), sum(on_account)::numeric(19, 4)
from moves group by day, currency
having (sum(billed), sum(invoices), sum(credited), sum(written_off), sum(paid), sum(on_account)) <> (0, 0, 0, 0, 0, 0)
order by day, currency
"""
DAYS_KEPT = """
select day, currency, billed, invoices, credited, written_off, paid, on_account from agg_day
where (billed, invoices, credited, written_off, paid, on_account) <> (0, 0, 0, 0, 0, 0) order by day, currency
"""
CUSTOMERS_FROM_SCRATCH = """
select customer_id, currency, sum(balance), sum(unapplied), sum(open)::int, sum(paid)::int, sum(late)::int,
    sum(days)::bigint, min(due_on), max(paid_on)
from (
    select customer_id, currency, balance, 0::numeric(19, 4) as unapplied, (balance > 0)::int as open,
        (paid_on is not null)::int as paid, coalesce((paid_on > due_on)::int, 0) as late,
        coalesce(paid_on - due_on, 0) as days, case when balance > 0 then due_on end as due_on, paid_on
    from invoices
    union all select customer_id, currency, 0, unapplied, 0, 0, 0, 0, null, null from payments
    union all select customer_id, currency, 0, unapplied, 0, 0, 0, 0, null, null from credit_memos
) standing
group by customer_id, currency
having sum(balance) <> 0 or sum(unapplied) <> 0 or sum(open) <> 0 or sum(paid) <> 0
order by customer_id, currency
"""
CUSTOMERS_KEPT = """
select customer_id, currency, open_balance, unapplied, open_invoices, paid_invoices, paid_late, days_late,
    oldest_due_on, last_paid_on
from agg_customer where open_balance <> 0 or unapplied <> 0 or open_invoices <> 0 or paid_invoices <> 0
order by customer_id, currency
"""


@pytest.fixture
def assert_aggregates():
    """Call it to compare the aggregates kept by the merge with the same worked out from all rows."""

    def check(session: Session) -> None:
        for kept, scratch in ((DAYS_KEPT, DAYS_FROM_SCRATCH), (CUSTOMERS_KEPT, CUSTOMERS_FROM_SCRATCH)):
            assert session.execute(text(kept)).all() == session.execute(text(scratch)).all()

    return check
