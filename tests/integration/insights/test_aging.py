"""Aging by hand: buckets and their edges, days in the past, credit, currencies, customers, wrong arguments."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest

from hub.errors import InvalidError
from hub.insights import service
from hub.ledger.service import ledger_id, store
from hub.sdk.records import Gone

AS_OF = date(2026, 6, 30)
LATER = datetime(2031, 1, 1, tzinfo=UTC)


def days(number: int) -> timedelta:
    return timedelta(days=number)


def amounts(aging):
    return {bucket.label: bucket.amount for bucket in aging.buckets if bucket.amount}


def test_by_due_date_edges(books, tenant_session):
    for amount, late in (
        (1, -5),
        (2, 0),
        (4, 1),
        (8, 30),
        (16, 31),
        (32, 60),
        (64, 61),
        (128, 90),
        (256, 91),
        (512, 900),
    ):
        books.invoice(amount, AS_OF - days(1000), AS_OF - days(late))
    books.save()
    (dollars,) = service.aging(tenant_session, AS_OF)
    # Due today is not overdue.
    assert amounts(dollars) == {"current": 3, "1-30": 12, "31-60": 48, "61-90": 192, "91+": 768}
    assert [bucket.invoices for bucket in dollars.buckets] == [2, 2, 2, 2, 2]
    assert (dollars.open, dollars.invoices, dollars.balance) == (1023, 10, 1023)


def test_by_invoice_date_edges(books, tenant_session):
    for amount, age in ((1, 0), (2, 30), (4, 31), (8, 60), (16, 61), (32, 90), (64, 91)):
        books.invoice(amount, AS_OF - days(age), AS_OF + days(20))
    books.save()
    (dollars,) = service.aging(tenant_session, AS_OF, basis="issued_on")
    assert amounts(dollars) == {"0-30": 3, "31-60": 12, "61-90": 48, "91+": 64}


@pytest.fixture
def history(books):
    """Paid in two parts, one of which bounced; a later invoice keeps the ledger going."""
    invoice = books.invoice(100, date(2026, 1, 1), date(2026, 1, 31))
    books.pay(invoice, 40, date(2026, 2, 10))
    books.pay(invoice, 25, date(2026, 3, 1), reversed_on=date(2026, 3, 5))
    books.pay(invoice, 60, date(2026, 5, 1))
    books.invoice(7, date(2026, 6, 1), date(2026, 6, 30))
    books.save()


@pytest.mark.parametrize(
    ("as_of", "open_amounts", "unapplied"),
    [
        (date(2025, 12, 31), None, 0),
        (date(2026, 1, 1), {"current": 100}, 0),
        (date(2026, 2, 9), {"1-30": 100}, 0),
        (date(2026, 2, 10), {"1-30": 60}, 0),
        (date(2026, 3, 4), {"31-60": 35}, 0),
        (date(2026, 3, 5), {"31-60": 60}, 25),  # bounced: open again, and the money is on account
        (date(2026, 4, 30), {"61-90": 60}, 25),
        (date(2026, 5, 1), {}, 25),
        (date(2026, 6, 1), {"current": 7}, 25),
    ],
)
def test_a_past_day_is_worked_out_from_what_was_applied_by_then(
    history, tenant_session, as_of, open_amounts, unapplied
):
    found = service.aging(tenant_session, as_of)
    if open_amounts is None:
        assert found == []
    else:
        assert (amounts(found[0]), found[0].unapplied) == (open_amounts, unapplied)


def test_credit_stands_beside_the_buckets(books, tenant_session):
    invoice = books.invoice(100, AS_OF - days(60), AS_OF - days(45))
    memo = books.credit_memo(30, AS_OF - days(20))
    books.apply(memo, invoice, 10, AS_OF - days(20))
    books.payment(50, AS_OF - days(1))
    books.credit_memo(1000, AS_OF, status="void")
    books.save()
    (dollars,) = service.aging(tenant_session, AS_OF)
    assert (amounts(dollars), dollars.unapplied, dollars.balance) == ({"31-60": 90}, 70, 20)
    (before,) = service.aging(tenant_session, AS_OF - days(2))
    assert (amounts(before), before.unapplied, before.balance) == ({"31-60": 90}, 20, 70)


def test_an_overpaid_invoice_is_credit(books, tenant_session):
    overpaid = books.invoice(100, AS_OF - days(60), AS_OF - days(45))
    books.pay(overpaid, 130, AS_OF - days(9))
    books.invoice(50, AS_OF - days(60), AS_OF)
    books.save()
    for as_of in (AS_OF, AS_OF - days(9)):
        (dollars,) = service.aging(tenant_session, as_of)
        assert (amounts(dollars), dollars.unapplied, dollars.balance) == ({"current": 50}, 30, 20)


def test_a_deleted_payment_never_was(books, tenant_session):
    invoice = books.invoice(100, AS_OF - days(60), AS_OF - days(45))
    books.pay(invoice, 100, AS_OF - days(9))
    books.invoice(5, AS_OF, AS_OF)
    books.save()
    gone = Gone(entity="payment", external_id="p1", gone_on=AS_OF)
    store(tenant_session, books.connection, [(None, [gone])], None, LATER)
    for as_of, expected in ((AS_OF - days(5), {"31-60": 100}), (AS_OF, {"current": 5, "31-60": 100})):
        (dollars,) = service.aging(tenant_session, as_of)
        assert (amounts(dollars), dollars.unapplied) == (expected, 0)


def test_a_memo_applied_later_is_credit_until_then(books, tenant_session):
    invoice = books.invoice(100, AS_OF - days(60), AS_OF - days(45))
    memo = books.credit_memo(40, AS_OF - days(20))
    books.apply(memo, invoice, 40, AS_OF - days(3))
    books.save()
    (before,) = service.aging(tenant_session, AS_OF - days(10))
    assert (before.open, before.unapplied) == (100, 40)
    (after,) = service.aging(tenant_session, AS_OF)
    assert (after.open, after.unapplied) == (60, 0)


def test_customers_in_credit_have_a_negative_balance(books, tenant_session):
    books.payment(50, AS_OF)
    books.save()
    (dollars,) = service.aging(tenant_session, AS_OF)
    assert (dollars.open, dollars.balance) == (0, -50)


def test_what_is_not_owed_is_left_out(books, tenant_session):
    books.invoice(1, AS_OF - days(9), AS_OF - days(9), status="draft")
    books.invoice(2, AS_OF - days(9), AS_OF - days(9), status="void")
    books.invoice(4, AS_OF + days(1), AS_OF + days(9))
    books.invoice(8, AS_OF - days(9), AS_OF - days(9))
    books.save()
    (dollars,) = service.aging(tenant_session, AS_OF)
    assert amounts(dollars) == {"1-30": 8}


def test_money_paid_before_its_invoice_is_on_account_until_then(books, tenant_session):
    invoice = books.invoice(100, AS_OF, AS_OF + days(30))
    books.pay(invoice, 100, AS_OF - days(5))
    books.save()
    (before,) = service.aging(tenant_session, AS_OF - days(1))
    assert (before.open, before.unapplied) == (0, 100)
    assert service.aging(tenant_session, AS_OF) == []


def test_currencies_stay_apart(books, tenant_session):
    books.invoice(10, AS_OF - days(5), AS_OF, currency="EUR")
    books.invoice(20, AS_OF - days(5), AS_OF, currency="USD")
    books.save()
    assert [(each.currency, each.open) for each in service.aging(tenant_session, AS_OF)] == [("EUR", 10), ("USD", 20)]
    summary = service.summary(tenant_session, AS_OF)
    assert [(each.currency, each.open) for each in summary.currencies] == [("EUR", 10), ("USD", 20)]


@pytest.fixture
def three_customers(books):
    for customer, amount in (("acme", 10), ("bolt", 300), ("core", 20)):
        books.invoice(amount, AS_OF - days(50), AS_OF - days(40), customer=customer)
    books.invoice(15, AS_OF - days(50), AS_OF + days(1), customer="acme")
    books.payment(1000, AS_OF, customer="core")
    books.save()
    return books


def test_by_customer_largest_first(three_customers, tenant_session):
    found = service.aging_by_customer(tenant_session, AS_OF, limit=2)
    names = [ledger_id(three_customers.connection, "customer", name) for name in ("bolt", "acme")]
    assert [(each.customer_id, each.open) for each in found] == [(names[0], 300), (names[1], 25)]


def test_by_customer_on_a_past_day(three_customers, tenant_session):
    found = service.aging_by_customer(tenant_session, AS_OF - days(1))
    assert [each.open for each in found] == [300, 25, 20]


def test_of_one_customer(three_customers, tenant_session):
    core = ledger_id(three_customers.connection, "customer", "core")
    (dollars,) = service.aging(tenant_session, AS_OF, customer_id=core)
    assert (amounts(dollars), dollars.unapplied, dollars.balance) == ({"31-60": 20}, 1000, -980)
    (before,) = service.aging(tenant_session, AS_OF - days(1), customer_id=core)
    assert (amounts(before), before.unapplied) == ({"31-60": 20}, 0)


def test_wrong_arguments_name_the_field_and_the_fix(tenant_session):
    with pytest.raises(InvalidError) as wrong:
        service.aging(tenant_session, AS_OF, basis="paid_on")
    assert wrong.value.fields == {"basis": "one of due_on, issued_on"}
    with pytest.raises(InvalidError) as wrong:
        service.dso(tenant_session, AS_OF, "guess")
    assert wrong.value.fields == {"method": "one of simple, rolling, countback"}
    with pytest.raises(InvalidError) as wrong:
        service.dso(tenant_session, AS_OF, "countback", days=30)
    assert wrong.value.fields == {"days": "leave it out with countback"}
    with pytest.raises(InvalidError) as wrong:
        service.worklist(tenant_session, AS_OF, limit=0)
    assert wrong.value.fields == {"limit": "from 1 to 500"}


def test_summary_counts(books, tenant_session):
    books.invoice(100, AS_OF - days(50), AS_OF - days(40))
    books.invoice(30, AS_OF - days(5), AS_OF)
    books.payment(D("12.50"), AS_OF)
    books.save()
    (dollars,) = service.summary(tenant_session, AS_OF).currencies
    assert (dollars.open, dollars.overdue, dollars.unapplied) == (130, 100, D("12.50"))
    assert (dollars.open_invoices, dollars.overdue_invoices) == (2, 1)
    assert dollars.trend[-1].receivable == D("117.50")


def test_summary_of_an_empty_ledger(tenant_session):
    assert service.summary(tenant_session, AS_OF).currencies == ()
