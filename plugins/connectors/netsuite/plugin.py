"""The connector: NetSuite's receivables, read by SuiteQL."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.sdk.connector import Account, Page, Stream, Totals
from hub.sdk.errors import ConfigError
from hub.sdk.http import Api
from hub.sdk.records import Record
from plugins.connectors.netsuite import accounts, streams, tying
from plugins.connectors.netsuite.cells import Reading
from plugins.connectors.netsuite.gathering import Gathering
from plugins.connectors.netsuite.mapping import records
from plugins.connectors.netsuite.queries import Books
from plugins.connectors.netsuite.recordings import unpacked
from plugins.connectors.netsuite.suiteql import SuiteQL

ZONE = "America/Los_Angeles"
"""Of an account that nobody has set to another one."""


class NetSuiteConnector:
    """One NetSuite account, or some of its subsidiaries. It sends no webhooks: what changed is asked for."""

    streams = (
        Stream(name="customers", entity="customer", lists_all=True),
        Stream(name="transactions", entity="invoice", lists_all=True),
        # Not of the entities that are listed: what it does not bring is not gone.
        Stream(name="deletions", entity="allocation"),
    )
    changes = None

    def __init__(self, config: Mapping[str, Any], api: Api) -> None:
        self._config, self._suiteql = config, SuiteQL(api)
        self._known = api.account

    def accounts(self) -> list[Account]:
        """The account, whose id is in the configuration: credentials are for one account alone."""
        return [accounts.account(self._suiteql, self._config)]

    def check(self) -> None:
        """Ask for one row of each record that is read. Raises ConfigError naming what the role may not see."""
        _ = self._zone
        accounts.check(self._suiteql)

    def read(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """Pages of a stream: all of it newest first, then what changed since, deletions in their own stream."""
        return streams.read(self._suiteql, streams.listing(stream, self._suiteql, self._books), cursor, self._zone)

    def read_some(self, stream: str, external_ids: Iterable[str]) -> Iterator[Page]:
        """These documents as they are now, by their internal ids; of a journal's lines the whole journal."""
        ids = {int(number) for each in external_ids if (number := each.partition("-")[0]).isdigit()}
        if stream == "transactions":
            gathering = Gathering(self._suiteql, self._books)
            yield Page(items=gathering.items(gathering.by_ids(ids), alone=False))
        elif stream == "customers":
            yield Page(items=streams.customers_by_ids(self._suiteql, self._books, ids))
        else:
            raise ConfigError(f"the NetSuite connector reads no single items of the stream {stream!r}")

    def map(self, stream: str, item: Mapping[str, Any]) -> Iterable[Record]:
        """The ledger records that one raw item states."""
        return list(records(stream, item, self._reading))

    def tie_out(self) -> Totals | None:
        """NetSuite's own receivables, by customer and currency."""
        return tying.totals(self._suiteql, self._books, Reading(zone=self._zone, home=self._books.home))

    def unpack(self, payloads: Iterable[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The stream and raw item of each record in answers of SuiteQL, told apart by their columns, in any order."""
        return unpacked(payloads)

    @cached_property
    def _books(self) -> Books:
        return accounts.books(self._suiteql, self._config, self._known)

    @cached_property
    def _zone(self) -> ZoneInfo:
        name = self._config.get("time_zone") or ZONE
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ConfigError(f"{name!r} is no time zone such as Europe/Berlin", field="time_zone") from error

    @cached_property
    def _reading(self) -> Reading:
        """How items are read; the home currency as far as it is known without asking."""
        home = self._known.get("home_currency") or self._config.get("home_currency")
        return Reading(order=self._config.get("date_order") or "mdy", zone=self._zone, home=home)
