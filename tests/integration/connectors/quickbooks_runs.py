"""A QuickBooks connection in the tests: the connector against the box, and the books of what it mapped."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hub.ledger.folding import Books
from hub.sdk.connector import Totals
from hub.sdk.errors import RecordError
from plugins.connectors.quickbooks.box import REALM, SCOPE, QuickBooksBox
from plugins.connectors.quickbooks.plugin import QuickBooksConnector
from tests.integration.connectors.direct_api import DirectApi

ACCOUNT = {"realmId": REALM, "homeCurrency": "USD", "timeZone": "America/Los_Angeles"}


def bearer(box: QuickBooksBox, **details: str) -> str:
    """A fresh access token of a grant of its own."""
    assert box.oauth is not None
    grant = box.oauth.grant("box-client", [SCOPE], **details)
    return str(box.oauth.issue_tokens(grant)["access_token"])


class Connection:
    """What the hub keeps of one: cursors, and the records in the order in which they came."""

    def __init__(self, box: QuickBooksBox, *, realm: str = REALM, tries: int = 1) -> None:
        self.box = box
        self.api = DirectApi({"api": box.url}, {**ACCOUNT, "realmId": realm}, {}, tries=tries)
        self.cursors: dict[str, str | None] = {}
        self.books = Books()
        self.rejects: list[RecordError] = []
        self.totals: Totals | None = None

    def connector(self) -> QuickBooksConnector:
        """A connector as the hub makes one for each run, with an access token that is fresh."""
        self.api.headers["Authorization"] = f"Bearer {bearer(self.box)}"
        return QuickBooksConnector({}, self.api)

    def run(self, *, full: bool = False) -> int:
        """Read all streams from where they stand, and the provider's totals; returns how many items came."""
        connector, count = self.connector(), 0
        for stream in connector.streams:
            for page in connector.read(stream.name, None if full else self.cursors.get(stream.name)):
                count += len(page.items)
                self.store(connector, stream.name, page.items)
                self.cursors[stream.name] = page.cursor
        self.totals = connector.tie_out()
        return count

    def store(self, connector: QuickBooksConnector, stream: str, items: list[Any]) -> None:
        """Map items into the books; what cannot be used is kept aside."""
        for item in items:
            try:
                self.books.add(connector.map(stream, item))
            except RecordError as error:
                self.rejects.append(error)

    def receivable(self) -> dict[str, Any]:
        """The books' receivable per currency, without zeros."""
        return {currency: total for currency, total in sorted(self.books.receivable().items()) if total}

    def by_customer(self) -> dict[str, dict[str, Any]]:
        """The same for each customer."""
        sums: dict[str, dict[str, Any]] = {}
        for each in self.books.invoices.values():
            kept = sums.setdefault(each.customer_id, {})
            kept[each.currency] = kept.get(each.currency, 0) + self.books.balance(each)
        for each in self.books.credits():
            kept = sums.setdefault(each.customer_id, {})
            kept[each.currency] = kept.get(each.currency, 0) - self.books.unapplied(each)
        trimmed = {key: {code: total for code, total in kept.items() if total} for key, kept in sums.items()}
        return {key: kept for key, kept in trimmed.items() if kept}

    def calls(self, since: int = 0) -> list[str]:
        """The calls of the company's interface that the box took, from one on."""
        start = f"/v3/company/{REALM}/"
        return [each.path.removeprefix(start) for each in self.box.calls[since:] if each.path.startswith(start)]


@contextmanager
def connected(box: QuickBooksBox, **options: Any) -> Iterator[Connection]:
    """The box, served, and a connection to it."""
    with box:
        connection = Connection(box, **options)
        try:
            yield connection
        finally:
            connection.api.close()
    assert not box.errors


def ties_out(connection: Connection) -> None:
    """Fails unless the mapped books, the company's and the report's totals are the same."""
    company, totals = connection.box.company, connection.totals
    assert totals is not None
    assert not connection.rejects
    assert connection.receivable() == company.receivable()
    by_customer = {str(key): kept for key, kept in company.receivable_by_customer().items()}
    assert connection.by_customer() == by_customer
    assert totals.as_of == company.today
    assert totals.home_currency == company.home_currency
    assert totals.home == company.receivable_home()
    assert totals.home_customers == {str(key): total for key, total in company.home_by_customer().items()}
