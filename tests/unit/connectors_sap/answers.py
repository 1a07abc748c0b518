"""Lines and answers of SAP for tests, and an Api that calls nobody."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from hub.sdk.errors import ConfigError
from hub.sdk.http import Answer


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
