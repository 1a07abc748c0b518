"""Aging of a ledger frame, against figures counted by hand."""

from datetime import date
from decimal import Decimal

import pytest

from hub.forecasting.aging import age
from hub.forecasting.days import to_day
from hub.forecasting.frame import LedgerFrame
from hub.sdk.records import Allocation, Customer, Invoice

AS_OF = date(2026, 3, 31)


def invoice(name: str, due_on: date, total: str, currency: str = "EUR", status: str = "open") -> Invoice:
    return Invoice(
        external_id=name,
        customer_id="c1",
        number=name,
        issued_on=date(2025, 11, 1),
        due_on=due_on,
        currency=currency,
        total=Decimal(total),
        status=status,  # type: ignore[arg-type]
    )


def paid(name: str, amount: str, on: date) -> Allocation:
    return Allocation(
        external_id=f"{name}-{on}", invoice_id=name, kind="payment", amount=Decimal(amount), applied_on=on
    )


def book(*records) -> LedgerFrame:
    return LedgerFrame.from_records([Customer(external_id="c1", name="Acme"), *records])


@pytest.mark.parametrize(
    ("due_on", "bucket"),
    [
        (date(2026, 4, 15), 0),
        (date(2026, 3, 31), 0),  # on its due date it is not overdue
        (date(2026, 3, 30), 1),
        (date(2026, 3, 1), 1),
        (date(2026, 2, 28), 2),
        (date(2026, 1, 30), 2),
        (date(2026, 1, 29), 3),
        (date(2025, 12, 31), 3),
        (date(2025, 12, 30), 4),
    ],
)
def test_bucket(due_on, bucket):
    (aging,) = age(book(invoice("i1", due_on, "100.00")), to_day(AS_OF))
    assert aging.amounts[bucket] == aging.total == 100.0


def test_counts_what_was_open_that_day():
    ledger = book(
        invoice("part", date(2026, 3, 1), "100.00"),
        paid("part", "40.00", date(2026, 3, 20)),
        invoice("later", date(2026, 3, 1), "50.00"),
        paid("later", "50.00", date(2026, 4, 2)),
        invoice("void", date(2026, 3, 1), "70.00", status="void"),
        invoice("draft", date(2026, 3, 1), "80.00", status="draft"),
        invoice("dollars", date(2026, 5, 1), "9.00", currency="USD"),
    )
    euro, dollar = age(ledger, to_day(AS_OF))
    assert (euro.currency, euro.total, euro.overdue) == ("EUR", 110.0, 110.0)
    assert (dollar.currency, dollar.total, dollar.overdue) == ("USD", 9.0, 0.0)
