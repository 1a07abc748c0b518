"""What records say, put together: the rules of the ledger, case by case."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from hub.ledger.folding import Books, summary
from hub.sdk.records import Allocation, AllocationsComplete, CreditMemo, Customer, Gone, Invoice, Payment

DAY = date(2026, 3, 1)
MORNING, NOON = datetime(2026, 3, 1, 8, tzinfo=UTC), datetime(2026, 3, 1, 12, tzinfo=UTC)
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
        ([INVOICE, CREDIT, replace(CREDITED, amount=Decimal("100.00"))], "0.00", "paid"),  # nothing is open
        ([INVOICE, WRITTEN_OFF], "0.00", "paid"),
        ([replace(INVOICE, total=Decimal(0))], "0.00", "paid"),
        ([replace(INVOICE, status="written_off")], "0.00", "written_off"),
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


def test_an_older_version_never_takes_the_place_of_a_newer_one():
    new = [replace(each, updated_at=NOON) for each in (PAYMENT, PAID)]
    complete = AllocationsComplete(entity="payment", external_id="p1", gone_on=DAY)
    old = [replace(PAYMENT, amount=Decimal("70.00"), updated_at=MORNING)]
    other = replace(PAID, external_id="a9", amount=Decimal("70.00"), updated_at=MORNING)
    for items in ([[*new, complete], [*old, other, complete]], [[*old, other, complete], [*new, complete]]):
        held = books(*items)
        assert held.payments == {"p1": new[0]}
        assert held.allocations == {"a1": new[1]}


def test_what_is_gone_comes_back_only_with_a_version_as_new():
    gone = Gone(entity="payment", external_id="p1", gone_on=DAY)
    noon, morning = (replace(PAYMENT, updated_at=at) for at in (NOON, MORNING))
    assert not books(noon, gone, morning).payments
    assert books(noon, gone, noon).payments == {"p1": noon}
    assert books(noon, gone, PAYMENT).payments == {"p1": PAYMENT}  # of unknown times nothing is older


@pytest.mark.parametrize(
    ("currency", "total", "told"),
    [("JPY", "120000", "120000"), ("KWD", "125.5", "125.500"), ("USD", "10", "10.00"), ("USD", "10.1234", "10.1234")],
)
def test_amounts_have_the_minor_units_of_their_currency(currency, total, told):
    (invoice,) = summary(books(replace(INVOICE, currency=currency, total=Decimal(total))))["invoices"]
    assert (invoice["total"], invoice["open"]) == (told, told)


@pytest.mark.parametrize(
    ("total", "rate", "unrounded", "rounded"),
    [
        ("4000.00", "1.08", "4320.0000", "4320.00"),
        ("120.555", "3.251", "391.924305", "391.92"),
        ("1.05", "0.9", "0.9450", "0.95"),  # half a cent up, as the database rounds
    ],
)
def test_the_home_currency_is_told_unrounded_too(total, rate, unrounded, rounded):
    told = summary(books(replace(INVOICE, total=Decimal(total), exchange_rate=Decimal(rate))))
    assert (told["open_balance_home_unrounded"], told["open_balance_home"]) == (unrounded, rounded)


def test_it_says_where_the_source_states_another_open_amount():
    stated = replace(INVOICE, balance=Decimal("40.00"))
    assert summary(books(stated))["unlike_stated"] == [{"invoice": "i1", "open": "100.00", "stated": "40.00"}]
    assert summary(books(stated, PAYMENT, PAID))["unlike_stated"] == []


def test_a_foreign_document_without_a_rate_does_not_hide_the_home_currency():
    at_home = [replace(INVOICE, external_id=id, currency="USD", exchange_rate=None) for id in ("i2", "i3")]
    assert summary(books(PAYMENT, INVOICE, *at_home[:1]))["home_currency"] == "USD"  # EUR has a rate elsewhere
    assert summary(books(PAYMENT, *at_home))["home_currency"] == "USD"
    assert summary(books(PAYMENT, *at_home[:1]))["home_currency"] is None


def test_the_home_currency_goes_by_each_documents_rate_and_by_what_was_booked():
    assert books(INVOICE, PAYMENT, PAID).home_receivable() == Decimal("44.00")
    booked = replace(PAID, home_amount=Decimal("63.00"))
    assert books(INVOICE, PAYMENT, booked).home_receivable() == Decimal("47.00")


def test_a_foreign_document_without_a_rate_goes_by_the_nearest_one():
    later = replace(INVOICE, external_id="i2", issued_on=date(2026, 9, 1), exchange_rate=Decimal("1.5"))
    assert (
        books(INVOICE, later, PAYMENT).home_receivable() == Decimal("100.00") * (Decimal("1.1") + Decimal("1.5")) - 66
    )


def test_it_says_what_was_deleted_and_which_currency_is_home():
    gone = Gone(entity="invoice", external_id="i9", gone_on=DAY)
    told = summary(
        books(CUSTOMER, INVOICE, replace(INVOICE, external_id="i2", currency="USD", exchange_rate=None), gone)
    )
    assert told["deleted"] == [{"entity": "invoice", "external_id": "i9"}]
    assert told["home_currency"] == "USD"
    assert told["open_balance_home"] == "210.00"
