"""A tenant with a few open invoices, people of each role, and disputes of their invoices."""

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from hub.app import create_app
from hub.ledger import service as ledger
from hub.ledger.ids import ledger_id
from hub.sdk.records import Customer, Invoice
from hub.storage.audit import Actor
from tests.integration.identity.callers import Caller, machine, person

CONNECTION = UUID("018f3a52-0000-8000-8000-000000000009")
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
SOMEBODY = Actor(kind="person", id="018f3a52-0000-8000-8000-00000000000a", name="jo@acme.example")
OTHER = Actor(kind="person", id="018f3a52-0000-8000-8000-00000000000b", name="li@acme.example")


@pytest.fixture(scope="session")
def app(settings, storage) -> Flask:
    """The application on the tests' servers."""
    return create_app(settings, storage)


@pytest.fixture(scope="module")
def new_invoice(storage, tenant) -> Callable[..., UUID]:
    """Makes an open invoice of the customer c1, or another, and returns its id."""

    def new_invoice(total: str = "100", customer: str = "c1", number: str | None = None, **facts: Any) -> UUID:
        number = number or f"INV-{secrets.token_hex(4)}"
        invoice = Invoice(
            external_id=number,
            customer_id=customer,
            number=number,
            issued_on=date(2026, 3, 1),
            due_on=date(2026, 3, 31),
            currency="EUR",
            total=Decimal(total),
            **facts,
        )
        who = Customer(
            external_id=customer, name=f"Customer {customer}", email=f"ap@{customer}.example", currency="EUR"
        )
        with storage.tenant(tenant) as session:
            ledger.store(session, CONNECTION, [(None, [who, invoice])], None, NOW)
        return ledger_id(CONNECTION, "invoice", number)

    return new_invoice


@pytest.fixture(scope="module")
def admin(app, storage, settings, tenant) -> Caller:
    return person(app, storage, settings, (tenant, "admin"))


@pytest.fixture(scope="module")
def member(app, storage, settings, tenant) -> Caller:
    return person(app, storage, settings, (tenant, "member"))


@pytest.fixture(scope="module")
def viewer(app, storage, settings, tenant) -> Caller:
    return person(app, storage, settings, (tenant, "viewer"))


@pytest.fixture(scope="module")
def program(app, storage, tenant) -> Caller:
    """A program that may read and write disputes."""
    return machine(app, storage, tenant, ["disputes:read", "disputes:write"])


@pytest.fixture
def opened(member, new_invoice) -> dict[str, Any]:
    """A dispute of an invoice of 100 EUR, as the API shows it."""
    body = {"invoice_id": str(new_invoice()), "text": "Four cartons are missing."}
    response = member.post("/api/disputes", json=body)
    assert response.status_code == 201, response.json
    return response.json
