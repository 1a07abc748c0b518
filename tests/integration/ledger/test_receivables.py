"""What is owed, by customer, in each currency and at home, today and on days past."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from hub.ledger import service
from hub.sdk.records import Allocation, CreditMemo, Customer, Gone, Invoice, Payment

CUSTOMER = Customer(external_id="c1", name="Acme")
ISSUED, PAID, TODAY = date(2026, 1, 5), date(2026, 2, 10), date(2026, 3, 1)
INVOICE = Invoice(
    external_id="i1",
    customer_id="c1",
    number="INV-1",
    issued_on=ISSUED,
    due_on=ISSUED,
    currency="EUR",
    total=Decimal("100.00"),
    exchange_rate=Decimal("1.1"),
)
PAYMENT = Payment(
    external_id="p1",
    customer_id="c1",
    paid_on=PAID,
    currency="EUR",
    amount=Decimal("70.00"),
    exchange_rate=Decimal("1.2"),
)
MEMO = CreditMemo(
    external_id="m1",
    customer_id="c1",
    number="CN-1",
    issued_on=PAID,
    currency="EUR",
    total=Decimal("10.00"),
    exchange_rate=Decimal("1.15"),
)
APPLIED = Allocation(
    external_id="a1", invoice_id="i1", source_id="p1", kind="payment", amount=Decimal("60.00"), applied_on=PAID
)
# Issued in the year after, so that no day before it can be read from the stored balances.
LATER = Invoice(
    external_id="later",
    customer_id="c9",
    number="later",
    issued_on=date(2027, 1, 1),
    due_on=date(2027, 1, 1),
    currency="CHF",
    total=Decimal("1.00"),
)


def owed(books, day=TODAY, home="USD", connection=None):
    """By the customer's id: what they owe in each currency, and at home."""
    found = service.standings(books.session, connection or books.connection, day, home)
    return {(str(each.customer_id), each.currency): (each.amount, each.home) for each in found}


def only(books, **more):
    (value,) = owed(books, **more).values()
    return value


@pytest.mark.parametrize("is_past", [False, True])
@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([INVOICE], ("100", "110.00")),
        ([replace(INVOICE, exchange_rate=None)], ("100", "100.00")),
        # At the invoice's rate, unless it took off something else; what is unapplied at the payment's own.
        ([INVOICE, PAYMENT, APPLIED], ("30", "32.00")),
        ([INVOICE, PAYMENT, replace(APPLIED, home_amount=Decimal("72.00"))], ("30", "26.00")),
        ([INVOICE, MEMO], ("90", "98.50")),
        # What is settled owes nothing at home either: the rest is an exchange difference.
        (
            [
                INVOICE,
                replace(PAYMENT, amount=Decimal(101)),
                replace(APPLIED, amount=Decimal(100), home_amount=Decimal(120)),
            ],
            ("-1", "-1.20"),
        ),
        # Each document is rounded for itself.
        ([replace(INVOICE, total=Decimal("0.05"), external_id=each) for each in ("i1", "i2")], ("0.10", "0.12")),
        # What does not count.
        ([INVOICE, replace(PAYMENT, status="void"), APPLIED], ("100", "110.00")),
        ([INVOICE, PAYMENT, APPLIED, Gone(entity="payment", external_id="p1", gone_on=PAID)], ("100", "110.00")),
        ([INVOICE, replace(MEMO, status="void")], ("100", "110.00")),
        ([INVOICE, PAYMENT, replace(APPLIED, reversed_on=PAID)], ("30", "26.00")),
        # Paid back.
        (
            [INVOICE, PAYMENT, replace(APPLIED, kind="refund", invoice_id=None, source_kind="payment")],
            ("90", "98.00"),
        ),
    ],
)
def test_what_a_customer_owes(books, is_past, records, expected):
    for record in records:
        books.store(record)
    if is_past:
        type(books)(books.session, now=books.now).store(LATER)
    amount, home = only(books)
    assert (amount, str(home)) == (Decimal(expected[0]), expected[1])


def test_on_a_day_past(books):
    books.store(CUSTOMER, INVOICE, PAYMENT, MEMO, replace(APPLIED, home_amount=Decimal("72.00")))
    assert owed(books, date(2026, 1, 4)) == {}
    assert only(books, day=date(2026, 2, 9)) == (Decimal(100), Decimal("110.00"))
    assert only(books, day=PAID) == only(books) == (Decimal(20), Decimal("14.50"))


def test_a_payment_for_an_invoice_that_is_not_issued_yet_is_still_unapplied(books):
    books.store(replace(INVOICE, issued_on=date(2026, 6, 1)), PAYMENT, APPLIED)
    assert only(books) == (Decimal(-70), Decimal("-84.00"))
    assert only(books, day=date(2026, 6, 1)) == (Decimal(30), Decimal("32.00"))


def test_by_currency_and_customer_and_in_the_home_currencys_units(books):
    books.store(
        INVOICE,
        replace(INVOICE, external_id="i2", currency="CHF", exchange_rate=Decimal("1.0049")),
        replace(INVOICE, external_id="i3", customer_id="c2"),
    )
    other = type(books)(books.session, now=books.now)
    other.store(INVOICE)
    assert sorted(amounts for amounts in owed(books).values()) == [
        (Decimal(100), Decimal("100.49")),
        (Decimal(100), Decimal("110.00")),
        (Decimal(100), Decimal("110.00")),
    ]
    assert {str(home) for _, home in owed(books, home="JPY").values()} == {"110", "100"}
    assert service.receivable(books.session, books.connection, TODAY) == {"EUR": Decimal(200), "CHF": Decimal(100)}


def test_the_documents_of_a_customer_as_evidence(books):
    books.store(CUSTOMER, replace(INVOICE, balance=Decimal(30)), PAYMENT, MEMO, APPLIED)
    customer = service.ledger_id(books.connection, "customer", "c1")
    found = {each.kind: each for each in service.documents_of(books.session, [customer], "USD")[customer]}
    assert (found["invoice"].open, found["invoice"].home, found["invoice"].unlike_stated) == (40, 44, 10)
    assert (found["payment"].amount, found["payment"].open, found["payment"].number) == (-70, -10, "p1")
    assert (found["credit memo"].amount, found["credit memo"].counts) == (-10, True)
    assert service.names_of(books.session, [customer]) == {customer: ("c1", "Acme")}
