"""The connector: customers and line items of SAP S/4HANA as ledger records, and its open lines to tie out with."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hub.sdk.connector import Account, Change, Page, Stream, Totals
from hub.sdk.errors import ConfigError
from hub.sdk.http import Api
from hub.sdk.records import Record
from plugins.connectors.sap.companies import companies
from plugins.connectors.sap.cube import Cube
from plugins.connectors.sap.keys import Raw, is_line, units, version
from plugins.connectors.sap.mapping import Rules, customer, records
from plugins.connectors.sap.odata import Service, results
from plugins.connectors.sap.partners import Partners, is_partner, read_customers, summary
from plugins.connectors.sap.reading import item, items, read_lines
from plugins.connectors.sap.totals import open_lines

_PAGE = 500


class SapConnector:
    """Company codes of one SAP system. Lines that hang together are one item, since only together they say it all."""

    streams = (Stream(name="customers", entity="customer"), Stream(name="line_items", entity="invoice"))

    def __init__(self, config: Mapping[str, Any], api: Api) -> None:
        self._config, self._api = config, api
        self._rules = Rules.of(config)
        url = api.addresses.get("api", "").rstrip("/")
        client = config.get("sap_client")
        self._named = [str(code) for code in config.get("company_codes") or ()]
        self._codes = self._named or [code for code in api.account.get("company_codes", "").split(",") if code]
        self._service = Service(api, url, client, "API_OPLACCTGDOCITEMCUBE_SRV")
        self._cube = Cube(self._service, self._codes)
        partners = f"{url.rpartition('/')[0]}/API_BUSINESS_PARTNER"
        self._partners = Partners(Service(api, partners, client, "API_BUSINESS_PARTNER"))

    def accounts(self) -> list[Account]:
        """The company codes of the settings as one company; without any, each that SAP shows."""
        found = companies(Cube(self._service, self._named), self._named)
        return [self._account(found)] if self._named else [self._account([each]) for each in found]

    def check(self) -> None:
        """Read one line of each company code. Raises ConfigError or AuthError, saying what to change."""
        found = companies(self._cube, self._codes)
        currencies = sorted({each["currency"] for each in found if each["currency"]})
        if len(currencies) > 1:
            raise ConfigError(
                f"the company codes keep their books in {', '.join(currencies)}: connect those of each currency by"
                " themselves",
                field="company_codes",
            )

    def read(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """Pages of a stream; of lines the open ones first, then the newest clearings."""
        if stream == "customers":
            return read_customers(self._partners, cursor)
        return read_lines(self._cube, self._partners, cursor)

    def read_some(self, stream: str, external_ids: Iterable[str]) -> Iterator[Page]:
        """These customers, or these lines with all that hang together with them."""
        if stream == "customers":
            padded = (each.zfill(10) if each.isdecimal() else each for each in external_ids)
            yield Page(items=list(self._partners.of(padded).values()))
            return
        keys = (tuple(each.split("/")) for each in external_ids)
        found = self._cube.complete(self._cube.by_key(key for key in keys if len(key) == 4))
        for start in range(0, len(found), _PAGE):
            yield Page(items=items(found[start : start + _PAGE], self._partners))

    def map(self, stream: str, item: Mapping[str, Any]) -> Iterable[Record]:
        """The records of one item: a customer, or what lines that hang together state."""
        return [customer(item)] if stream == "customers" else records(item, self._rules)

    def tie_out(self) -> Totals | None:
        """SAP's open lines, per currency and customer, and in the currency of the company code."""
        return open_lines(self._cube)

    def unpack(self, payloads: Iterable[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The customers and line items in answers of SAP."""
        lines: list[Raw] = []
        partners: dict[str, dict[str, Any]] = {}
        unknown: list[Any] = []
        for payload in payloads:
            rows = results(payload)
            if rows and not any(is_line(row) or is_partner(row) for row in rows):
                raise ConfigError(f"this is no line item and no business partner: {rows[0]!r:.200}")
            for row in rows:
                if is_line(row):
                    lines.append({name: value for name, value in row.items() if name != "__metadata"})
                elif is_partner(row):
                    found = summary(row)
                    partners[found["id"]] = found
                else:
                    unknown.append(row)
        for partner in partners.values():
            yield "customers", partner
        lines.sort(key=version)  # of a line that comes twice, what is known last counts
        for unit in units(lines):
            yield "line_items", item(unit, partners)
        yield from (("line_items", {"lines": [row]}) for row in unknown)

    @staticmethod
    def changes(headers: Mapping[str, str], body: bytes) -> list[Change]:
        """SAP announces changes through its event mesh only, which this connector does not listen to."""
        raise ConfigError("SAP sends no webhooks here")

    def _account(self, found: list[Mapping[str, str]]) -> Account:
        codes = ",".join(each["code"] for each in found)
        currencies = {each["currency"] for each in found}
        return Account(
            id="/".join(filter(None, (self._config.get("host"), self._config.get("sap_client"), codes))),
            name=", ".join(f"{each['code']} {each['name']}".strip() for each in found),
            home_currency=currencies.pop() if len(currencies) == 1 else None,
            values={"company_codes": codes},
        )
