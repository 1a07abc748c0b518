"""The usual exports, as QuickBooks and Xero write them, go through without settings."""

from datetime import date
from decimal import Decimal

from hub.sdk.records import Allocation, CreditMemo, Customer, Invoice, Payment


def test_quickbooks_aging_detail(export):
    reading = export("quickbooks_online_ar_aging_detail.csv")
    assert reading.columns() == {
        "type": "Transaction type",
        "invoice_id": "Num",
        "customer_name": "Customer full name",
        "issue_date": "Date",
        "due_date": "Due date",
        "amount": "Amount",
        "balance": "Open balance",
    }
    assert reading.plan.layout.line == 5
    assert not reading.errors
    assert {each.external_id: (each.total, each.balance) for each in reading.of(Invoice)} == {
        "1007": (Decimal("1250.00"), Decimal("1250.00")),
        "1031": (Decimal("2400.50"), Decimal("900.50")),
        "1044": (Decimal("3000.00"), Decimal("3000.00")),
    }
    (memo,) = reading.of(CreditMemo)
    assert (memo.external_id, memo.total) == ("CM-12", Decimal("150.00"))  # 50 of the 200 settled something unnamed
    (payment,) = reading.of(Payment)
    assert (payment.customer_id, payment.amount) == ("Dune Hotel", Decimal("300.00"))
    assert reading.plan.as_of == date(2026, 3, 31)
    assert reading.plan.stated_total == Decimal("4700.50")
    assert reading.total.receivable == {"USD": Decimal("4700.50")}


def test_quickbooks_customer_balance_detail_names_customers_in_headings(export):
    reading = export("quickbooks_online_customer_balance_detail.csv")
    assert reading.columns()["balance"] == "Open balance"  # the "Balance" beside it is a running total
    assert {each.external_id: each.customer_id for each in reading.of(Invoice)} == {
        "1007": "Bluebell Bakery",
        "1031": "Total Wine Cellars",  # a customer, though the name begins like a total
    }
    assert reading.plan.skipped == {"heading": 2, "total": 3}
    assert reading.total.receivable == {"USD": Decimal("2000.50")}


def test_a_group_total_is_no_grand_total(export, read):
    text = export("quickbooks_online_customer_balance_detail.csv").path.read_text()
    without = text[: text.index("TOTAL")]
    assert read(text).plan.stated_total == Decimal("2000.50")
    assert read(without).plan.stated_total is None
    assert read(without).total.receivable == {"USD": Decimal("2000.50")}


def test_quickbooks_invoice_list_knows_a_void_by_its_memo(export):
    reading = export("quickbooks_online_invoice_list.csv")
    invoices = {each.external_id: each for each in reading.of(Invoice)}
    assert invoices["1032"].status == "void"
    assert invoices["1031"].status == "open"  # "Overdue 16 days"
    settled = {each.invoice_id: (each.kind, each.amount) for each in reading.of(Allocation)}
    assert settled == {"1031": ("opening", Decimal("1500.00")), "1033": ("opening", Decimal("310.25"))}
    assert not reading.of(Payment)  # a void is not paid, and of the others the file names no payment


def test_quickbooks_transaction_list_leaves_out_what_is_no_receivable(export):
    reading = export("quickbooks_online_transaction_list.csv")
    assert reading.plan.skipped == {"Bill: no receivable": 1, "Expense: no receivable": 1}
    (payment,) = reading.of(Payment)
    assert payment.external_id == "Payment/Corner Cafe/2026-02-03/600"
    assert reading.total.receivable == {"USD": Decimal("400.00")}


def test_quickbooks_desktop_states_open_amounts_only(export):
    reading = export("quickbooks_desktop_ar_aging_detail.csv")
    assert {each.external_id: each.total for each in reading.of(Invoice)} == {
        "1044": Decimal("3000.00"),
        "1031": Decimal("900.50"),
    }
    assert not reading.of(Allocation)
    assert reading.total.receivable == {"USD": Decimal("3900.50")}


def test_xero_invoice_export_repeats_invoices_per_line_item(export):
    reading = export("xero_invoices_export.csv")
    assert reading.plan.repeats.copies == 1
    assert reading.plan.date_order == "dmy"
    invoices = {each.external_id: each for each in reading.of(Invoice)}
    assert {key: each.status for key, each in invoices.items()} == {
        "INV-0101": "open",
        "INV-0102": "open",
        "INV-0103": "void",
        "INV-0104": "draft",
    }
    assert invoices["INV-0102"].currency == "NZD"
    assert [each.external_id for each in reading.of(CreditMemo)] == ["CN-0007"]
    ridgeway = next(each for each in reading.of(Customer) if each.name == "Ridgeway Catering")
    assert (ridgeway.email, ridgeway.country) == ("pay@ridgeway.example", "New Zealand")
    assert reading.total.receivable == {"NZD": Decimal("130.00"), "AUD": Decimal("-57.50")}


def test_xero_aged_receivables_detail(export):
    reading = export("xero_aged_receivables_detail.csv")
    assert not reading.errors
    assert {each.external_id: each.customer_id for each in reading.of(Invoice)} == {
        "INV-0102": "Ridgeway Catering",
        "INV-0110": "Seaview Inns",
    }
    assert reading.plan.as_of == date(2026, 3, 31)
    assert reading.plan.stated_total == Decimal("482.70")


def test_german_ledger_with_semicolons_and_decimal_commas(export):
    reading = export("german_semicolons_latin1.csv")
    assert (reading.plan.source.delimiter, reading.plan.source.encoding) == (";", "cp1252")
    assert (reading.plan.decimal, reading.plan.date_order) == (",", "dmy")
    assert [each.name for each in reading.of(Customer)] == ["Müller GmbH", "Bäckerei Grün"]
    assert reading.total.receivable == {"EUR": Decimal("980.00")}


def test_the_plan_says_how_each_column_was_found(export):
    plan = export("quickbooks_online_ar_aging_detail.csv").plan.as_dict()
    due = next(each for each in plan["columns"] if each["field"] == "due_date")
    assert due == {
        "field": "due_date",
        "column": "Due date",
        "how": 'header "Due date"',
        "samples": ["12/14/2025", "03/15/2026", "03/02/2026"],
    }
    assert plan["date_evidence"].startswith('"12/14/2025" can only be month/day/year')
    assert plan["currency_source"].startswith("assumed USD")
    assert plan["ignored"] == ["column 1"]
