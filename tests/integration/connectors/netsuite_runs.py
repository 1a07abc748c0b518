"""A NetSuite connection in the tests: the connector against the box, and the books of what it mapped."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from hub.ledger.folding import Books
from hub.sdk.errors import RecordError
from plugins.connectors.netsuite.box import NetSuiteBox
from plugins.connectors.netsuite.plugin import NetSuiteConnector
from tests.integration.connectors.direct_api import DirectApi


class Connection:
    """What the hub keeps of one: cursors, the account's values, and the records in the order in which they came."""

    def __init__(self, box: NetSuiteBox, **config: Any) -> None:
        self.box = box
        self.config = {"account": box.account, **config}
        self.api = DirectApi({"api": box.url}, {}, {}, tries=3)
        self.cursors: dict[str, str | None] = {}
        self.books = Books()
        self.rejects: list[RecordError] = []

    def open(self) -> None:
        """Ask for the account, as is done before the first run."""
        (account,) = self.connector().accounts()
        self.api.account = {**account.values, "id": account.id}

    def connector(self) -> NetSuiteConnector:
        """A connector as the hub makes one for each run, with an access token that is fresh."""
        self.api.headers["Authorization"] = f"Bearer {self.box.bearer()}"
        return NetSuiteConnector(self.config, self.api)

    def run(self, *streams: str) -> int:
        """Read all streams from where they stand; returns how many items came."""
        connector, count = self.connector(), 0
        for stream in streams or [each.name for each in connector.streams]:
            for page in connector.read(stream, self.cursors.get(stream)):
                count += len(page.items)
                self.store(connector, stream, page.items)
                self.cursors[stream] = page.cursor
        return count

    def store(self, connector: NetSuiteConnector, stream: str, items: list[Any]) -> None:
        """Map items into the books; what cannot be used is kept aside."""
        for item in items:
            try:
                self.books.add(connector.map(stream, item))
            except RecordError as error:
                self.rejects.append(error)

    def receivable(self) -> dict[str, Decimal]:
        """The books' receivable per currency, without zeros."""
        return {currency: total for currency, total in sorted(self.books.receivable().items()) if total}


@contextmanager
def connected(box: NetSuiteBox, **config: Any) -> Iterator[Connection]:
    """The box, served, and a connection to it."""
    with box:
        connection = Connection(box, **config)
        try:
            connection.open()
            yield connection
        finally:
            connection.api.close()
    assert not box.errors
