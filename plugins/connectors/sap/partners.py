"""Customers by name, country and address, from the business partners, where the user may read those."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from hub.sdk.connector import Page
from hub.sdk.errors import ConfigError
from plugins.connectors.sap.cursors import Cursor, digest, first_day, newest_day
from plugins.connectors.sap.keys import Raw, text
from plugins.connectors.sap.lines import customer_id
from plugins.connectors.sap.odata import Service, any_of, batches, both, equal, literal

ENTITIES = "A_BusinessPartner"
_CHANGE_DATES = ("LastChangeDate", "CreationDate")
_PROPERTIES = (
    *("BusinessPartner", "Customer", "BusinessPartnerFullName", *_CHANGE_DATES),
    "to_BusinessPartnerAddress/Country",
    "to_BusinessPartnerAddress/to_EmailAddress/EmailAddress",
)
_EXPAND = "to_BusinessPartnerAddress/to_EmailAddress"
_PAGE = 1_000


class Partners:
    """Reads business partners, and remembers for one run what it has read and whether it may."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._known: dict[str, dict[str, Any] | None] = {}
        self.are_readable = True

    @property
    def answered_on(self) -> date | None:
        """The day by the server's clock."""
        return self._service.answered_on

    def changed_since(self, since: date | None) -> list[Raw]:
        """Business partners that are customers, changed on this day or later; None: all of them."""
        changed = "" if since is None else any_of(f"{name} ge {literal(since)}" for name in _CHANGE_DATES)
        return self._read(both("Customer ne ''", changed))

    def of(self, customers: Iterable[str]) -> dict[str, dict[str, Any]]:
        """What is known of these customers, by their numbers without the zeros that SAP fills them up with."""
        wanted = {customer_id(each): each for each in customers if each}
        for keys in batches((padded,) for id, padded in wanted.items() if id not in self._known):
            self._known.update((customer_id(padded), None) for (padded,) in keys)
            self._read(any_of(equal(("Customer",), key) for key in keys))
        return {id: partner for id in wanted if (partner := self._known[id]) is not None}

    def _read(self, where: str) -> list[Raw]:
        if not self.are_readable:
            return []
        try:
            rows: list[Raw] = list(
                self._service.walk(
                    ENTITIES, where=where, select=_PROPERTIES, order=("BusinessPartner",), top=_PAGE, expand=_EXPAND
                )
            )
        except ConfigError:  # not permitted or not active: the lines have names too
            self.are_readable = False
            return []
        for row in rows:
            partner = summary(row)
            self._known[partner["id"]] = partner
        return rows


def read_customers(partners: Partners, cursor: str | None) -> Iterator[Page]:
    """The customers by the days of their change. Where they may not be read there are none; the lines have names."""
    at = Cursor.of(cursor) if cursor else Cursor()
    if at.phase == "unreadable":
        partners.are_readable = False
        yield Page(items=[], cursor=cursor)
        return
    since = date.fromisoformat(at.since) if at.since else None
    rows = partners.changed_since(first_day(since) if since else None)
    if not partners.are_readable:
        yield Page(items=[], cursor=str(Cursor(phase="unreadable")))
        return
    if since and digest(rows, _CHANGE_DATES, since) == at.seen:
        yield Page(items=[], cursor=cursor, done=1.0)
        return
    until = newest_day(rows, _CHANGE_DATES, partners.answered_on) or since
    until = max(until, since) if until and since else until
    seen = digest(rows, _CHANGE_DATES, until) if until else ""
    done = str(Cursor(since=until.isoformat(), seen=seen, phase="since")) if until else None
    for start in range(0, max(len(rows), 1), _PAGE):
        end = start + _PAGE
        found: list[Mapping[str, Any]] = [summary(row) for row in rows[start:end]]
        yield Page(items=found, cursor=cursor if end < len(rows) else done)


def summary(row: Raw) -> dict[str, Any]:
    """What is kept of a business partner: its customer number, name, country and first e-mail address."""
    found: dict[str, Any] = {"id": customer_id(text(row, "Customer")), "name": _name(row)}
    addresses = _listed(row.get("to_BusinessPartnerAddress"))
    mails = (text(mail, "EmailAddress") for each in addresses for mail in _listed(each.get("to_EmailAddress")))
    found["email"] = next(filter(None, mails), None)
    found["country"] = next(filter(None, (text(each, "Country") for each in addresses)), None)
    return found


def _name(row: Raw) -> str:
    for name in ("BusinessPartnerFullName", "BusinessPartnerName", "CustomerName", "CustomerFullName"):
        if found := " ".join(text(row, name).split()):
            return found
    return ""


def _listed(value: Any) -> list[Mapping[str, Any]]:
    """An expanded navigation: a list under `results`, or a single one."""
    if not isinstance(value, Mapping) or "__deferred" in value:
        return []
    found = value.get("results", [value])
    return [each for each in found if isinstance(each, Mapping)]


def is_partner(row: Any) -> bool:
    """Whether a row is of a business partner or customer, and no line."""
    return isinstance(row, Mapping) and "AccountingDocument" not in row and "Customer" in row
