"""A link may end in anything, and what follows it is read as if nothing had been before."""

from datetime import date
from decimal import Decimal

import pytest

from hub.sdk.facts import Amount, Debtor, FactInvoice, FactSheet, Sender, check


@pytest.mark.parametrize("end", ["DR", "-DR", "Mr", "Prof", "_Mrs", "Hr", "INV", "EUR"])
def test_a_link_that_ends_like_a_title_is_no_title(end):
    link = f"https://ar.seller.example/statement/#AbCd-{end}"
    facts = FactSheet(
        today=date(2026, 3, 31),
        sender=Sender(company="Seller Ltd"),
        customer=Debtor(name="Acme"),
        invoices=(
            FactInvoice(
                number="T-1",
                issued_on=date(2026, 3, 1),
                due_on=date(2026, 3, 21),
                total=Decimal(100),
                open=Decimal(100),
                currency="EUR",
                days_overdue=10,
            ),
        ),
        total_open=(Amount(amount=Decimal(100), currency="EUR"),),
        links=(link,),
    )
    text = f"Dear Sir or Madam,\n\nInvoice T-1 is open: {link}\n\nKind regards\nSeller Ltd"
    assert check(facts, text, language="en", subject="Invoice T-1").refusals == ()
    other = text.replace("Sir or Madam", "Dr Kind")
    assert [each.span for each in check(facts, other, language="en").refusals] == ["Kind"]
