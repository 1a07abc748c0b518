"""The connector lives with a company: everything is read once, and then day by day what changed."""

from datetime import date

import pytest

from hub.sdk.testing.company import Company
from plugins.connectors.xero.box import XeroBox
from plugins.connectors.xero.box_books import contact_id
from tests.integration.connectors.xero_runs import connected


@pytest.fixture
def box() -> XeroBox:
    return XeroBox(Company.grown(invoices=2000, payments=800))


def test_the_books_are_true_after_every_one_of_thirty_days(box):
    with connected(box) as connection:
        connection.run()
        assert connection.receivable() == box.company.receivable()
        assert len(connection.books.invoices) > 1900
        for _ in range(30):
            box.advance()
            assert connection.run() < 400
            assert connection.receivable() == box.company.receivable()
        assert not connection.rejects
        totals = connection.connector().tie_out()

    assert totals.as_of == box.company.today
    assert totals.receivable == box.company.receivable()
    assert totals.customers == {
        contact_id(party): amounts for party, amounts in box.company.receivable_by_customer().items()
    }
    assert (totals.home_currency, totals.home) == ("USD", box.home_balance())


def test_what_xero_rounds_is_what_the_books_round():
    company = Company(started_on=date(2026, 3, 2), currencies=("USD", "JPY", "KWD", "EUR"), invoices_per_day=4)
    company.advance(40)
    box = XeroBox(company)
    with connected(box) as connection:
        connection.run()
        rounded = sum(
            (
                round(connection.books.balance(each) * (each.exchange_rate or 1), 2)
                for each in connection.books.invoices.values()
            ),
            start=0,
        ) - sum(
            (
                round(connection.books.unapplied(each) * (each.exchange_rate or 1), 2)
                for each in connection.books.credits()
            ),
            start=0,
        )

    assert connection.receivable() == company.receivable()
    assert rounded == box.home_balance()
