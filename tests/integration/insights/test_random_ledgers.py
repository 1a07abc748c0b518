"""Random small ledgers, on any day: what SQL finds is what a naive recomputation from the records finds."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from hub.insights import service
from hub.insights.aging import LABELS, overdue_on
from hub.insights.flows import read_flows
from hub.sdk.records import Allocation, CreditMemo, Invoice, Payment

START = date(2026, 1, 1)
SPAN = 200
AFTER_ALL = START + timedelta(days=SPAN + 200)


def day(draw, earliest: int = 0) -> date:
    return START + timedelta(days=draw(st.integers(earliest, SPAN)))


def since(on: date) -> int:
    return (on - START).days


@st.composite
def ledgers(draw, empty):
    """Up to six invoices, some never owed, and up to six payments and credit memos spread over them, some reversed."""
    books = replace(empty, records=[])
    invoices = []
    for _ in range(draw(st.integers(1, 6))):
        issued_on = day(draw)
        customer, currency = draw(st.sampled_from(["acme", "bolt"])), draw(st.sampled_from(["EUR", "USD"]))
        name = books.invoice(
            draw(st.integers(1, 500)),
            issued_on,
            issued_on + timedelta(days=draw(st.integers(0, 60))),
            customer=customer,
            currency=currency,
            status=draw(st.sampled_from(["open", "open", "open", "draft", "void", "written_off"])),
        )
        invoices.append((name, customer, currency))
    for _ in range(draw(st.integers(0, 6))):
        name, customer, currency = draw(st.sampled_from(invoices))
        amount, received_on = draw(st.integers(1, 600)), day(draw)
        make = draw(st.sampled_from([books.payment, books.credit_memo]))
        source = make(amount, received_on, customer=customer, currency=currency)
        if draw(st.booleans()):
            applied_on = day(draw, since(received_on))
            reversed_on = draw(st.none() | st.just(day(draw, since(applied_on))))
            books.apply(source, name, draw(st.integers(1, amount)), applied_on, reversed_on=reversed_on)
    return books


def naive(books, as_of: date) -> dict[str, tuple[dict[str, Decimal], Decimal]]:
    """By currency: the buckets by due date that hold anything, and the unapplied credit."""
    documents = {record.external_id: record for record in books.records if not isinstance(record, Allocation)}
    counted = ("open", "written_off")  # what is set against an invoice given up is used, though nobody owes it any more
    owed = {name: each for name, each in documents.items() if isinstance(each, Invoice) and each.status in counted}
    active = [
        record
        for record in books.records
        if isinstance(record, Allocation)
        and record.invoice_id in owed
        and max(record.applied_on, owed[record.invoice_id].issued_on) <= as_of
        and (record.reversed_on is None or record.reversed_on > as_of)
    ]
    buckets: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    unapplied: dict[str, Decimal] = defaultdict(Decimal)
    for name, invoice in owed.items():
        if invoice.issued_on > as_of or invoice.status == "written_off":
            continue
        balance = invoice.total - sum(each.amount for each in active if each.invoice_id == name)
        late = (as_of - invoice.due_on).days
        label = LABELS["due_on"][0 if late <= 0 else min(1 + (late - 1) // 30, 4)]
        if balance > 0:
            buckets[invoice.currency][label] += balance
        unapplied[invoice.currency] += max(-balance, Decimal(0))
    for name, source in documents.items():
        used = sum(each.amount for each in active if each.source_id == name)
        if isinstance(source, Payment) and source.paid_on <= as_of:
            unapplied[source.currency] += source.amount - used
        elif isinstance(source, CreditMemo) and source.issued_on <= as_of:
            unapplied[source.currency] += source.total - used
    found = {currency: (dict(buckets[currency]), unapplied[currency]) for currency in buckets.keys() | unapplied.keys()}
    return {currency: each for currency, each in found.items() if each[0] or each[1]}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), days_in=st.integers(0, SPAN))
def test_aging_and_receivable_on_any_day(tenant_session, books, data, days_in):
    random_books = data.draw(ledgers(books))
    with tenant_session.begin_nested() as attempt:
        random_books.save()
        for as_of in (START + timedelta(days=days_in), AFTER_ALL):
            expected = naive(random_books, as_of)
            agings = {each.currency: each for each in service.aging(tenant_session, as_of)}
            shown = {
                currency: ({bucket.label: bucket.amount for bucket in each.buckets if bucket.amount}, each.unapplied)
                for currency, each in agings.items()
            }
            assert shown == expected
            late = {currency: each.open - each.bucket("current").amount for currency, each in agings.items()}
            assert overdue_on(tenant_session, as_of) == {each: amount for each, amount in late.items() if amount}
            per_customer = service.aging_by_customer(tenant_session, as_of)
            for currency, each in agings.items():
                own = [part for part in per_customer if part.currency == currency]
                assert (sum(part.open for part in own), sum(part.balance for part in own)) == (each.open, each.balance)
            receivable = {each.currency: each.closing for each in read_flows(tenant_session, as_of, as_of)}
            assert {currency: amount for currency, amount in receivable.items() if amount} == {
                currency: each.balance for currency, each in agings.items() if each.balance
            }
        assert stored_balances(tenant_session) == {
            currency: each.balance for currency, each in agings.items() if each.balance
        }
        attempt.rollback()


def stored_balances(session) -> dict[str, Decimal]:
    """By currency: today's balances of invoices less what of payments and memos is unapplied."""
    rows = session.execute(
        text("""
            select currency, sum(amount) from (
                select currency, balance as amount from invoices
                union all select currency, -unapplied from payments
                union all select currency, -unapplied from credit_memos
            ) parts group by currency having sum(amount) <> 0
        """)
    )
    return {currency: amount for currency, amount in rows}
