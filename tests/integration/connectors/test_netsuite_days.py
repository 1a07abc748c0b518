"""The connector lives with a company: everything is read once, and then day by day what changed."""

from decimal import Decimal

import pytest

from hub.ledger.folding import Books
from hub.sdk.testing.company import Company
from plugins.connectors.netsuite.box import NetSuiteBox
from plugins.connectors.netsuite.box_ledger import Features
from tests.integration.connectors.netsuite_runs import connected


def open_differences(books: Books, company: Company) -> dict[str, Decimal]:
    """What the books take for open of an invoice, where the company does not."""
    held = {key: books.balance(each) for key, each in books.invoices.items()}
    true = {str(key): company.open_of(key) for key in company.invoices}
    return {key: held.get(key, Decimal(0)) for key in {*held, *true} if held.get(key, 0) != true.get(key, 0)}


@pytest.mark.parametrize(
    "features",
    [Features(), Features(one_world=False, books=0, voids="journal", date_format="D.M.YYYY"), Features(books=2)],
    ids=["one world", "one company", "two books"],
)
def test_the_books_are_true_after_every_one_of_thirty_days(features):
    invoices = 2000 if features == Features() else 500
    box = NetSuiteBox(Company.grown(invoices=invoices, payments=invoices * 2 // 5), features=features)
    with connected(box) as connection:
        connection.run()
        assert connection.receivable() == box.company.receivable()
        for _ in range(30):
            box.advance()
            assert connection.run() < 400
            assert connection.receivable() == box.company.receivable()
            totals = connection.connector().tie_out()
            assert totals.receivable == box.company.receivable()
        assert not connection.rejects
        assert not open_differences(connection.books, box.company)

    assert totals.as_of == box.company.today
    assert totals.customers == {str(party): amounts for party, amounts in box.company.receivable_by_customer().items()}
    assert (totals.home_currency, totals.home) == ("USD", box.company.receivable_home())
    assert totals.home_customers == {str(party): amount for party, amount in box.company.home_by_customer().items()}
