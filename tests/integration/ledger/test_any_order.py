"""However the records arrive, in whatever order, split into whatever pages, repeated or not: one ledger."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from hub.ledger import service
from hub.sdk.records import Allocation, CreditMemo, Customer, Gone, Invoice, Payment

DAYS = st.integers(0, 20).map(lambda days: date(2026, 1, 1) + timedelta(days=days))
AMOUNTS = st.sampled_from([Decimal("10.00"), Decimal("25.50"), Decimal("99.99"), Decimal("0.01")])
CURRENCIES = st.sampled_from(["EUR", "USD"])
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@st.composite
def ledgers(draw) -> list:
    """A few records that refer to each other, and to some that are not there."""
    pick = lambda prefix: f"{prefix}{draw(st.integers(0, 2))}"  # noqa: E731
    records = [Customer(external_id=f"c{number}", name=draw(st.sampled_from("AB"))) for number in range(2)]
    for number in range(draw(st.integers(1, 3))):
        issued_on = draw(DAYS)
        records.append(
            Invoice(
                external_id=f"i{number}",
                customer_id=pick("c"),
                number=f"INV-{number}",
                issued_on=issued_on,
                due_on=issued_on + timedelta(days=10),
                currency=draw(CURRENCIES),
                total=draw(AMOUNTS),
                status=draw(st.sampled_from(["open", "open", "open", "void", "draft", "written_off"])),
            )
        )
    for number in range(draw(st.integers(0, 2))):
        fields = {"customer_id": pick("c"), "currency": draw(CURRENCIES)}
        records.append(
            Payment(
                external_id=f"s{number}",
                paid_on=draw(DAYS),
                amount=draw(AMOUNTS),
                status=draw(st.sampled_from(["open", "open", "void"])),
                **fields,
            )
        )
        records.append(
            CreditMemo(
                external_id=f"s{number}",
                number="CN",
                issued_on=draw(DAYS),
                total=draw(AMOUNTS),
                status=draw(st.sampled_from(["open", "open", "void", "written_off"])),
                **fields,
            )
        )
    kinds = st.sampled_from(["payment", "payment", "credit_memo", "write_off", "discount", "opening", "refund"])
    for number in range(draw(st.integers(0, 5))):
        kind = draw(kinds)
        applied_on = draw(DAYS)
        records.append(
            Allocation(
                external_id=f"a{number}",
                invoice_id=None if kind == "refund" else pick("i"),
                kind=kind,
                amount=draw(AMOUNTS),
                applied_on=applied_on,
                source_id=pick("s") if kind in ("payment", "credit_memo", "refund") else None,
                source_kind=draw(st.sampled_from(["payment", "credit_memo"])) if kind == "refund" else None,
                reversed_on=draw(st.sampled_from([None, None, applied_on + timedelta(days=3)])),
            )
        )
    return records


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=ledgers(), data=st.data())
def test_any_order_and_split_of_pages_makes_the_same_ledger(tenant_session, assert_aggregates, records, data):
    expected = _ledger(tenant_session, [records])
    shuffled = data.draw(st.permutations(records))
    again = data.draw(st.lists(st.sampled_from(records), max_size=3))
    pages, rest = [], [*shuffled, *again]
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        pages.append(rest[:size])
        rest = rest[size:]
    assert _ledger(tenant_session, pages, check=assert_aggregates) == expected


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=ledgers(), data=st.data())
def test_what_was_deleted_and_came_back_makes_the_same_ledger(tenant_session, assert_aggregates, records, data):
    entities = {Customer: "customer", Invoice: "invoice", Payment: "payment", CreditMemo: "credit_memo"}
    doomed = data.draw(st.lists(st.sampled_from(records), min_size=1, max_size=3))
    gone = [
        Gone(entity=entities.get(type(each), "allocation"), external_id=each.external_id, gone_on=date(2026, 2, 1))
        for each in doomed
    ]
    expected = _ledger(tenant_session, [records])
    pages = [records, gone, data.draw(st.permutations(records))]
    assert _ledger(tenant_session, pages, check=assert_aggregates) == expected


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=ledgers(), data=st.data())
def test_what_was_void_for_a_while_makes_the_same_ledger(tenant_session, assert_aggregates, records, data):
    documents = [each for each in records if isinstance(each, Invoice | Payment | CreditMemo)]
    for_a_while = data.draw(st.lists(st.sampled_from(documents), min_size=1, max_size=3))
    void = [replace(each, status="void") for each in for_a_while]
    expected = _ledger(tenant_session, [records])
    pages = [void, records, void, data.draw(st.permutations(records))]
    assert _ledger(tenant_session, pages, check=assert_aggregates) == expected


def _ledger(session, pages: list[list], check=None) -> list[list[tuple]]:
    """What the ledger says after these pages of a connection of its own; then all of it is forgotten."""
    connection = uuid4()
    with session.begin_nested() as savepoint:
        for number, page in enumerate(pages):
            items = [(None, page)]
            service.store(session, connection, items, None, NOW + timedelta(hours=number))
            if check:
                check(session)
        said = [
            session.execute(text(f"select {columns} from {table} order by 1")).all()
            for table, columns in {
                "customers": "external_id, name",
                "invoices": "external_id, number, total, balance, status, paid_on, deleted_on",
                "payments": "external_id, amount, unapplied, status, deleted_on",
                "credit_memos": "external_id, total, unapplied, status, deleted_on",
                "allocations": "external_id, kind, amount, reversed_on, deleted_on",
                "agg_customer": "last_paid_on, oldest_due_on, open_balance, unapplied, paid_invoices, days_late",
            }.items()
        ]
        savepoint.rollback()
    # A customer whose last balance has gone leaves a row of zeros, or none where there never was a balance.
    said[-1] = sorted((row for row in said[-1] if any(row)), key=str)
    return said
