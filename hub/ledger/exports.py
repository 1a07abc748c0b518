"""The lists as CSV files: all that matches, streamed in batches, in cells that no spreadsheet computes."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from hub.http.spreadsheets import csv_rows
from hub.ledger.customer_listing import walk_customers
from hub.ledger.listing import walk_invoices
from hub.storage.session import Storage

BATCH = 2_000

_INVOICE = (
    *("number", "customer_name", "status", "issued_on", "due_on", "days_overdue", "currency", "total", "balance"),
    *("paid_on", "terms", "disputed"),
)
_PREDICTION = (
    *("p_paid_by_due", "p_late30", "expected_on", "p10_on", "p50_on", "p90_on", "risk_level", "at_risk"),
    *("model", "model_number", "as_of"),
)
_IDS = ("id", "customer_id", "connection_id")
INVOICE_COLUMNS = (*_INVOICE, *_PREDICTION, *_IDS)

_CUSTOMER = ("name", "email", "country", "industry", "credit_score", "credit_limit", "risk_level", "p_late30")
_BALANCE = (
    *("currency", "open_balance", "overdue", "unapplied", "open_invoices", "oldest_due_on"),
    *("paid_invoices", "paid_late", "mean_days_late"),
)
CUSTOMER_COLUMNS = (*_CUSTOMER, "usual_currency", "expected_loss", *_BALANCE, "id", "connection_id")


def export_invoices(storage: Storage, tenant: str, arguments: Mapping[str, Any]) -> Iterator[bytes]:
    """A CSV file of the invoices that `arguments` of the list leave, in its order, with what is forecast of them."""
    found = _started(walk_invoices(storage, tenant, arguments, batch=BATCH))
    return csv_rows(INVOICE_COLUMNS, (_invoice(each) for each in found))


def export_customers(storage: Storage, tenant: str, arguments: Mapping[str, Any]) -> Iterator[bytes]:
    """A CSV file of the customers that `arguments` of the list leave, a line for each currency they owe in."""
    found = _started(walk_customers(storage, tenant, arguments, batch=BATCH))
    return csv_rows(CUSTOMER_COLUMNS, (line for each in found for line in _customer(each)))


def _started(rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The same rows, of which the first is read now: what is wrong is found out before the answer begins."""
    for first in rows:
        return chain([first], rows)
    return iter(())


def _invoice(item: Mapping[str, Any]) -> tuple[Any, ...]:
    prediction = item["prediction"] or {}
    return (
        *(item[name] for name in _INVOICE),
        *(prediction.get(name) for name in _PREDICTION),
        *(item[name] for name in _IDS),
    )


def _customer(item: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    for balance in item["balances"] or [{}]:
        yield (
            *(item[name] for name in _CUSTOMER),
            item["currency"],
            item["expected_loss"],
            *(balance.get(name) for name in _BALANCE),
            item["id"],
            item["connection_id"],
        )
