"""The connector lives with a company: everything is read once, and then day by day what changed."""

import pytest

from hub.sdk.testing.company import Company
from plugins.connectors.netsuite.box import NetSuiteBox
from plugins.connectors.netsuite.box_ledger import Features
from tests.integration.connectors.netsuite_runs import connected


@pytest.mark.parametrize(
    "features",
    [Features(), Features(one_world=False, books=0, voids="journal", date_format="D.M.YYYY"), Features(books=2)],
    ids=["one world", "one company", "two books"],
)
def test_the_books_are_true_after_every_one_of_thirty_days(features):
    box = NetSuiteBox(Company.grown(invoices=2000, payments=900), features=features)
    with connected(box) as connection:
        connection.run()
        assert connection.receivable() == box.company.receivable()
        assert len(connection.books.invoices) >= 2000
        for _ in range(30):
            box.advance()
            assert connection.run() < 400
            assert connection.receivable() == box.company.receivable()
            totals = connection.connector().tie_out()
            assert totals.receivable == box.company.receivable()
        assert not connection.rejects

    assert totals.as_of == box.company.today
    assert totals.customers == {str(party): amounts for party, amounts in box.company.receivable_by_customer().items()}
    assert (totals.home_currency, totals.home) == ("USD", box.company.receivable_home())
    assert totals.home_customers == {str(party): amount for party, amount in box.company.home_by_customer().items()}
