"""A tenant that sends reminders: invoices that are overdue, people of each role, a real mail server and workers."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from hub import pipelines
from hub.app import create_app
from hub.channels import service as channels
from hub.jobs.execution import Runner
from hub.jobs.policy import Policy
from hub.ledger import service as ledger
from hub.ledger.ids import ledger_id
from hub.registry import Registry, load
from hub.reminders import service, settings
from hub.sdk.records import Allocation, Customer, Invoice, Payment
from hub.settings import Settings
from hub.storage.audit import Actor
from hub.storage.vault import Vault
from tests.integration.identity.callers import Caller, machine, person
from tests.smtp_server import SmtpServer

CONNECTION = UUID("018f3a52-0000-8000-8000-00000000000c")
SOMEBODY = Actor(kind="person", id="018f3a52-0000-8000-8000-00000000000a", name="jo@seller.example")


@pytest.fixture(scope="session")
def own(settings) -> Settings:
    """Settings of a hub that browsers reach by https, and that may reach this machine."""
    return replace(
        settings,
        public_url="https://ar.seller.example",
        private_hosts="127.0.0.1,localhost",
    )


@pytest.fixture(scope="session")
def registry() -> Registry:
    return load()


@pytest.fixture(scope="session")
def app(own, storage, registry) -> Flask:
    """The application on the tests' servers."""
    return create_app(replace(own, public_url=""), storage, registry)


@pytest.fixture(scope="module")
def company(storage, tenant) -> str:
    """The tenant's settings say who sends."""
    with storage.tenant(tenant) as session:
        document = {
            **settings.defaults(),
            "sender": {
                "company": "Seller GmbH",
                "name": "Jo Doe",
                "phone": "",
                "postal_address": "Ring 1, 10115 Berlin",
                "reply_to": None,
            },
        }
        settings.store(session, document, datetime.now(UTC), expected_version=0)
    return "Seller GmbH"


@pytest.fixture(scope="module")
def new_invoice(storage, tenant) -> Callable[..., UUID]:
    """Makes an open invoice that is 10 days overdue, of the customer c1 or another, and returns its id."""

    def new_invoice(total: str = "100", customer: str = "c1", number: str | None = None, **facts: Any) -> UUID:
        number = number or f"INV-{secrets.token_hex(4)}"
        today = datetime.now(UTC).date()
        invoice = Invoice(
            **{
                "external_id": number,
                "customer_id": customer,
                "number": number,
                "issued_on": today - timedelta(days=40),
                "due_on": today - timedelta(days=10),
                "currency": "EUR",
                "total": Decimal(total),
            }
            | facts
        )
        who = Customer(
            external_id=customer,
            name=f"Customer {customer}",
            email=f"ap@{customer}.example",
            currency="EUR",
            country="DE",
        )
        with storage.tenant(tenant) as session:
            ledger.store(session, CONNECTION, [(None, [who, invoice])], None, datetime.now(UTC))
        return ledger_id(CONNECTION, "invoice", number)

    return new_invoice


@pytest.fixture(scope="module")
def pay(storage, tenant) -> Callable[..., None]:
    """Has a payment of an invoice come in."""

    def pay(invoice_id: UUID, amount: str = "100", on: date | None = None) -> None:
        on = on or datetime.now(UTC).date()
        with storage.tenant(tenant) as session:
            invoice = ledger.get_invoice(session, invoice_id)
            assert invoice is not None
            customer = ledger.get_customer(session, invoice["customer_id"])
            assert customer is not None
            name = secrets.token_hex(6)
            payment = Payment(
                external_id=name,
                customer_id=customer["external_id"],
                paid_on=on,
                currency=invoice["currency"],
                amount=Decimal(amount),
            )
            allocation = Allocation(
                external_id=f"a-{name}",
                invoice_id=invoice["external_id"],
                source_id=name,
                kind="payment",
                amount=Decimal(amount),
                applied_on=on,
            )
            ledger.store(session, CONNECTION, [(None, [payment, allocation])], None, datetime.now(UTC))

    return pay


@pytest.fixture(scope="module")
def admin(app, storage, own, tenant) -> Caller:
    return person(app, storage, own, (tenant, "admin"))


@pytest.fixture(scope="module")
def member(app, storage, own, tenant) -> Caller:
    return person(app, storage, own, (tenant, "member"))


@pytest.fixture(scope="module")
def viewer(app, storage, own, tenant) -> Caller:
    return person(app, storage, own, (tenant, "viewer"))


@pytest.fixture(scope="module")
def program(app, storage, tenant) -> Caller:
    """A program that may read and write reminders."""
    return machine(app, storage, tenant, ["reminders:read", "reminders:write"])


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    """A mail server that keeps what arrives."""
    with SmtpServer() as server:
        yield server


@pytest.fixture
def channel(storage, own, tenant, registry, server) -> Iterator[channels.Channel]:
    """The tenant's default channel: mail through that server."""
    vault = Vault(own, storage)
    wanted = {
        "name": f"Mail {secrets.token_hex(3)}",
        "purpose": "debtors",
        "config": {"host": "localhost", "port": server.port, "security": "none"},
        "sender": "ar@seller.example",
        "is_default": True,
    }
    with storage.tenant(tenant) as session:
        made = channels.create(session, vault, registry.get("smtp"), wanted)
    yield made
    with storage.tenant(tenant) as session:
        channels.remove(session, vault, made.id)


@pytest.fixture
def work(storage, own, registry) -> Iterator[Callable[..., None]]:
    """Does the reminders' work that waits."""
    kinds = ("reminders.write", "reminders.send", "reminders.receipts", "reminders.reconcile")
    runner = Runner(
        storage=storage,
        settings=own,
        registry=registry,
        handlers={kind: pipelines.HANDLERS[kind] for kind in kinds},
        reactions=lambda event: (),
        worker="test",
        policy=Policy(backoff_seconds=0),
    )

    def work() -> None:
        with storage.hub() as session:
            session.execute(text("delete from hub.work where kind not like 'reminders.%'"))
        runner.run_due()

    yield work
    runner.close()


@pytest.fixture
def get(storage, tenant) -> Callable[[Any], dict[str, Any]]:
    """A reminder's row by its id."""

    def get(reminder_id: Any) -> dict[str, Any]:
        with storage.tenant(tenant) as session:
            return service.get(session, UUID(str(reminder_id)))

    return get


def customer_id(name: str = "c1") -> str:
    """The hub's id of one of these customers."""
    return str(ledger_id(CONNECTION, "customer", name))


@pytest.fixture
def compose(member) -> Callable[..., dict[str, Any]]:
    """Composes a reminder of invoices of c1, or another; a draft unless `then` says more."""

    def compose(*invoices: UUID, customer: str = "c1", **body: Any) -> dict[str, Any]:
        body = {"customer_id": customer_id(customer), "invoice_ids": [str(each) for each in invoices], **body}
        answer = member.post("/api/reminders", json=body)
        assert answer.status_code == 201, answer.json
        found: dict[str, Any] = answer.json
        return found

    return compose
