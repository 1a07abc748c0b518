"""The real ledgers go through the CSV connector without hand editing. They are no part of the project."""

import csv
import os
from decimal import Decimal
from pathlib import Path

import pytest

from hub.sdk.records import Customer, Invoice, Payment
from plugins.connectors.csv.plugin import CsvConnector, inspect, problems

LEDGERS = Path(os.environ.get("PAYPREDICT_LEDGERS", Path(__file__).parents[2] / ".." / "shared" / "data"))

pytestmark = [
    pytest.mark.ledgers,
    pytest.mark.skipif(
        not (LEDGERS / "ar_highradius.csv").exists(),
        reason=f"the real ledgers are not in {LEDGERS}; set PAYPREDICT_LEDGERS to their folder",
    ),
]


def stated(name):
    with (LEDGERS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def records(name):
    connector = CsvConnector({"path": str(LEDGERS / name)})
    found = {}
    for page in connector.read("rows", None):
        for item in page.items:
            for record in connector.map("rows", item):
                assert found.setdefault((type(record), record.external_id), record) == record
    return connector, found


def of(found, kind):
    return {external_id: record for (type_, external_id), record in found.items() if type_ is kind}


@pytest.mark.parametrize("name", ["ar_highradius.csv", "ar_ibm.csv"])
def test_a_closed_ledger_is_mapped_row_for_row(name):
    rows = stated(name)
    connector, found = records(name)
    invoices, payments = of(found, Invoice), of(found, Payment)
    assert len(invoices) == len(rows)
    for row in rows:
        invoice = invoices[row["invoice_id"]]
        assert invoice.customer_id == row["customer_id"]
        assert (invoice.issued_on.isoformat(), invoice.due_on.isoformat()) == (row["issue_date"], row["due_date"])
        assert (invoice.total, invoice.currency) == (Decimal(row["amount"]), row.get("currency", "USD"))
        payment = payments.get(f"{row['invoice_id']}#payment")
        assert (payment.paid_on.isoformat() if payment else "") == row["clear_date"]
    open_amounts: dict[str, Decimal] = {}
    for row in rows:
        if not row["clear_date"]:
            currency = row.get("currency", "USD")
            open_amounts[currency] = open_amounts.get(currency, Decimal(0)) + Decimal(row["amount"])
    assert connector.tie_out().receivable == open_amounts


def test_the_open_book_is_recognised_by_its_own_odd_names():
    name = "ar_highradius_open_book.csv"
    plan = inspect(LEDGERS / name)
    assert {each.field: each.column for each in plan.columns} == {
        "invoice_id": "doc_id",
        "customer_id": "cust_number",
        "customer_name": "name_customer",
        "issue_date": "posting_date",
        "due_date": "due_in_date",
        "amount": "converted_usd",
        "terms": "cust_payment_terms",
    }
    assert plan.currency_source == 'header "converted_usd"'
    assert not list(problems(LEDGERS / name, plan))
    rows = stated(name)
    connector, found = records(name)
    assert of(found, Invoice).keys() == {row["doc_id"] for row in rows}
    assert of(found, Customer).keys() == {row["cust_number"] for row in rows}
    assert not of(found, Payment)
    assert connector.tie_out().receivable == {"USD": sum(Decimal(row["converted_usd"]) for row in rows)}
