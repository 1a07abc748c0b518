"""Fact sheets read from JSON documents, and what is said of unusable ones."""

import copy
from datetime import date
from decimal import Decimal

import pytest

from hub.sdk.facts import Amount, Figure, read_facts

DOCUMENT = {
    "today": "2026-03-24",
    "sender": {"company": "Northwind Supplies Ltd", "name": "Anna Weber", "phone": "+49 30 1234567"},
    "customer": {"name": "Acme  Robotics GmbH", "contact": None},
    "invoices": [
        {
            "number": "INV-1001",
            "issued_on": "2026-02-01",
            "due_on": "2026-03-03",
            "total": 1234.56,
            "open": "1000",
            "currency": "eur",
            "days_overdue": 21,
        }
    ],
    "total_open": {"amount": "1000", "currency": "EUR"},
    "links": [],
    "bank": {"iban": "DE89 3704 0044 0532 0130 00"},
    "allowed": {"late_fee": "40.00", "interest_rate": 9.12, "discount": None},
}


def changed(path, value):
    document = copy.deepcopy(DOCUMENT)
    *way, last = path
    place = document
    for step in way:
        place = place[step]
    place[last] = value
    return document


def test_a_document_is_read_exactly():
    facts = read_facts(DOCUMENT)
    assert facts.today == date(2026, 3, 24)
    assert facts.customer.name == "Acme Robotics GmbH" and facts.customer.contact is None
    assert facts.invoices[0].total == Decimal("1234.56") and facts.invoices[0].currency == "EUR"
    assert facts.total_open == (Amount(amount=Decimal(1000), currency="EUR"),)
    assert facts.bank.iban == "DE89370400440532013000"
    assert facts.allowed.late_fee == Figure(amount=Decimal("40.00"))
    assert facts.allowed.interest_rate == Figure(percent=Decimal("9.12"))
    assert facts.allowed.discount is None


def test_totals_of_several_currencies_are_a_list():
    totals = [{"amount": 1, "currency": "EUR"}, {"amount": 2, "currency": "USD"}]
    assert [each.currency for each in read_facts(changed(["total_open"], totals)).total_open] == ["EUR", "USD"]


@pytest.mark.parametrize(
    ("given", "figure"),
    [
        (None, None),
        (False, None),
        (True, Figure()),
        (2, Figure(percent=Decimal(2))),
        ("2 %", Figure(percent=Decimal(2))),
        ("40.00 EUR", Figure(amount=Decimal("40.00"), currency="EUR")),
        ("€40", Figure(amount=Decimal(40), currency="EUR")),
        ("1,250.00 USD", Figure(amount=Decimal("1250.00"), currency="USD")),
        ("9,27 %", Figure(percent=Decimal("9.27"))),
        ("1.5 % per month", Figure(percent=Decimal("1.5"), period="month")),
        ("2% if paid by 2026-11-10", Figure(percent=Decimal(2), days=(date(2026, 11, 10),))),
        ("3 % within 10 days", Figure(percent=Decimal(3), within_days=10)),
        ({"percent": "2", "until": "2026-11-10"}, Figure(percent=Decimal(2), days=(date(2026, 11, 10),))),
        ({"percent": "2.5"}, Figure(percent=Decimal("2.5"))),
        ({"amount": 40, "currency": "EUR"}, Figure(amount=Decimal(40), currency="EUR")),
    ],
)
def test_what_is_allowed_has_many_forms(given, figure):
    assert read_facts(changed(["allowed", "discount"], given)).allowed.discount == figure


def test_a_link_may_be_an_object():
    assert read_facts(changed(["links"], [{"url": "https://a.example/x"}])).links == ("https://a.example/x",)


@pytest.mark.parametrize("name", ["bank", "links", "allowed"])
def test_some_may_be_missing(name):
    assert read_facts({key: value for key, value in DOCUMENT.items() if key != name})


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (["today"], "24.03.2026", "today must be a date"),
        (["today"], None, "today must be a date"),
        (["sender"], None, "sender must be an object"),
        (["sender", "company"], " ", "sender.company is empty"),
        (["customer", "name"], 7, "customer.name must be text"),
        (["invoices"], {}, "invoices must be a list"),
        (["invoices", 0, "number"], "", "invoices.0.number is empty"),
        (["invoices", 0, "due_on"], "2026-02-30", "invoices.0.due_on must be a date"),
        (["invoices", 0, "total"], "1,234", "invoices.0.total must be a number"),
        (["invoices", 0, "open"], "Infinity", "invoices.0.open must be a finite number"),
        (["invoices", 0, "open"], True, "invoices.0.open must be a number"),
        (["invoices", 0, "currency"], "€", "invoices.0.currency must be a currency code"),
        (["invoices", 0, "days_overdue"], "21", "invoices.0.days_overdue must be a whole number"),
        (["total_open"], 7, "total_open must be an object"),
        (["total_open"], [{"amount": "x", "currency": "EUR"}], "total_open.0.amount must be a number"),
        (["links"], ["a", 7], "links.1 must be text"),
        (["bank"], "DE89", "bank must be an object"),
        (["allowed", "late_fee"], "some", "allowed.late_fee must be a number"),
    ],
)
def test_the_field_that_cannot_be_used_is_named(path, value, complaint):
    with pytest.raises(ValueError, match=complaint.replace(".", r"\.")):
        read_facts(changed(path, value))


def test_a_total_of_null_is_unknown():
    assert read_facts(changed(["total_open"], None)).total_open == ()


def test_a_list_is_no_fact_sheet():
    with pytest.raises(ValueError, match="facts must be an object"):
        read_facts([])
