"""Every prediction of one invoice over time, beside what became of it, over HTTP."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import text

from hub.app import create_app
from hub.identity import keys
from hub.ledger import service as ledger
from hub.ledger.ids import ledger_id
from hub.sdk.records import Allocation, Customer, Invoice, Payment
from tests.integration.api.conftest import ApiClient

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
BOOKS = UUID(int=7)
PAID, OPEN = (str(ledger_id(BOOKS, "invoice", name)) for name in ("paid", "open"))
PAID_ON = date(2026, 4, 12)


@pytest.fixture(scope="module")
def client(storage, settings, tenant):
    common = {"customer_id": "c1", "issued_on": date(2026, 3, 1), "due_on": date(2026, 3, 31), "currency": "EUR"}
    records = [
        Customer(external_id="c1", name="Acme GmbH"),
        *(Invoice(external_id=name, number=name, total=Decimal(100), **common) for name in ("paid", "open")),
        Payment(external_id="p", customer_id="c1", paid_on=PAID_ON, currency="EUR", amount=Decimal(100)),
        Allocation(
            external_id="a", invoice_id="paid", source_id="p", kind="payment", amount=Decimal(100), applied_on=PAID_ON
        ),
    ]
    with storage.tenant(tenant) as session:
        ledger.store(session, BOOKS, [(None, records)], None, NOW)
        for week in range(3):
            as_of = date(2026, 3, 10) + timedelta(weeks=week)
            session.execute(
                text("""
                    with model as (
                        insert into forecast_models (backend, status, reason, as_of, trained_at, artifact)
                        values ('naive', 'retired', 'of its time', :as_of, :now, '\\x00') returning id
                    ), run as (
                        insert into forecast_runs (model_id, as_of, made_at, predictions, cash_flow)
                        select id, :as_of, :now, 2, '{}' from model returning id
                    )
                    insert into predictions (run_id, invoice_id, p_paid_by_due, p_late30, expected_on, p10_on, p50_on,
                                             p90_on, risk_level)
                    select run.id, i.id, 0.5, 0.1, cast(:middle as date), cast(:middle as date) - 5, :middle,
                           cast(:middle as date) + 5, 'low'
                    from run, invoices i
                """),
                {"as_of": as_of, "now": NOW, "middle": date(2026, 4, 2) + timedelta(days=5 * week)},
            )
    with storage.hub() as session:
        key = keys.create(session, tenant, "test")
    app = create_app(settings, storage)
    return ApiClient(app.test_client(), key, app)


def test_all_of_them_newest_first_with_what_happened(client):
    found = client.get(f"/api/predictions/{PAID}/history").json
    assert (found["number"], found["status"], found["paid_on"]) == ("paid", "paid", str(PAID_ON))
    assert [each["as_of"] for each in found["items"]] == ["2026-03-24", "2026-03-17", "2026-03-10"]
    assert [each["days_off"] for each in found["items"]] == [0, -5, -10]
    assert [each["is_held"] for each in found["items"]] == [True, True, False]
    assert len({each["model_id"] for each in found["items"]}) == 3 and found["items"][0]["model"] == "naive"


def test_of_an_open_invoice_nothing_is_known_yet(client):
    found = client.get(f"/api/predictions/{OPEN}/history").json
    assert found["paid_on"] is None and found["status"] == "open"
    assert all(each["days_off"] is None and each["is_held"] is None for each in found["items"])


def test_page_by_page(client):
    walked = client.walk(f"/api/predictions/{PAID}/history?limit=2")
    assert [each["days_off"] for each in walked] == [0, -5, -10]


def test_of_no_invoice_there_is_no_history(client):
    assert client.get(f"/api/predictions/{UUID(int=1)}/history").status_code == 404
