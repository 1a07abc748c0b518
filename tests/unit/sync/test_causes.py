"""The table of what a customer's difference is put down to."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from hub.ledger.service import Document
from hub.sync.causes import UNKNOWN, CustomerGap, Evidence, likely_cause

BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)
CUSTOMER = UUID(int=1)


def gap(difference: str, **more) -> CustomerGap:
    """A customer whom the ledger has owing so much more than the provider."""
    fields = {"customer_id": CUSTOMER, "external_id": "c1", "currency": "EUR", "documents": 3, **more}
    return CustomerGap(provider=Decimal(1000), ledger=1000 + Decimal(difference), **fields)


def document(kind: str, amount: str, open: str = "0", **more) -> Document:
    fields = {"number": "1234", "currency": "EUR", "home": Decimal(open), "unlike_stated": Decimal(0), **more}
    values = {"counts": True, "changed_at": None, "open": Decimal(open), "amount": Decimal(amount), **fields}
    return Document(customer_id=CUSTOMER, kind=kind, **values)


INVOICE = document("invoice", "100", "40", number="INV-7")
PAID = document("invoice", "60", number="INV-8")
UNAPPLIED = document("payment", "-100", "-25")
MEMO = document("credit memo", "-70", "-5", number="CN-1")
VOID = document("invoice", "33", number="INV-9", counts=False)
DELETED = document("payment", "-44", counts=False)
KNOWN = Evidence(is_known=True, documents=[INVOICE, PAID, UNAPPLIED, MEMO, VOID, DELETED])


@pytest.mark.parametrize(
    ("difference", "cause"),
    [
        ("40", "as if invoice INV-7 were settled or deleted at the provider: it is open here"),
        ("-25", "as if payment 1234 were applied, refunded or deleted at the provider: it is unapplied here"),
        ("-5", "as if credit memo CN-1 were applied, refunded or deleted at the provider: it is unapplied here"),
        ("60", "as if invoice INV-8 were missing at the provider"),
        ("-100", "as if payment 1234 were missing at the provider"),
        ("-70", "as if credit memo CN-1 were missing at the provider"),
        ("-33", "as if invoice INV-9, which is void or deleted here, counted at the provider"),
        ("44", "as if payment 1234, which is void or deleted here, counted at the provider"),
        ("0.01", UNKNOWN),
        ("39.99", UNKNOWN),
    ],
)
def test_one_document_over_the_very_amount(difference, cause):
    assert likely_cause(gap(difference), KNOWN, BEGAN, 2) == cause


def test_several_documents_over_the_very_amount():
    evidence = replace(KNOWN, documents=[PAID, replace(PAID, number="INV-10")])
    cause = likely_cause(gap("60"), evidence, BEGAN, 2)
    assert cause == "as if invoice INV-8 were missing at the provider (or another of 2 documents over this amount)"


def test_documents_in_other_currencies_are_no_cause():
    evidence = replace(KNOWN, documents=[replace(PAID, currency="USD")])
    assert likely_cause(gap("60"), evidence, BEGAN, 2) == UNKNOWN
    assert "INV-8" in likely_cause(gap("55", is_home=True), replace(KNOWN, documents=[
        replace(PAID, currency="USD", open=Decimal(60), home=Decimal(55)),
    ]), BEGAN, 2)  # fmt: skip


@pytest.mark.parametrize(
    ("unlike", "cause"),
    [
        ("20", "as if a payment or credit of 20.00 EUR for invoice INV-7 were missing here"),
        ("-20", "as if 20.00 EUR too much were set against invoice INV-7 here"),
    ],
)
def test_an_invoice_whose_balance_the_provider_states_otherwise(unlike, cause):
    evidence = replace(KNOWN, documents=[replace(INVOICE, unlike_stated=Decimal(unlike))])
    assert likely_cause(gap(unlike), evidence, BEGAN, 2) == cause


def test_items_that_could_not_be_used():
    named = replace(KNOWN, rejects=["total is no amount", "another"], other_rejects=5)
    assert likely_cause(gap("60"), named, BEGAN, 2) == (
        "2 items of this customer could not be used: total is no amount"
    )
    others = replace(KNOWN, other_rejects=5)
    assert likely_cause(gap("60"), others, BEGAN, 2).startswith("as if invoice INV-8")
    assert likely_cause(gap("61"), others, BEGAN, 2) == "one of the 5 items that could not be used may be theirs"


def test_a_customer_that_is_not_there():
    assert (
        likely_cause(gap("-61"), Evidence(is_known=False, documents=[]), BEGAN, 2)
        == "the customer is not in the ledger"
    )
    evidence = Evidence(is_known=False, documents=[PAID])
    assert likely_cause(gap("-61"), evidence, BEGAN, 2) == (
        "the customer is not in the ledger, though documents of theirs are"
    )


def test_what_was_changed_while_the_run_was_reading():
    evidence = replace(KNOWN, documents=[replace(INVOICE, changed_at=BEGAN), PAID])
    assert likely_cause(gap("61"), evidence, BEGAN, 2) == (
        "invoice INV-7 was changed at the provider while the run was reading"
    )
    before = replace(KNOWN, documents=[replace(INVOICE, changed_at=BEGAN.replace(hour=11))])
    assert likely_cause(gap("61"), before, BEGAN, 2) == UNKNOWN


@pytest.mark.parametrize(
    ("difference", "minor_units", "cause"),
    [
        ("0.03", 2, "rounding of 3 documents to the home currency"),
        ("-0.03", 2, "rounding of 3 documents to the home currency"),
        ("3", 0, "rounding of 3 documents to the home currency"),
        ("0.04", 2, "equal in its own currency: payments or credits were booked at another rate than the invoices'"),
    ],
)
def test_at_home_alone(difference, minor_units, cause):
    found = gap(difference, is_home=True, ties_in_currency=True)
    assert likely_cause(found, KNOWN, BEGAN, minor_units) == cause
