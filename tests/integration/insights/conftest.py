"""A ledger written down line by line: `books` collects records, `save` has the ledger store them."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from hub.ledger.service import store
from hub.sdk.records import Allocation, CreditMemo, Customer, Invoice, Payment, Record

CONNECTION = UUID("c0ffee00-0000-8000-8000-000000000001")
NOW = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass
class Books:
    """Records of one connection, numbered as they come; amounts may be given as numbers or text."""

    session: Session
    records: list[Record] = field(default_factory=list)
    connection: UUID = CONNECTION

    def invoice(self, total, issued_on: date, due_on: date, *, customer="acme", currency="USD", **more) -> str:
        name = f"i{len(self.records)}"
        self.records.append(
            Invoice(
                external_id=name,
                customer_id=customer,
                number=name,
                issued_on=issued_on,
                due_on=due_on,
                currency=currency,
                total=Decimal(total),
                **more,
            )
        )
        return name

    def payment(self, amount, paid_on: date, *, customer="acme", currency="USD") -> str:
        name = f"p{len(self.records)}"
        self.records.append(
            Payment(external_id=name, customer_id=customer, paid_on=paid_on, currency=currency, amount=Decimal(amount))
        )
        return name

    def credit_memo(self, total, issued_on: date, *, customer="acme", currency="USD", **more) -> str:
        name = f"m{len(self.records)}"
        self.records.append(
            CreditMemo(
                external_id=name,
                customer_id=customer,
                number=name,
                issued_on=issued_on,
                currency=currency,
                total=Decimal(total),
                **more,
            )
        )
        return name

    def apply(self, source: str | None, invoice: str, amount, applied_on: date, *, kind=None, reversed_on=None) -> None:
        by_document = {"p": "payment", "m": "credit_memo"}
        self.records.append(
            Allocation(
                external_id=f"a{len(self.records)}",
                invoice_id=invoice,
                source_id=source,
                kind=kind or by_document[source[0]],
                amount=Decimal(amount),
                applied_on=applied_on,
                reversed_on=reversed_on,
            )
        )

    def pay(self, invoice: str, amount, paid_on: date, *, customer="acme", currency="USD", reversed_on=None) -> None:
        """A payment that settles one invoice."""
        payment = self.payment(amount, paid_on, customer=customer, currency=currency)
        self.apply(payment, invoice, amount, paid_on, reversed_on=reversed_on)

    def save(self) -> None:
        names = {record.customer_id for record in self.records if not isinstance(record, Allocation)}
        customers = [Customer(external_id=name, name=name.title()) for name in sorted(names)]
        store(self.session, self.connection, [(None, [*customers, *self.records])], None, NOW)


@pytest.fixture
def books(tenant_session) -> Books:
    """An empty ledger to write down, in the module's tenant; rolled back after the test."""
    return Books(tenant_session)
