"""Lines and answers of SAP for tests, and an Api that calls nobody."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hub.sdk.errors import ConfigError, RefusedError
from hub.sdk.http import Answer
from plugins.connectors.sap.box_entities import CUBE
from plugins.connectors.sap.box_query import compiled, on_the_wire, ordered
from plugins.connectors.sap.lines import day


class _Nobody:
    addresses: Mapping[str, str] = {}
    account: Mapping[str, str] = {}

    def request(self, method: str, url: str, **_: Any) -> Answer:
        raise ConfigError(f"{method} {url}: nothing is called here")

    def get(self, url: str, query: Any = None, headers: Any = None) -> Answer:
        return self.request("GET", url)


NOBODY = _Nobody()


def when(day: str) -> str:
    """A date as OData V2 states it."""
    found = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    return f"/Date({int(found.timestamp()) * 1000})/"


def line(document: str, amount: str, posted: str = "2026-08-01", **changed: Any) -> dict[str, Any]:
    """An open line of one customer in dollars; a negative amount is a payment. Dates may be given plainly."""
    is_credit = amount.startswith("-")
    found: dict[str, Any] = {
        "CompanyCode": "1710",
        "FiscalYear": "2026",
        "AccountingDocument": document,
        "AccountingDocumentItem": "001",
        "FinancialAccountType": "D",
        "AccountingDocumentType": "DZ" if is_credit else "RV",
        "DebitCreditCode": "H" if is_credit else "S",
        "Customer": "0000000001",
        "CustomerName": "Harbor Lights Café",
        "PostingDate": posted,
        "DocumentDate": posted,
        "NetDueDate": posted,
        "TransactionCurrency": "USD",
        "AmountInTransactionCurrency": amount,
        "CompanyCodeCurrency": "USD",
        "AmountInCompanyCodeCurrency": amount,
        "IsCleared": False,
        "ClearingDate": None,
        "ClearingAccountingDocument": "",
        "ClearingDocFiscalYear": "0000",
        "InvoiceReference": "",
        "InvoiceReferenceFiscalYear": "0000",
        "InvoiceItemReference": "000",
        "ReverseDocument": "",
        "IsReversed": False,
        "IsReversal": False,
        "SpecialGLCode": "",
        "LastChangeDate": posted,
    } | changed
    dates = [name for name in found if name.endswith("Date") and found[name]]
    return found | {name: when(found[name]) for name in dates if not str(found[name]).startswith("/")}


def cleared(by: str, on: str, *lines: dict[str, Any]) -> list[dict[str, Any]]:
    """These lines as cleared together."""
    settled = {"IsCleared": True, "ClearingDate": when(on), "ClearingAccountingDocument": by}
    return [each | settled | {"ClearingDocFiscalYear": on[:4]} for each in lines]


def answer(*lines: dict[str, Any]) -> dict[str, Any]:
    """Lines as an answer."""
    return {"d": {"results": list(lines)}}


class Served:
    """An Api over some lines, in memory, that understands what the box does. `size`: rows in an answer at most."""

    addresses: Mapping[str, str] = {"api": "https://sap.example/sap/opu/odata/sap/API_OPLACCTGDOCITEMCUBE_SRV"}
    account: Mapping[str, str] = {}

    def __init__(self, lines: list[dict[str, Any]], size: int = 1_000) -> None:
        self.lines, self.size = lines, size
        self.filters: list[str] = []

    def get(self, url: str, query: Any = None, headers: Any = None) -> Answer:
        if "API_BUSINESS_PARTNER" in url:
            raise RefusedError("403", 403)
        self.filters.append(query["$filter"])
        types = {**CUBE.properties, "NetPaymentDays": str}
        rows = [
            dict.fromkeys(types) | {name: _plain(name, value) for name, value in each.items()} for each in self.lines
        ]
        rows = ordered(rows, query.get("$orderby", ""), types, "T")
        tests = [test for _, test in compiled(query["$filter"], types, "T")]
        found = [row for row in rows if all(test(row) for test in tests)]
        shown = found[: min(self.size, query["$top"])]
        answer: dict[str, Any] = {
            "results": [{name: on_the_wire(value) for name, value in row.items()} for row in shown]
        }
        if len(shown) < min(len(found), query["$top"]):
            answer["__next"] = "https://sap.example/?$skiptoken=1"
        return Answer(status=200, headers={}, body=json.dumps({"d": answer}).encode())


def _plain(name: str, value: Any) -> Any:
    kind = CUBE.properties.get(name)
    if kind is date:
        return day({name: value}, name)
    return Decimal(value) if kind is Decimal and name.startswith("Amount") else value
