"""A ledger as QuickBooks answers queries for it, entity by entity as in the example answers."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.contracts.views.ledgers import Credit, Customer, Invoice, Ledger

_TIME = "2026-11-15T09:00:00.123-08:00"


def answers(ledger: Ledger) -> dict[str, Any]:
    """The answers by file name."""
    applied = [_applied(ledger, each) for each in ledger.credits if each.to]
    return {
        "query_customer.json": query("Customer", [customer(ledger, each) for each in ledger.customers]),
        "query_invoice.json": query("Invoice", [invoice(ledger, each) for each in ledger.invoices]),
        "query_payment.json": query("Payment", [payment(ledger, each) for each in ledger.payments] + applied),
        "query_creditmemo.json": query("CreditMemo", [memo(ledger, each) for each in ledger.credits]),
        "cdc.json": cdc(*({"entity": entity, **deleted(id)} for entity, id in ledger.deleted)),
    }


def query(entity: str, items: list[Any]) -> dict[str, Any]:
    """An answer to a query."""
    found = {entity: items, "startPosition": 1, "maxResults": len(items)} if items else {}
    return {"QueryResponse": found, "time": _TIME}


def cdc(*items: dict[str, Any]) -> dict[str, Any]:
    """An answer of change data capture; `entity` of each item says what it is."""
    names = dict.fromkeys(each["entity"] for each in items)
    listed = [
        [{k: v for k, v in each.items() if k != "entity"} for each in items if each["entity"] == n] for n in names
    ]
    found: list[Any] = [{name: some, "maxResults": len(some)} for name, some in zip(names, listed, strict=True)]
    return {"CDCResponse": [{"QueryResponse": [*found, {}]}], "time": _TIME}


def deleted(id: int, at: str = "2026-11-14T12:55:50-08:00") -> dict[str, Any]:
    """What is told of an entity that was deleted."""
    return {"domain": "QBO", "status": "Deleted", "Id": str(id), "MetaData": {"LastUpdatedTime": at}}


def customer(ledger: Ledger, customer: Customer) -> dict[str, Any]:
    """A Customer."""
    owed = sum((ledger.open(each) for each in ledger.invoices if each.customer == customer.id), Decimal(0))
    name = customer.name if customer.active else f"{customer.name} (deleted)"
    return {
        "Job": False,
        "Balance": number(owed),
        "BalanceWithJobs": number(owed),
        "CurrencyRef": {"value": customer.currency},
        **_entity(customer.id, date(2026, 1, 15)),
        "FullyQualifiedName": name,
        "DisplayName": name,
        "Active": customer.active,
        **({"PrimaryEmailAddr": {"Address": customer.email}} if customer.email else {}),
    }


def invoice(ledger: Ledger, invoice: Invoice) -> dict[str, Any]:
    """An Invoice."""
    settling = [each for each, _ in ledger.settling(invoice)]
    total = Decimal(0) if invoice.void else invoice.total
    linked = [{"TxnId": f"{each.id}9" if each.number else str(each.id), "TxnType": "Payment"} for each in settling]
    due = {"DueDate": invoice.due.isoformat(), "SalesTermRef": {"value": "3", "name": "Net 30"}} if invoice.due else {}
    return {
        **_entity(invoice.id, invoice.issued),
        **_document(ledger, invoice),
        "LinkedTxn": linked,
        "Line": [{"Id": "1", "LineNum": 1, "Amount": number(total), "DetailType": "SalesItemLineDetail"}],
        "TotalAmt": number(total),
        "Balance": number(ledger.open(invoice)),
        **({"DocNumber": invoice.number} if invoice.number else {}),
        **due,
        **_home(ledger.open(invoice), total, invoice),
        **({"PrivateNote": "Voided"} if invoice.void else {}),
    }


def payment(ledger: Ledger, payment: Credit) -> dict[str, Any]:
    """A Payment of money."""
    total = Decimal(0) if payment.void else payment.total
    return {
        **_entity(payment.id, payment.made),
        **_document(ledger, payment),
        "TotalAmt": number(total),
        "UnappliedAmt": number(payment.left),
        "Line": [line(amount, "Invoice", id) for id, amount in payment.to],
        **_home(payment.left, total, payment),
        **({"PrivateNote": "Voided"} if payment.void else {}),
    }


def memo(ledger: Ledger, credit: Credit) -> dict[str, Any]:
    """A CreditMemo."""
    return {
        "RemainingCredit": number(credit.left),
        **_entity(credit.id, credit.made),
        "DocNumber": credit.number,
        **_document(ledger, credit),
        "TotalAmt": number(credit.total),
        "Balance": number(credit.left),
        **_home(credit.left, credit.total, credit),
    }


def _applied(ledger: Ledger, credit: Credit) -> dict[str, Any]:
    """The Payment over nothing that applies a credit memo."""
    used = sum((amount for _, amount in credit.to), Decimal(0))
    return {
        **_entity(int(f"{credit.id}9"), credit.made),
        **_document(ledger, credit),
        "TotalAmt": 0,
        "UnappliedAmt": 0,
        "PrivateNote": "Created by QB Online to link credits to charges.",
        "Line": [*(line(amount, "Invoice", id) for id, amount in credit.to), line(used, "CreditMemo", credit.id)],
    }


def line(amount: Decimal, kind: str, id: int) -> dict[str, Any]:
    """A line of a Payment."""
    return {"Amount": number(amount), "LinkedTxn": [{"TxnId": str(id), "TxnType": kind}]}


def number(amount: Decimal) -> int | float:
    """As in JSON: whole numbers without decimals."""
    return int(amount) if amount == int(amount) else float(amount)


def _entity(id: int, day: date) -> dict[str, Any]:
    times = {"CreateTime": f"{day}T09:00:00-08:00", "LastUpdatedTime": f"{day}T09:15:30-08:00"}
    return {"domain": "QBO", "sparse": False, "Id": str(id), "SyncToken": "0", "MetaData": times}


def _document(ledger: Ledger, document: Invoice | Credit) -> dict[str, Any]:
    day = document.issued if isinstance(document, Invoice) else document.made
    return {
        "TxnDate": day.isoformat(),
        "CurrencyRef": {"value": document.currency},
        "CustomerRef": {"value": str(document.customer), "name": ledger.customer(document.customer).name},
    }


def _home(left: Decimal, total: Decimal, document: Invoice | Credit) -> dict[str, Any]:
    if document.rate == 1:
        return {}
    rate = document.rate
    return {"ExchangeRate": float(rate), "HomeTotalAmt": float(total * rate), "HomeBalance": float(left * rate)}
