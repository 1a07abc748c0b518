"""A client of the API as one tenant, and a small ledger for it to read."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from hub.app import create_app
from hub.identity import keys
from hub.ledger import service as ledger
from hub.ledger.ids import ledger_id
from hub.sdk.records import Allocation, CreditMemo, Customer, Invoice, Payment

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
CONNECTION = UUID("018f3a52-0000-8000-8000-000000000001")


@dataclass
class ApiClient:
    """Sends requests with one API key."""

    flask: FlaskClient
    key: str
    app: Flask
    headers: dict[str, str] = field(default_factory=dict)

    def open(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.key}", **self.headers, **(headers or {})}
        return self.flask.open(path, method=method, headers=sent, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.open("GET", path, **options)

    def post(self, path: str, **options: Any) -> TestResponse:
        return self.open("POST", path, **options)

    def put(self, path: str, **options: Any) -> TestResponse:
        return self.open("PUT", path, **options)

    def walk(self, path: str) -> list[dict[str, Any]]:
        """All items of a list, page by page."""
        items, cursor = [], None
        joint = "&" if "?" in path else "?"
        while True:
            response = self.get(f"{path}{joint}cursor={cursor}" if cursor else path)
            assert response.status_code == 200, response.json
            items += response.json["items"]
            if (cursor := response.json["next_cursor"]) is None:
                return items


@pytest.fixture(scope="session")
def app(settings, storage) -> Flask:
    """The application on the tests' servers."""
    return create_app(settings, storage)


@pytest.fixture(scope="module")
def key_of(storage):
    """Makes an API key of a tenant."""

    def key_of(tenant: str, **options: Any) -> str:
        with storage.hub() as session:
            return keys.create(session, tenant, "test", **options)

    return key_of


@pytest.fixture(scope="module")
def client(app, tenant, key_of) -> ApiClient:
    """The module's tenant as a caller of the API."""
    return ApiClient(app.test_client(), key_of(tenant), app)


def record_id(entity: str, external_id: str) -> str:
    """The hub's id of a record of the small ledger."""
    return str(ledger_id(CONNECTION, entity, external_id))


@pytest.fixture(scope="module")
def small_ledger(storage, tenant) -> None:
    """Two customers, 60 invoices in two currencies, of which every third is paid, and one credit memo."""
    records = [
        Customer(external_id="c1", name="Acme GmbH", email="ap@acme.example", currency="EUR", country="DE"),
        Customer(external_id="c2", name="Best % Co", currency="USD", credit_limit=Decimal("5000")),
        CreditMemo(
            external_id="m1",
            customer_id="c1",
            number="CM-1",
            issued_on=date(2026, 3, 1),
            currency="EUR",
            total=Decimal("5"),
        ),
    ]
    for number in range(60):
        issued_on = date(2026, 1, 1) + timedelta(days=number % 20)
        customer, currency = ("c1", "EUR") if number % 2 else ("c2", "USD")
        due_on = issued_on + timedelta(days=30 + 60 * (number % 3))
        records.append(
            Invoice(
                external_id=f"i{number}",
                customer_id=customer,
                number=f"INV-{number:03}",
                issued_on=issued_on,
                due_on=due_on,
                currency=currency,
                total=Decimal(100 + number % 7) + Decimal("0.25"),
                terms="Net 30" if number % 4 else None,
                disputed=True if number == 1 else None,
            )
        )
        if number % 3 == 0:
            amount = Decimal(100 + number % 7) + Decimal("0.25")
            paid_on = due_on + timedelta(days=number % 5)
            records.append(
                Payment(
                    external_id=f"p{number}", customer_id=customer, paid_on=paid_on, currency=currency, amount=amount
                )
            )
            records.append(
                Allocation(
                    external_id=f"a{number}",
                    invoice_id=f"i{number}",
                    source_id=f"p{number}",
                    kind="payment",
                    amount=amount,
                    applied_on=paid_on,
                )
            )
    with storage.tenant(tenant) as session:
        ledger.store(session, CONNECTION, [(None, records)], None, NOW)


@pytest.fixture(scope="module")
def forecast(storage, tenant, small_ledger) -> None:
    """A champion model and one run of it over the open invoices."""
    with storage.tenant(tenant) as session:
        session.execute(
            text("""
                with model as (
                    insert into forecast_models (backend, status, reason, as_of, trained_at, backtest, artifact)
                    values ('naive', 'champion', 'the only one', '2026-03-31', :now, '{"mae": 4.5}', '\\x00')
                    returning id
                ), run as (
                    insert into forecast_runs (model_id, as_of, made_at, predictions, cash_flow)
                    select id, '2026-03-31', :now, 40,
                           '{"weeks": ["2026-03-30", "2026-04-06"], "expected": {"EUR": [100.5, 50]},
                             "p10": {"EUR": [80, 20]}, "p90": {"EUR": [120, 90]}, "total": {"EUR": [150.5, 110, 200]}}'
                    from model returning id
                )
                insert into predictions (run_id, invoice_id, p_paid_by_due, p_late30,
                                         expected_on, p10_on, p50_on, p90_on, risk_level, reasons)
                select run.id, i.id, 0.25, 0.5, i.due_on + 5, i.due_on, i.due_on + 4, i.due_on + 20,
                       case when i.due_on < '2026-02-10' then 'high' else 'low' end,
                       '[{"feature": "usual_delay", "contribution": 0.4, "days": 2.5, "sentence": "Pays late"}]'
                from invoices i, run where i.balance > 0
            """),
            {"now": NOW},
        )
