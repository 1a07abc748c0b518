"""A tenant with open invoices of a customer, people of each role, and a link to the customer's page."""

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from hub.app import create_app
from hub.ledger import service as ledger
from hub.ledger.ids import ledger_id
from hub.sdk.records import Customer, Invoice
from tests.integration.identity.callers import Caller, machine, person

CONNECTION = UUID("018f3a52-0000-8000-8000-000000000009")


def in_days(count: int) -> date:
    """The day so many days from today, UTC."""
    return datetime.now(UTC).date() + timedelta(days=count)


@pytest.fixture(scope="session")
def app(settings, storage) -> Flask:
    """The application on the tests' servers."""
    return create_app(settings, storage)


@pytest.fixture(scope="module")
def new_invoice(storage, tenant) -> Callable[..., UUID]:
    """Makes an open invoice of the customer c1, or another, and returns its id."""

    def new_invoice(total: str = "100", customer: str = "c1", **facts: Any) -> UUID:
        number = f"INV-{secrets.token_hex(4)}"
        stated = {"number": number, "issued_on": in_days(-40), "due_on": in_days(-10), "currency": "EUR"} | facts
        invoice = Invoice(external_id=number, customer_id=customer, total=Decimal(total), **stated)
        who = Customer(external_id=customer, name=f"Customer {customer}", email=f"ap@{customer}.example")
        with storage.tenant(tenant) as session:
            ledger.store(session, CONNECTION, [(None, [who, invoice])], None, datetime.now(UTC))
        return ledger_id(CONNECTION, "invoice", number)

    return new_invoice


@pytest.fixture(scope="module")
def member(app, storage, settings, tenant) -> Caller:
    return person(app, storage, settings, (tenant, "member"))


@pytest.fixture(scope="module")
def viewer(app, storage, settings, tenant) -> Caller:
    return person(app, storage, settings, (tenant, "viewer"))


@pytest.fixture(scope="module")
def program(app, storage, tenant) -> Caller:
    """A program that may read promises."""
    return machine(app, storage, tenant, ["promises:read"])
