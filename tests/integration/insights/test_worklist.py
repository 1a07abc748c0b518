"""The order of the worklist, before there is a forecast and with one."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4, uuid5

from sqlalchemy import text

from hub.insights import service
from hub.ledger import holds
from hub.ledger.service import ledger_id

AS_OF = date(2026, 6, 30)


def invoice(books, customer, amount, late, **more):
    return books.invoice(amount, AS_OF - timedelta(days=100), AS_OF - timedelta(days=late), customer=customer, **more)


def forecast(session, connection, expected):
    """A run that expects each invoice of `expected` on its day."""
    run = session.execute(
        text("""
            insert into forecast_runs (model_id, as_of, made_at, predictions, cash_flow)
            values (gen_random_uuid(), :as_of, now(), :predictions, '{}') returning id
        """),
        {"as_of": AS_OF, "predictions": len(expected)},
    ).scalar_one()
    for name, expected_on in expected.items():
        session.execute(
            text("""
                insert into predictions
                    (run_id, invoice_id, p_paid_by_due, p_late30, expected_on, p10_on, p50_on, p90_on, risk_level)
                values (:run, :invoice, 0.5, 0.5, :on, :on, :on, :on, 'medium')
            """),
            {"run": run, "invoice": ledger_id(connection, "invoice", name), "on": expected_on},
        )


def shown(rows):
    return [(row.rank, row.customer_name, row.overdue, row.days_overdue, row.delayed) for row in rows]


def test_without_a_forecast_by_the_delay_so_far(books, tenant_session):
    for customer, amount, late in (("acme", 90, 60), ("bolt", 240, 10), ("core", 60, 90), ("duly", 900, 0)):
        invoice(books, customer, amount, late)
    invoice(books, "acme", 5000, 50, disputed=True)
    books.save()
    # Equal delay: the larger amount first. Disputed and not overdue are nobody's call to make.
    assert shown(service.worklist(tenant_session, AS_OF)) == [
        (1, "Acme", 90, 60, 180),
        (2, "Core", 60, 90, 180),
        (3, "Bolt", 240, 10, 80),
    ]
    assert len(service.worklist(tenant_session, AS_OF, limit=1)) == 1


def test_with_a_forecast_by_the_delay_expected(books, tenant_session):
    invoice(books, "acme", 90, 60)
    quick = invoice(books, "bolt", 240, 10)
    coming = invoice(books, "duly", 900, -5)
    stale = invoice(books, "core", 60, 30)
    books.save()
    forecast(
        tenant_session,
        books.connection,
        {
            quick: AS_OF + timedelta(days=5),
            coming: AS_OF + timedelta(days=20),
            stale: AS_OF - timedelta(days=10),  # should have been here by now: late up to today at least
        },
    )
    assert shown(service.worklist(tenant_session, AS_OF)) == [
        (1, "Duly", 0, 0, 450),
        (2, "Acme", 90, 60, 180),
        (3, "Bolt", 240, 10, 120),
        (4, "Core", 60, 30, 60),
    ]


def test_currencies_are_ranked_apart(books, tenant_session):
    invoice(books, "acme", 10, 30, currency="EUR")
    invoice(books, "bolt", 20, 30, currency="USD")
    books.save()
    assert [(row.currency, row.rank, row.delayed) for row in service.worklist(tenant_session, AS_OF)] == [
        ("EUR", 1, 10),
        ("USD", 1, 20),
    ]


def test_what_is_held_is_not_asked_for(books, tenant_session):
    part, whole = invoice(books, "acme", 90, 60), invoice(books, "bolt", 240, 10)
    books.save()
    at, source = datetime.now(UTC), uuid4()
    for name, amount in ((part, Decimal(30)), (whole, None)):
        holds.place(
            tenant_session,
            ledger_id(books.connection, "invoice", name),
            "dispute",
            source_id=uuid5(source, name),
            reason="disputed",
            at=at,
            amount=amount,
        )
    # The undisputed part stays due.
    assert shown(service.worklist(tenant_session, AS_OF)) == [(1, "Acme", 60, 60, 120)]
    for name in (part, whole):
        assert holds.release(tenant_session, "dispute", uuid5(source, name), at)
    assert [row.customer_name for row in service.worklist(tenant_session, AS_OF)] == ["Acme", "Bolt"]
