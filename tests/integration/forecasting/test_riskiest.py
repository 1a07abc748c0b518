"""The list of the riskiest invoices compares amounts of several currencies in one: the home currency."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import text

from hub.cli.summary import print_summary
from hub.forecasting import champion, engine, service
from hub.ledger import service as ledger
from hub.sdk.records import Customer, Invoice

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
BOOKS = (("yen", "JPY", "900000", "0.006"), ("pounds", "GBP", "7000", "1.2"), ("home", "EUR", "6000", None))
"""Invoices by what they are worth at home: 5,400, 8,400 and 6,000."""


@pytest.fixture(scope="module")
def three_currencies(storage, tenant):
    records = [Customer(external_id="c1", name="Acme GmbH")]
    for number, currency, total, rate in BOOKS:
        records.append(
            Invoice(
                external_id=number,
                customer_id="c1",
                number=number,
                issued_on=date(2026, 3, 1),
                due_on=date(2026, 3, 31),
                currency=currency,
                total=Decimal(total),
                exchange_rate=None if rate is None else Decimal(rate),
            )
        )
    with storage.tenant(tenant) as session:
        ledger.store(session, UUID(int=1), [(None, records)], None, NOW)
        session.execute(
            text("""
                with model as (
                    insert into forecast_models (backend, status, reason, as_of, trained_at, artifact)
                    values ('naive', 'champion', 'the only one', '2026-03-31', :now, '\\x00') returning id
                ), run as (
                    insert into forecast_runs (model_id, as_of, made_at, predictions, cash_flow)
                    select id, '2026-03-31', :now, 3, '{"weeks": [], "expected": {}, "p10": {}, "p90": {}, "total": {}}'
                    from model returning id
                )
                insert into predictions (run_id, invoice_id, p_paid_by_due, p_late30, expected_on, p10_on, p50_on,
                                         p90_on, risk_level)
                select run.id, i.id, 0.5, 0.5, '2026-04-10', '2026-04-05', '2026-04-10', '2026-04-20', 'high'
                from run, invoices i
            """),
            {"now": NOW},
        )
    return tenant


def test_the_riskiest_are_ordered_by_what_they_are_worth_at_home(storage, three_currencies):
    with storage.tenant(three_currencies) as session:
        found = service.riskiest(session, 10)
    assert [each["number"] for each in found] == ["pounds", "home", "yen"]
    assert [float(each["expected_late"]) for each in found] == [4200, 3000, 2700]


def test_the_reasons_that_are_kept_are_of_those_worth_most_at_home(storage, three_currencies, monkeypatch):
    monkeypatch.setattr(champion, "EXPLAINED", 2)
    with storage.tenant(three_currencies) as session:
        frame = champion.load_frame(session, NOW.date())
    monkeypatch.setattr(engine, "forecast", lambda *_, **__: equally_late(frame))
    monkeypatch.setattr(engine, "cash_flow", lambda *_, **__: None)
    monkeypatch.setattr(engine, "explain", lambda _model, _frame, _day, rows: [frame.number[row] for row in rows])
    _, _, reasons = champion.compute(None, frame, NOW.date(), lambda *_: None)
    assert list(reasons.values()) == ["pounds", "home"]


def equally_late(frame):
    return SimpleNamespace(row=np.arange(len(frame)), p_late30=np.full(len(frame), 0.5))


def test_the_summary_shows_them_in_that_order_and_in_their_own_currency(storage, three_currencies, capsys):
    print_summary(storage, three_currencies)
    shown = capsys.readouterr().out
    assert shown.index("7,000.00 GBP") < shown.index("6,000.00 EUR") < shown.index("900,000.00 JPY")
