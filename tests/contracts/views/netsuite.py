"""A ledger as SuiteQL answers for it, as in the example answers: all is text, what is empty is absent."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.contracts.views.ledgers import RATES, Credit, Invoice, Ledger, money, pages

_CURRENCIES = {symbol: str(id) for id, symbol in enumerate(RATES, start=1)}
_RECORDS = {"Customer": "customer", "Invoice": "invoice", "Payment": "customerpayment", "CreditMemo": "creditmemo"}


def answers(ledger: Ledger, *, order: str = "mdy", page: int = 1000) -> dict[str, Any]:
    """The answers by file name, dates as a user reads them."""
    rows = [_invoice(ledger, each) for each in ledger.invoices]
    rows += [_credit(each) for each in [*ledger.payments, *ledger.credits]]
    links = [_link(each, *part) for each in [*ledger.payments, *ledger.credits] for part in each.to]
    customers: list[dict[str, Any]] = [
        {
            "id": str(each.id),
            "entityid": each.name,
            "companyname": each.name,
            **({"email": each.email} if each.email else {}),
            "isinactive": "F" if each.active else "T",
            "currency": _CURRENCIES[each.currency],
        }
        for each in ledger.customers
    ]
    found = {
        "suiteql_customers.json": customers,
        **{f"suiteql_transactions_page{n}.json": some for n, some in pages(rows, page)},
        "suiteql_links.json": links,
        "suiteql_currency.json": [{"id": id, "symbol": symbol} for symbol, id in _CURRENCIES.items()],
        "suiteql_deletedrecord.json": [deleted(entity, id) for entity, id in ledger.deleted],
    }
    return {name: answer(rows, order=order) for name, rows in found.items()}


def answer(rows: list[dict[str, Any]], *, order: str = "mdy") -> dict[str, Any]:
    """One answer."""
    items = [
        {"links": [], **{name: shown(value, order) for name, value in row.items() if value is not None}} for row in rows
    ]
    return {"links": [], "count": len(rows), "hasMore": False, "items": items, "offset": 0, "totalResults": len(rows)}


def shown(value: Any, order: str = "mdy") -> Any:
    """A date as a user reads it, anything else as it is."""
    if not isinstance(value, date):
        return value
    first, second = (value.month, value.day) if order == "mdy" else (value.day, value.month)
    return f"{first}/{second}/{value.year}"


def deleted(entity: str, id: int) -> dict[str, Any]:
    """A row of deletedrecord."""
    kind = _RECORDS[entity]
    return {"recordtypeid": kind, "scriptid": kind, "recordid": str(id), "deleteddate": date(2026, 11, 10)}


def _invoice(ledger: Ledger, invoice: Invoice) -> dict[str, Any]:
    total, left = Decimal(0) if invoice.void else invoice.total, ledger.open(invoice)
    return {
        "id": str(invoice.id),
        "type": "CustInvc",
        "tranid": invoice.number,
        "entity": str(invoice.customer),
        "trandate": invoice.issued,
        "duedate": invoice.due,
        **_priced(invoice),
        "foreigntotal": _text(total, invoice),
        "foreignamountpaid": _text(total - left, invoice),
        "foreignamountunpaid": _text(left, invoice),
        "status": "V" if invoice.void else "A" if left else "B",
        "voided": "T" if invoice.void else "F",
        "posting": "F" if invoice.void else "T",
        "lastmodifieddate": invoice.issued,
    }


def _credit(credit: Credit) -> dict[str, Any]:
    total = Decimal(0) if credit.void else credit.total
    return {
        "id": str(credit.id),
        "type": "CustCred" if credit.number else "CustPymt",
        "tranid": credit.number,
        "entity": str(credit.customer),
        "trandate": credit.made,
        **_priced(credit),
        "foreigntotal": _text(-total if credit.number else total, credit),
        "foreignpaymentamountused": None if credit.number else _text(total - credit.left, credit),
        "foreignpaymentamountunused": _text(credit.left, credit),
        "voided": "T" if credit.void else "F",
        "posting": "F" if credit.void else "T",
        "lastmodifieddate": credit.made,
    }


def _link(credit: Credit, invoice_id: int, amount: Decimal) -> dict[str, Any]:
    return {
        "previousdoc": str(invoice_id),
        "previoustype": "CustInvc",
        "nextdoc": str(credit.id),
        "nexttype": "CustCred" if credit.number else "CustPymt",
        "linktype": "Payment",
        "foreignamount": _text(amount, credit),
        "previousdate": None if credit.number else credit.made,
    }


def _priced(document: Invoice | Credit) -> dict[str, Any]:
    return {"currency": _CURRENCIES[document.currency], "exchangerate": str(document.rate)}


def _text(amount: Decimal, document: Invoice | Credit) -> str:
    return f"{money(amount, document.currency):f}"
