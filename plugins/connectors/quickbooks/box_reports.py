"""Reports of QuickBooks in a box: aged receivables by customer and in detail, out of the same books.

After the report reference: amounts in the home currency, cells as text and empty for 0, the grand total in a last
section. A document counts from its date on, an application from its own.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from hub.sdk.testing.books import ZERO
from hub.sdk.testing.company import Company
from hub.sdk.testing.currencies import rounded

_BUCKETS = ("Current", "1 - 30", "31 - 60", "61 - 90", "91 and over")
_DETAILS = (
    ("Date", "tx_date"),
    ("Transaction Type", "txn_type"),
    ("Num", "doc_num"),
    ("Customer", "cust_name"),
    ("Due Date", "due_date"),
    ("Amount", "subt_amount"),
    ("Open Balance", "subt_open_bal"),
)

Report = dict[str, Any]


class Open(NamedTuple):
    """One document that is open on a day, its amounts in the home currency; credits are negative."""

    kind: str
    id: int
    number: str
    party: int
    on: date
    due_on: date
    total: Decimal
    balance: Decimal


def open_on(company: Company, day: date) -> Iterator[Open]:
    """What is open at the end of a day."""
    for invoice in company.invoices.values():
        if invoice.status == "open" and invoice.issued_on <= day:
            used = sum((each.amount for each in company.applications_to(invoice.id) if each.on <= day), ZERO)
            yield from _open(company, "Invoice", invoice, invoice.issued_on, invoice.due_on, invoice.total, used)
    for memo in company.credit_memos.values():
        if memo.status == "open" and memo.issued_on <= day:
            used = _used(company, "credit_memo", memo.id, day)
            yield from _open(company, "Credit Memo", memo, memo.issued_on, memo.issued_on, -memo.total, -used)
    for receipt in company.receipts.values():
        if receipt.status == "open" and receipt.paid_on <= day:
            used = _used(company, "payment", receipt.id, day)
            kind = "Journal Entry" if receipt.kind == "journal" else "Payment"
            yield from _open(company, kind, receipt, receipt.paid_on, receipt.paid_on, -receipt.amount, -used)


def _used(company: Company, kind: Any, id: int, day: date) -> Decimal:
    return sum((each.amount for each in company.applications_from(kind, id) if each.on <= day), ZERO)


def _open(
    company: Company, kind: str, entry: Any, on: date, due_on: date, total: Decimal, used: Decimal
) -> Iterator[Open]:
    home = company.home_currency
    balance = rounded((total - used) * entry.rate, home)
    if balance:
        number = getattr(entry, "number", "") or getattr(entry, "reference", "")
        yield Open(kind, entry.id, number, entry.party, on, due_on, rounded(total * entry.rate, home), balance)


def aged_receivables(company: Company, day: date, time: str) -> Report:
    """What each customer owes, by how long it is overdue."""
    ages: dict[int, list[Decimal]] = {}
    for each in open_on(company, day):
        ages.setdefault(each.party, [ZERO] * len(_BUCKETS))[_bucket(each.due_on, day)] += each.balance
    named = sorted((company.parties[party].name, party, amounts) for party, amounts in ages.items())
    rows: list[Report] = [
        {"ColData": [{"value": name, "id": str(party)}, *_cells([*amounts, sum(amounts, ZERO)])]}
        for name, party, amounts in named
    ]
    sums = [sum(column, ZERO) for column in zip(*(amounts for _, _, amounts in named), strict=True)]
    if rows:
        total = {"ColData": [{"value": "TOTAL"}, *_cells([*sums, sum(sums, ZERO)])]}
        rows.append({"Summary": total, "type": "Section", "group": "GrandTotal"})
    columns = [("", "Customer"), *((title, "Money") for title in (*_BUCKETS, "Total"))]
    return _report(company, "AgedReceivables", day, time, columns, rows)


def aged_receivable_detail(company: Company, day: date, time: str) -> Report:
    """Each open document, under how long it is overdue."""
    found = sorted(open_on(company, day), key=lambda each: (each.due_on, each.id))
    rows: list[Report] = []
    for number, title in enumerate(_BUCKETS):
        inside = [each for each in found if _bucket(each.due_on, day) == number]
        if inside:
            rows.append(
                {
                    "Header": {"ColData": [{"value": title}, *[{"value": ""}] * (len(_DETAILS) - 1)]},
                    "Rows": {"Row": [_detail(company, each) for each in inside]},
                    "type": "Section",
                }
            )
    columns = [(title, kind) for title, kind in _DETAILS]
    return _report(company, "AgedReceivableDetail", day, time, columns, rows)


def _detail(company: Company, each: Open) -> Report:
    cells = [
        {"value": each.on.isoformat()},
        {"value": each.kind, "id": str(each.id)},
        {"value": each.number},
        {"value": company.parties[each.party].name, "id": str(each.party)},
        {"value": each.due_on.isoformat()},
        *_cells([each.total, each.balance]),
    ]
    return {"ColData": cells, "type": "Data"}


def _bucket(due_on: date, day: date) -> int:
    late = (day - due_on).days
    return 0 if late <= 0 else min(4, 1 + (late - 1) // 30)


def _cells(amounts: list[Decimal]) -> list[dict[str, str]]:
    return [{"value": f"{amount:f}" if amount else ""} for amount in amounts]


def _report(
    company: Company, name: str, day: date, time: str, columns: list[tuple[str, str]], rows: list[Report]
) -> Report:
    return {
        "Header": {
            "Time": time,
            "ReportName": name,
            "DateMacro": "today" if day == company.today else "",
            "StartPeriod": day.isoformat(),
            "EndPeriod": day.isoformat(),
            "SummarizeColumnsBy": "Total",
            "Currency": company.home_currency,
            "Option": [
                {"Name": "report_date", "Value": day.isoformat()},
                {"Name": "NoReportData", "Value": "false" if rows else "true"},
            ],
        },
        "Columns": {"Column": [{"ColTitle": title, "ColType": kind} for title, kind in columns]},
        "Rows": {"Row": rows} if rows else {},
    }


def report_day(company: Company, asked: str | None, macro: str | None) -> date:
    """The day of a report: as asked, else the company's today. Raises ValueError."""
    if asked:
        return date.fromisoformat(asked)
    return company.today - timedelta(days=1) if (macro or "").casefold() == "yesterday" else company.today
