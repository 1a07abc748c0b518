"""`bench plan`: planning reminders over a large open book, against reading the same rows once.

Two moments: the first plan, when all that is overdue is due for a step and half of the book is asked for, and that of
any later hour, when what was planned is there and little is due. Reading takes in all that planning reads, by its own
statements: invoices with holds, forecasts and payments, customers, what was sent, and how connections stand; with
Python's collector of garbage paused, as planning does, so that neither arm pays for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.harness import alternate, postmaster_pid, ratios, result, summarise
from bench.scratch import scratch_storage, vacuum
from hub.reminders import planning, policies, settings
from hub.reminders.reading_items import read_customers, read_history, read_items, read_sources
from hub.storage.session import Storage
from hub.tenants import service as tenants

GOAL = 3.0
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
PER_CUSTOMER = 10

_FILL = (
    """
    insert into customers (id, name, email, currency, country, connection_id, external_id, row_hash)
    select md5('c' || n)::uuid, 'Customer ' || n, 'ap' || n || '@c.example', 'EUR',
        (array['DE', 'FR', 'US', 'GB', 'ES'])[1 + n % 5], gen_random_uuid(), 'c' || n, 0
    from generate_series(1, :customers) n
    """,
    """
    insert into invoices (id, customer_id, number, issued_on, due_on, currency, total, balance, status, connection_id,
        external_id, row_hash)
    select md5('i' || n)::uuid, md5('c' || 1 + n % :customers)::uuid, 'INV-' || n, due - 30, due, 'EUR', amount, amount,
        'open', gen_random_uuid(), 'i' || n, 0
    from (
        select n, date '2026-03-10' + 60 - (n::bigint * 7919 % 121)::int as due,
            50 + n::bigint * 104729 % 9000 as amount
        from generate_series(1, :rows) n
    ) made
    """,
    """
    insert into forecast_runs (model_id, as_of, made_at, predictions, cash_flow)
    values (gen_random_uuid(), '2026-03-09', '2026-03-10T04:00Z', :rows, '{}')
    """,
    """
    insert into predictions (run_id, invoice_id, p_paid_by_due, p_late30, expected_on, p10_on, p50_on, p90_on,
        risk_level)
    select (select max(id) from forecast_runs), id, 0.5, 0.1, soon + 9, soon, soon + 8, soon + 25, 'low'
    from (select id, greatest(due_on, date '2026-03-11') as soon from invoices) open
    """,
    """
    insert into holds (invoice_id, kind, reason, source_id, placed_at)
    select id, 'dispute', 'Disputed.', id, now() from invoices where row_hash = 0 and number like '%00'
    """,
    """
    insert into agg_customer (customer_id, currency, open_balance, unapplied, open_invoices, paid_invoices, paid_late,
        days_late)
    select customer_id, 'EUR', sum(balance), 0, count(*), 20, 5, 40 from invoices group by customer_id
    """,
)


class _Undone(Exception):
    """Ends a transaction without keeping what it did."""


def run(rows: int = 100_000, rounds: int = 5) -> list[dict[str, Any]]:
    """Measure on `rows` open invoices, ten to a customer, due from 60 days ago to 60 days ahead."""
    with scratch_storage() as storage:
        key = tenants.create(storage, "Bench plan", home_currency="EUR").key
        try:
            server = _fill(storage, key, rows)
            arms = {"read": partial(_read, storage, key, rows), "plan": partial(_plan, storage, key, rows)}
            first = alternate(arms, rounds=rounds, servers=[server])
            with storage.tenant(key, statement_timeout_ms=0) as session:
                counts = planning.plan(session, NOW, BERLIN, "EUR")
            vacuum(storage, key)
            later = alternate(arms, rounds=rounds, servers=[server])
        finally:
            tenants.drop(storage, key)
    return [
        result(
            f"plan {name} {rows:,}",
            ratios(costs["read"], costs["plan"]),
            goal=GOAL,
            better="lower",
            unit="cpu-seconds of reading the same rows once",
            messages=counts.messages,
            invoices=counts.invoices,
            arms=summarise(costs),
        )
        for name, costs in (("first", first), ("later", later))
    ]


def _fill(storage: Storage, key: str, rows: int) -> int:
    values = {"rows": rows, "customers": max(rows // PER_CUSTOMER, 1)}
    with storage.tenant(key, statement_timeout_ms=0) as session:
        for statement in _FILL:
            session.execute(text(statement), values)
        policies.create(session, {"name": "All", "is_active": True}, NOW)
        server = postmaster_pid(session)
    vacuum(storage, key)
    if server is None:
        raise RuntimeError("plan counts the database's processor time: run it where the database runs")
    return server


def _read(storage: Storage, key: str, rows: int) -> int:
    with planning.without_collecting(), storage.tenant(key, statement_timeout_ms=0) as session:
        ruled = settings.read(session)
        found = read_items(session, None, NOW, NOW.date(), home_currency="EUR")
        read_customers(session, {item.customer_id for item in found}, ruled, BERLIN)
        read_history(session, NOW)
        read_sources(session, NOW)
    if len(found) != rows:
        raise AssertionError(f"{len(found)} invoices were read, not {rows}")
    return rows


def _plan(storage: Storage, key: str, rows: int) -> int:
    with _undone(storage, key) as session:
        planning.plan(session, NOW, BERLIN, "EUR")
    return rows


@contextmanager
def _undone(storage: Storage, key: str) -> Iterator[Session]:
    """A transaction of which nothing stays, so that the next round finds what this one found."""
    try:
        with storage.tenant(key, statement_timeout_ms=0) as session:
            yield session
            raise _Undone
    except _Undone:
        pass
