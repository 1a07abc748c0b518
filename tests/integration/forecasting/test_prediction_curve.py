"""The curve of one invoice's payment, read out of the newest run's book, over HTTP."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import text

from hub.app import create_app
from hub.forecasting.book import DAYS, WHOLE, Book
from hub.forecasting.book_store import save_book
from hub.forecasting.days import to_day
from hub.forecasting.schemas_curve import PredictionCurveSchema
from hub.identity import keys
from hub.ledger import service as ledger
from hub.ledger.ids import ledger_id
from hub.sdk.records import Customer, Invoice
from tests.integration.api.conftest import ApiClient

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
AS_OF = date(2026, 3, 25)  # a Wednesday: the book begins on the Monday before, on which nothing could be paid
BOOKS = UUID(int=11)
NUMBERS = [f"n{number}" for number in range(3)]


@pytest.fixture(scope="module")
def client(storage, settings, tenant):
    common = {"customer_id": "c1", "issued_on": date(2026, 3, 1), "due_on": date(2026, 3, 31), "currency": "EUR"}
    records = [Customer(external_id="c1", name="Acme GmbH")]
    records += [Invoice(external_id=name, number=name, total=Decimal(100), **common) for name in NUMBERS]
    with storage.tenant(tenant) as session:
        ledger.store(session, BOOKS, [(None, records)], None, NOW)
        run_id = session.execute(
            text("""
                with model as (
                    insert into forecast_models (backend, status, reason, as_of, trained_at, artifact)
                    values ('naive', 'champion', 'the only one', :as_of, :now, '\\x00') returning id
                )
                insert into forecast_runs (model_id, as_of, made_at, predictions, cash_flow)
                select id, :as_of, :now, 3, '{}' from model returning id
            """),
            {"as_of": AS_OF, "now": NOW},
        ).scalar_one()
        save_book(session, run_id, book())
    with storage.hub() as session:
        key = keys.create(session, tenant, "test")
    app = create_app(settings, storage)
    return ApiClient(app.test_client(), key, app)


def book() -> Book:
    """Invoice k is paid for sure on the (k + 1)th day that was forecast, or to a half where k is 1."""
    paid_by = np.zeros((len(NUMBERS), DAYS), dtype=np.uint16)
    first = 3  # Thursday
    for place in range(len(NUMBERS)):
        paid_by[place, first + place :] = WHOLE // 2 if place == 1 else WHOLE
    return Book(
        as_of=to_day(AS_OF),
        invoice_id=np.array([str(ledger_id(BOOKS, "invoice", name)) for name in NUMBERS]),
        customer=np.zeros(len(NUMBERS), dtype=np.int32),
        customer_id=(str(ledger_id(BOOKS, "customer", "c1")),),
        currency=np.zeros(len(NUMBERS), dtype=np.int16),
        currencies=("EUR",),
        due=np.full(len(NUMBERS), to_day(date(2026, 3, 31)), dtype=np.int32),
        amount=np.full(len(NUMBERS), 100.0),
        paid_by=paid_by,
    )


def address(name: str) -> str:
    return f"/api/predictions/{ledger_id(BOOKS, 'invoice', name)}/curve"


@pytest.mark.parametrize(("name", "expected"), [("n0", [1, 1, 1, 1]), ("n1", [0, 0.5, 0.5, 0.5]), ("n2", [0, 0, 1, 1])])
def test_every_day_from_the_first_that_was_forecast(client, name, expected):
    curve = client.get(f"{address(name)}?days=4").json
    assert [point["on"] for point in curve["points"]] == [str(AS_OF + timedelta(days=day)) for day in range(1, 5)]
    assert [point["p_paid"] for point in curve["points"]] == pytest.approx(expected, abs=1e-4)
    assert (curve["as_of"], curve["model"], curve["model_number"]) == (str(AS_OF), "naive", 1)
    assert PredictionCurveSchema().dump(PredictionCurveSchema().load(curve)) == curve


def test_how_far_it_goes(client):
    assert len(client.get(address("n0")).json["points"]) == 120
    assert len(client.get(f"{address('n0')}?days=180").json["points"]) == 180
    for days in ("0", "181", "many"):
        assert client.get(f"{address('n0')}?days={days}").status_code == 422


def test_an_invoice_that_the_newest_forecast_has_not(client, storage, tenant):
    assert client.get(address("elsewhere")).status_code == 404
    with storage.tenant(tenant) as session:
        session.execute(text("delete from forecast_books"))
    assert client.get(address("n0")).json["code"] == "not_found"
