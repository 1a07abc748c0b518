"""Aging, DSO and the worklist on a large ledger: server time of one backend, beside a single-row read and raw SQL."""

from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.harness import alternate, backend_pid, ratios, result, summarise
from bench.scratch import scratch_storage, vacuum
from hub.insights import service
from hub.tenants import service as tenants

AS_OF = date(2026, 6, 30)
READS = 200


def run(rows: int = 1_000_000, rounds: int = 7) -> list[dict[str, Any]]:
    """Measure on a ledger of `rows` invoices over 800 days, about one in twelve open, and rows / 200 customers."""
    with scratch_storage() as storage:
        key = tenants.create(storage, "Bench analytics").key
        try:
            with storage.tenant(key, statement_timeout_ms=0) as session:
                fill(session, rows)
            vacuum(storage, key)
            with storage.tenant(key, statement_timeout_ms=0) as session:
                return _measure(session, rows, rounds)
        finally:
            tenants.drop(storage, key)


def fill(session: Session, rows: int, as_of: date = AS_OF) -> None:
    """Invoices with one payment each, except the open ones; what a sync and a forecast would have left with them."""
    values = {"rows": rows, "customers": max(1, rows // 200), "as_of": as_of}
    for statement in _FILL:
        session.execute(text(statement), values)


def _measure(session: Session, rows: int, rounds: int) -> list[dict[str, Any]]:
    # One backend without helpers, so that its own processor time is all there is.
    session.execute(text("set local max_parallel_workers_per_gather = 0"))
    pid = backend_pid(session)
    if pid is None:
        raise RuntimeError("analytics measures the database's processor time: run it where the database runs")
    arms = _arms(session, rows)
    costs = alternate(arms, rounds=rounds, servers=[pid], client=False)
    shown = {"rows": rows, "arms": summarise(costs)}

    def milliseconds(arm: str, goal: float) -> dict[str, Any]:
        samples = [cost.cpu_per_unit * 1000 for cost in costs[arm]]
        reads = median(ratios(costs["read_one_invoice"], costs[arm]))
        return result(
            f"analytics {arm}",
            samples,
            goal=goal,
            better="lower",
            unit="ms of server cpu",
            times_one_read=reads,
            **shown,
        )

    return [
        milliseconds("aging", goal=50),
        milliseconds("dso", goal=5),
        milliseconds("worklist", goal=5),
        milliseconds("contacts", goal=5),
        milliseconds("contacts_half_way_down", goal=5),
        result(
            "analytics dso against raw SQL",
            ratios(costs["dso"], costs["raw_dso"]),
            goal=100,
            better="higher",
            unit="times the server cpu of one grouped pass",
            **shown,
        ),
    ]


def _arms(session: Session, rows: int) -> dict[str, Callable[[], float]]:
    open_balance = session.execute(text("select sum(balance) from invoices")).scalar_one()
    one = session.execute(text("select id from invoices limit 1")).scalar_one()
    (figure,) = service.dso(session, AS_OF, "countback")
    found = {month["from_on"]: month["sales"] for month in figure.inputs["months"]}
    ranked = session.execute(text("select contact_value, customer_id from customer_risk order by 1 desc, 2 desc")).all()
    middle = ranked[len(ranked) // 2].contact_value, ranked[len(ranked) // 2].customer_id

    def read_one_invoice() -> float:
        for _ in range(READS):
            session.execute(_ONE, {"id": one}).one()
        return READS

    def aging() -> float:
        (dollars,) = service.aging(session, AS_OF)
        _check(dollars.open == open_balance, "the buckets do not add up to the open balance")
        return 1

    def aging_of_last_month() -> float:
        service.aging(session, AS_OF - timedelta(days=30))
        return 1

    def dso() -> float:
        for _ in range(READS // 10):
            service.dso(session, AS_OF, "countback")
        return READS // 10

    def worklist() -> float:
        _check(len(service.worklist(session, AS_OF, limit=50)) == min(50, rows // 200), "customers are missing")
        return 1

    def contacts() -> float:
        for _ in range(READS // 10):
            found = service.contacts(session, limit=50)["items"]
            _check(len(found) == min(50, rows // 200), "customers to contact are missing")
        return READS // 10

    def contacts_half_way_down() -> float:
        for _ in range(READS // 10):
            service.contacts(session, limit=50, after=middle)
        return READS // 10

    def raw_dso() -> float:
        months = session.execute(_RAW_DSO, {"as_of": AS_OF}).all()
        _check(months[0].receivable == figure.inputs["receivable"], "raw SQL finds another receivable")
        _check(all(found[month.from_on] == month.sales for month in months), "raw SQL finds other sales")
        return 1

    return {
        "read_one_invoice": read_one_invoice,
        "aging": aging,
        "aging_of_last_month": aging_of_last_month,
        "dso": dso,
        "worklist": worklist,
        "contacts": contacts,
        "contacts_half_way_down": contacts_half_way_down,
        "raw_dso": raw_dso,
    }


def _check(holds: bool, otherwise: str) -> None:
    if not holds:
        raise AssertionError(otherwise)


_ONE = text("select id, number, customer_id, due_on, total, balance, status from invoices where id = :id")

_RAW_DSO = text("""
    with billed as (
        select date_trunc('month', issued_on)::date as month, sum(total) as amount
        from invoices where issued_on <= :as_of and status not in ('draft', 'void', 'deleted') group by 1
    ),
    paid as (
        select sum(amount) as amount from allocations
        where applied_on <= :as_of and deleted_on is null and (reversed_on is null or reversed_on > :as_of)
    )
    select month as from_on, amount as sales,
           (select sum(amount) from billed) - (select amount from paid) as receivable
    from billed where month > :as_of - interval '24 months' order by month desc
""")

# Most pay 15 to 74 days after issue; one in fifty has not paid at all.
_PAID_AFTER = "case when n % 50 = 0 then 10000 else 15 + n * 37 % 60 end"
_FILL = (
    """
    insert into customers (id, name, connection_id, external_id, row_hash)
    select md5('c' || n)::uuid, 'Customer ' || n, md5('connection')::uuid, 'c' || n, 0
    from generate_series(0, :customers - 1) n
    """,
    f"""
    insert into invoices (id, customer_id, number, issued_on, due_on, currency, total, balance, status, paid_on,
                          connection_id, external_id, row_hash)
    select md5('i' || n)::uuid, md5('c' || (n * 31) % :customers)::uuid, 'INV-' || n, issued_on, issued_on + 30,
           'USD', total, case when paid_on <= :as_of then 0 else total end,
           case when paid_on <= :as_of then 'paid' else 'open' end, case when paid_on <= :as_of then paid_on end,
           md5('connection')::uuid, 'i' || n, 0
    from generate_series(1, :rows) n
    cross join lateral (
        select cast(:as_of as date) - (n % 800) as issued_on, 10 + (n * 31 % 99900) / 10.0 as total
    ) facts
    cross join lateral (select issued_on + {_PAID_AFTER} as paid_on) settlement
    """,
    """
    insert into payments (id, customer_id, paid_on, currency, amount, unapplied, connection_id, external_id, row_hash)
    select md5('p' || external_id)::uuid, customer_id, paid_on, currency, total, 0, connection_id, 'p' || external_id, 0
    from invoices where paid_on is not null
    """,
    """
    insert into allocations (id, invoice_id, source_id, kind, amount, applied_on, connection_id, external_id, row_hash)
    select md5('a' || external_id)::uuid, id, md5('p' || external_id)::uuid, 'payment', total, paid_on, connection_id,
           'a' || external_id, 0
    from invoices where paid_on is not null
    """,
    """
    insert into agg_day (day, currency, billed, invoices, credited, written_off, paid, on_account)
    select day, currency, sum(billed), sum(invoices), 0, 0, sum(paid), 0
    from (
        select issued_on as day, currency, total as billed, 1 as invoices, 0 as paid from invoices
        union all
        select paid_on, currency, 0, 0, total from invoices where paid_on is not null
    ) moves
    group by day, currency
    """,
    """
    insert into agg_customer (customer_id, currency, open_balance, unapplied, open_invoices, paid_invoices, paid_late,
                              days_late, oldest_due_on, last_paid_on)
    select customer_id, currency, sum(balance), 0, count(*) filter (where balance > 0), count(paid_on),
           count(*) filter (where paid_on > due_on), coalesce(sum(paid_on - due_on), 0),
           min(due_on) filter (where balance > 0), max(paid_on)
    from invoices group by customer_id, currency
    """,
    """
    with run as (
        insert into forecast_runs (model_id, as_of, made_at, predictions, cash_flow)
        values (gen_random_uuid(), :as_of, now(), :rows, '{}') returning id
    )
    insert into predictions
        (run_id, invoice_id, p_paid_by_due, p_late30, expected_on, p10_on, p50_on, p90_on, risk_level)
    select run.id, invoices.id, 0.5, 0.2, expected_on, expected_on - 9, expected_on, expected_on + 9, 'medium'
    from run cross join invoices cross join lateral (select due_on + 10 as expected_on) forecast
    where balance > 0
    """,
    """
    with run as (
        insert into risk_runs (run_id, model_id, as_of, made_at, home_currency, customers, assumptions)
        select max(id), gen_random_uuid(), :as_of, now(), 'USD', :customers, '{"contact_saves": {}}' from forecast_runs
        returning run_id
    )
    insert into customer_risk (run_id, customer_id, risk_level, p_late30, p_late60, p_late90, amounts, expected_loss,
                               contact_value, segment, next_step, why, is_listed)
    select run.run_id, customer_id, 'medium', 0.3, 0.2, 0.1,
           jsonb_build_array(jsonb_build_object(
               'currency', 'USD', 'open', sum(balance)::text, 'disputed', '0', 'cash', '0', 'credit', '0',
               'free', sum(balance)::text, 'overdue', '0', 'delayed', '0', 'late30', '0', 'loss', '0')),
           sum(balance) / 50, sum(balance) / 10, 'late_payer', 'call', 'Overdue for 12 days.', true
    from run cross join invoices group by run.run_id, customer_id
    """,
)
