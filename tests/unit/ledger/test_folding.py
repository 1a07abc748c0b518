"""What records say, put together: the rules of the ledger, case by case."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from hub.ledger.folding import Books, summary
from hub.sdk.records import Allocation, AllocationsComplete, CreditMemo, Customer, Gone, Invoice, Payment

DAY = date(2026, 3, 1)
CUSTOMER = Customer(external_id="1", name="Old Mill")
INVOICE = Invoice(
    external_id="i1",
    customer_id="1",
    number="INV-1",
    issued_on=DAY,
    due_on=DAY,
    currency="EUR",
    total=Decimal("100.00"),
    exchange_rate=Decimal("1.1"),
)
PAYMENT = Payment(external_id="p1", customer_id="1", paid_on=DAY, currency="EUR", amount=Decimal("60.00"))
CREDIT = CreditMemo(
    external_id="c1", customer_id="1", number="CM-1", issued_on=DAY, currency="EUR", total=Decimal("40.00")
)
PAID = Allocation(
    external_id="a1", invoice_id="i1", source_id="p1", kind="payment", amount=Decimal("60.00"), applied_on=DAY
)
CREDITED = replace(PAID, external_id="a2", source_id="c1", kind="credit_memo", amount=Decimal("40.00"))
REFUNDED = replace(
    CREDITED, external_id="a3", invoice_id=None, kind="refund", source_kind="credit_memo", amount=Decimal("25.00")
)
WRITTEN_OFF = replace(PAID, external_id="a4", source_id=None, kind="write_off", amount=Decimal("100.00"))


def books(*items):
    held = Books()
    for item in items:
        held.add(item if isinstance(item, list) else [item])
    return held


@pytest.mark.parametrize(
    ("records", "open_", "status"),
    [
        ([INVOICE], "100.00", "open"),
        ([INVOICE, PAYMENT, PAID], "40.00", "partly_paid"),
        ([PAID, PAYMENT, INVOICE], "40.00", "partly_paid"),  # in any order
        ([INVOICE, PAYMENT, PAID, CREDIT, CREDITED], "0.00", "paid"),
        ([INVOICE, CREDIT, replace(CREDITED, amount=Decimal("100.00"))], "0.00", "credited"),
        ([INVOICE, WRITTEN_OFF], "0.00", "written_off"),
        ([replace(INVOICE, status="void")], "0.00", "void"),
        ([INVOICE, replace(PAYMENT, status="void"), PAID], "100.00", "open"),
        ([INVOICE, PAYMENT, PAID, Gone(entity="payment", external_id="p1", gone_on=DAY)], "100.00", "open"),
        ([INVOICE, PAYMENT, replace(PAID, reversed_on=DAY)], "100.00", "open"),
    ],
)
def test_what_is_open_of_an_invoice(records, open_, status):
    (invoice,) = summary(books(*records))["invoices"]
    assert (invoice["open"], invoice["status"]) == (open_, status)


def test_what_is_left_of_payments_and_credit_memos():
    held = books(PAYMENT, CREDIT, REFUNDED)
    assert held.unapplied(PAYMENT) == Decimal("60.00")
    assert held.unapplied(CREDIT) == Decimal("15.00")
    assert held.receivable() == {"EUR": Decimal("-75.00")}


def test_what_a_void_invoice_had_taken_is_unapplied_again():
    held = books(INVOICE, PAYMENT, PAID, replace(INVOICE, status="void"))
    assert held.unapplied(PAYMENT) == Decimal("60.00")


def test_allocations_that_are_no_longer_stated_are_gone():
    complete = AllocationsComplete(entity="payment", external_id="p1", gone_on=DAY)
    held = books(INVOICE, [PAYMENT, PAID, complete], CREDIT, CREDITED, [PAYMENT, complete])
    assert held.allocations.keys() == {"a2"}
    held.add([INVOICE, AllocationsComplete(entity="invoice", external_id="i1", gone_on=DAY)])
    assert not held.allocations


def test_the_home_currency_goes_by_each_documents_rate_and_by_what_was_booked():
    assert books(INVOICE, PAYMENT, PAID).home_receivable() == Decimal("44.00")
    booked = replace(PAID, home_amount=Decimal("63.00"))
    assert books(INVOICE, PAYMENT, booked).home_receivable() == Decimal("47.00")


def test_it_says_what_was_deleted_and_which_currency_is_home():
    gone = Gone(entity="invoice", external_id="i9", gone_on=DAY)
    told = summary(
        books(CUSTOMER, INVOICE, replace(INVOICE, external_id="i2", currency="USD", exchange_rate=None), gone)
    )
    assert told["deleted"] == [{"entity": "invoice", "external_id": "i9"}]
    assert told["home_currency"] == "USD"
    assert told["open_balance_home"] == "210.00"
