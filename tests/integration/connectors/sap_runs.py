"""A SAP connection in the tests: the connector against the box, and the books of what it mapped."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from hub.ledger.folding import Books
from hub.sdk.errors import RecordError
from plugins.connectors.sap.box import ROOT, SapBox
from plugins.connectors.sap.plugin import SapConnector
from tests.integration.connectors.direct_api import DirectApi

BASIC = "Basic " + b64encode(b"box-client:box-secret").decode()


class Connection:
    """What the hub keeps of one: cursors, the account's values, and the records in the order in which they came."""

    def __init__(self, box: SapBox, *, tries: int = 1, **config: Any) -> None:
        self.box = box
        self.config = {"host": "my123456-api.s4hana.cloud.sap", **config}
        address = f"{box.url}{ROOT}/API_OPLACCTGDOCITEMCUBE_SRV"
        self.api = DirectApi({"api": address}, {}, {"Authorization": BASIC}, tries=tries)
        self.cursors: dict[str, str | None] = {}
        self.books = Books()
        self.rejects: list[RecordError] = []

    def open(self) -> None:
        """Ask for the account, as is done before the first run."""
        account = self.connector().accounts()[0]
        self.api.account = {**account.values, "id": account.id}

    def connector(self) -> SapConnector:
        """A connector as the hub makes one for each run."""
        return SapConnector(self.config, self.api)

    def run(self, *streams: str) -> int:
        """Read all streams from where they stand; returns how many items came."""
        connector, count = self.connector(), 0
        for stream in streams or [each.name for each in connector.streams]:
            for page in connector.read(stream, self.cursors.get(stream)):
                count += len(page.items)
                self.store(connector, stream, page.items)
                self.cursors[stream] = page.cursor
        return count

    def store(self, connector: SapConnector, stream: str, items: list[Any]) -> None:
        """Map items into the books; what cannot be used is kept aside."""
        for item in items:
            try:
                self.books.add(connector.map(stream, item))
            except RecordError as error:
                self.rejects.append(error)

    def calls(self) -> int:
        """How many calls a run makes now."""
        before = self.api.calls
        self.run()
        return self.api.calls - before

    def receivable(self) -> dict[str, Decimal]:
        """The books' receivable per currency, without zeros."""
        return {currency: total for currency, total in sorted(self.books.receivable().items()) if total}

    def by_customer(self) -> dict[tuple[str, str], Decimal]:
        """The same of each customer, by its id and the currency."""
        sums: dict[tuple[str, str], Decimal] = {}
        owed = [(each, self.books.balance(each)) for each in self.books.invoices.values()]
        owed += [(each, -self.books.unapplied(each)) for each in self.books.credits()]
        for document, amount in owed:
            key = (document.customer_id, document.currency)
            sums[key] = sums.get(key, Decimal(0)) + amount
        return {key: total for key, total in sums.items() if total}

    def home(self) -> Decimal:
        """The books' receivable in the home currency, to the cent."""
        return self.books.home_receivable().quantize(Decimal("0.01"))


@contextmanager
def connected(box: SapBox, **config: Any) -> Iterator[Connection]:
    """The box, served, and a connection to it."""
    with box:
        connection = Connection(box, **config)
        try:
            connection.open()
            yield connection
        finally:
            connection.api.close()
    assert not box.errors


def open_home(box: SapBox) -> Decimal:
    """The box's own open lines in company code currency."""
    lines = (line for postings in box.postings.values() for line in postings.lines)
    return sum((line.home for line in lines if line.is_open and not line.special), Decimal(0))
