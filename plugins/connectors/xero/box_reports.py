"""The reports of Xero that have receivables in them, made of the same books as its lists."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from plugins.connectors.xero.box_books import ZERO, Ledger, guid
from plugins.connectors.xero.box_documents import Documents, Json

RECEIVABLE = "00000120-9999-4000-8000-000000000120"
ACCOUNTS = (
    ("00000090-9999-4000-8000-000000000090", "090", "Main Bank Account", "BANK", "ASSET", ""),
    ("00000091-9999-4000-8000-000000000091", "091", "Foreign Bank Account", "BANK", "ASSET", ""),
    ("00000092-9999-4000-8000-000000000092", "092", "Clearing", "CURRENT", "ASSET", ""),
    (RECEIVABLE, "120", "Debtors Control", "CURRENT", "ASSET", "DEBTORS"),
    ("00000200-9999-4000-8000-000000000200", "200", "Sales", "REVENUE", "REVENUE", ""),
    (
        "00000498-9999-4000-8000-000000000498",
        "498",
        "Unrealised Currency Gains",
        "EXPENSE",
        "EXPENSE",
        "UNREALISEDCURRENCYGAIN",
    ),
)


def accounts() -> list[Json]:
    """The chart of accounts. The receivables have a name of the customer's choice; the system account tells them."""
    return [
        {
            "AccountID": id,
            "Code": code,
            "Name": name,
            "Status": "ACTIVE",
            "Type": kind,
            "TaxType": "NONE",
            "Class": class_,
            "EnablePaymentsToAccount": name == "Clearing",
            "ShowInExpenseClaims": False,
            **({"SystemAccount": system} if system else {}),
        }
        for id, code, name, kind, class_, system in ACCOUNTS
    ]


def trial_balance(ledger: Ledger, on: date, *, revalued: bool, misstated: Decimal = ZERO) -> Json:
    """The balances on a day. Xero computes gains not yet made on demand: `revalued` has them, in two accounts."""
    gain = ledger.revaluation(on) if revalued else ZERO
    receivable = ledger.home_balance(on) + gain + misstated
    sales = receivable - gain
    sections = [
        ("Revenue", [(ACCOUNTS[4], -sales)]),
        ("Expenses", [(ACCOUNTS[5], -gain)] if gain else []),
        ("Assets", [(ACCOUNTS[3], receivable)] if receivable else []),
    ]
    rows: list[Json] = [_header("Account", "Debit", "Credit", "YTD Debit", "YTD Credit")]
    for title, entries in sections:
        if entries:
            shown = [
                _row([f"{account[2]} ({account[1]})", *_sides(ZERO), *_sides(balance)], account[0], "account")
                for account, balance in entries
            ]
            rows.append({"RowType": "Section", "Title": title, "Rows": shown})
    return _report("Trial Balance", "TrialBalance", on, [ledger.company.today.isoformat()], rows)


def aged_receivables(ledger: Ledger, party: int, on: date) -> Json:
    """One customer's invoices until a day, in their own currency. There is no such report of all customers."""
    rows: list[Json] = [_header("Date", "Number", "Due Date", "", "Total", "Paid", "Credited", "Due")]
    documents, shown, sums = Documents(ledger), [], [ZERO] * 4
    for row in ledger.rows("Invoices"):
        invoice = documents.show(row)
        if (
            row.type != "ACCREC"
            or row.entry.party != party
            or row.status not in ("AUTHORISED", "PAID")
            or row.date > on
        ):
            continue
        figures = [invoice[name] for name in ("Total", "AmountPaid", "AmountCredited", "AmountDue")]
        sums = [a + b for a, b in zip(sums, figures, strict=True)]
        late = (on - row.entry.due_on).days
        cells = [f"{row.date} 00:00:00", row.number, f"{row.entry.due_on} 00:00:00"]
        cells += [f"{late} days overdue" if late > 0 and row.due else "", *map(_text, figures)]
        shown.append(_row(cells, row.id, "invoiceID"))
    total = ["Total", "", "", "", *map(_text, sums)]
    rows.append({"RowType": "Section", "Title": "", "Rows": [*shown, {**_row(total), "RowType": "SummaryRow"}]})
    return _report("Aged Receivables By Contact", "AgedReceivablesByContact", on, [guid(0xC0C0, party)], rows)


def _report(name: str, kind: str, on: date, titles: Sequence[str], rows: list[Json]) -> Json:
    shown = on.strftime("%d %B %Y").lstrip("0")
    return {
        "ReportID": kind,
        "ReportName": name,
        "ReportType": kind,
        "ReportTitles": [name, *titles, f"As at {shown}"],
        "ReportDate": shown,
        "Rows": rows,
        "Fields": [],
    }


def _header(*names: str) -> Json:
    return {"RowType": "Header", "Cells": [{"Value": name} for name in names]}


def _row(cells: Sequence[str], value: str = "", name: str = "") -> Json:
    attributes: dict[str, Any] = {"Attributes": [{"Value": value, "Id": name}]} if name else {}
    return {"RowType": "Row", "Cells": [{"Value": cell, **attributes} for cell in cells]}


def _sides(balance: Decimal) -> tuple[str, str]:
    """Debit and credit: one of them is empty."""
    return (_text(balance), "") if balance >= 0 else ("", _text(-balance))


def _text(amount: Decimal) -> str:
    return f"{amount:.2f}"
