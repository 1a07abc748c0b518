"""A Xero connection in the tests: the connector against the box, and the books of what it mapped."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from hub.ledger.folding import Books
from hub.sdk.errors import RecordError
from plugins.connectors.xero.box import TENANT, XeroBox
from plugins.connectors.xero.plugin import XeroConnector
from plugins.connectors.xero.values import updated_at
from tests.integration.connectors.direct_api import DirectApi


class Connection:
    """What the hub keeps of one: cursors, and the records in the order in which they came."""

    def __init__(self, box: XeroBox, *, tenant: str = TENANT, account: dict[str, str] | None = None) -> None:
        self.box = box
        self.api = DirectApi(
            {"api": f"{box.url}/api.xro/2.0", "connections": box.url},
            {"tenantId": tenant, **(account or {})},
            {},
        )
        self.cursors: dict[str, str | None] = {}
        self.books = Books()
        self.rejects: list[RecordError] = []
        self._newest: dict[str, datetime] = {}

    def connector(self, **config: Any) -> XeroConnector:
        """A connector as the hub makes one for each run, with an access token that is fresh."""
        self.api.headers["Authorization"] = f"Bearer {self.box.bearer()}"
        return XeroConnector(config, self.api)

    def run(self, *, streams: tuple[str, ...] | None = None) -> int:
        """Read all streams from where they stand; returns how many items came."""
        connector, count = self.connector(), 0
        for stream in (each.name for each in connector.streams):
            if streams and stream not in streams:
                continue
            for page in connector.read(stream, self.cursors.get(stream)):
                count += len(page.items)
                self.store(connector, stream, page.items)
                self.cursors[stream] = page.cursor
        return count

    def store(self, connector: XeroConnector, stream: str, items: list[Any]) -> None:
        """Map items into the books; what cannot be used is kept aside."""
        for item in items:
            if self._is_older(item):
                continue
            try:
                self.books.add(connector.map(stream, item))
            except RecordError as error:
                self.rejects.append(error)

    def _is_older(self, item: Any) -> bool:
        """Whether a later version of the item was stored, as the ledger would find by its time."""
        key = next((str(value) for name, value in item.items() if name.endswith("ID") and name != "BatchPaymentID"), "")
        changed = updated_at(item)
        if changed is None or changed < self._newest.get(key, changed):
            return changed is not None
        self._newest[key] = changed
        return False

    def receivable(self) -> dict[str, Any]:
        """The books' receivable per currency, without zeros."""
        return {currency: total for currency, total in sorted(self.books.receivable().items()) if total}

    def paths(self, since: int = 0) -> list[str]:
        """The accounting calls that the box took, from one on."""
        calls = [call.path for call in self.box.calls if call.path.startswith("/api.xro/2.0/")]
        return [path.removeprefix("/api.xro/2.0/") for path in calls[since:]]


@contextmanager
def connected(box: XeroBox, **options: Any) -> Iterator[Connection]:
    """The box, served, and a connection to it."""
    with box:
        connection = Connection(box, **options)
        try:
            yield connection
        finally:
            connection.api.close()
    assert not box.errors
