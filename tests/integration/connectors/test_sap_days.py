"""The connector lives with a company: everything is read once, and then day by day what changed."""

import pytest

from hub.sdk.testing.company import Company
from plugins.connectors.sap.box import SapBox
from tests.integration.connectors.sap_runs import connected, open_home


@pytest.mark.parametrize(
    ("invoices", "payments", "server_page"), [(300, 140, 60), pytest.param(2000, 900, 1000, marks=pytest.mark.slow)]
)
def test_the_books_are_true_after_every_one_of_thirty_days(invoices, payments, server_page):
    box = SapBox(Company.grown(invoices=invoices, payments=payments), server_page=server_page)
    with connected(box) as connection:
        connection.run()
        assert connection.receivable() == box.company.receivable()
        assert connection.home() == open_home(box)
        assert len(connection.books.invoices) >= invoices
        for _ in range(30):
            box.advance()
            connection.run()
            assert connection.receivable() == box.company.receivable()
            assert connection.home() == open_home(box)
            totals = connection.connector().tie_out()
            assert {each: total for each, total in totals.receivable.items() if total} == box.company.receivable()
            assert (totals.home_currency, totals.home) == ("USD", open_home(box))
            assert connection.by_customer() == {
                (customer, currency): total
                for customer, each in totals.customers.items()
                for currency, total in each.items()
                if total
            }
        assert not connection.rejects
