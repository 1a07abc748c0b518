"""The connector: NetSuite's receivables by SuiteQL, page by page."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hub.sdk.connector import Stream
from hub.sdk.http import Api
from hub.sdk.records import Record
from plugins.connectors.netsuite.cells import Reading
from plugins.connectors.netsuite.mapping import records
from plugins.connectors.netsuite.recordings import unpacked


class NetSuiteConnector:
    """One NetSuite account, or some subsidiaries of it."""

    streams = (
        Stream(name="customers", entity="customer", lists_all=True),
        Stream(name="transactions", entity="invoice", lists_all=True),
        Stream(name="deletions", entity="invoice"),
    )

    def __init__(self, config: Mapping[str, Any], api: Api) -> None:
        self._config, self._api = config, api
        self._reading = Reading()

    def map(self, stream: str, item: Mapping[str, Any]) -> Iterable[Record]:
        """The ledger records that one raw item states."""
        return [*records(stream, item, self._reading)]

    def unpack(self, payloads: Iterable[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The stream and raw item of each record in answers that were recorded, in any order."""
        return unpacked(payloads)
