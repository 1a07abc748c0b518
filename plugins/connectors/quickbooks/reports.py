"""The aged receivables report: what each customer owes, in the company's home currency."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from hub.sdk.connector import Totals
from hub.sdk.errors import TransientError
from plugins.connectors.quickbooks.fields import amount_of

ZERO = Decimal(0)


def totals_of(report: Mapping[str, Any], asked_on: date | None) -> Totals:
    """The totals that a report states. Raises TransientError where it is no aged receivables report."""
    header = report.get("Header")
    header = header if isinstance(header, Mapping) else {}
    if header.get("ReportName") not in (None, "AgedReceivables"):
        raise TransientError(f"QuickBooks answered with the report {header.get('ReportName')!r}")
    as_of = _day(header) or asked_on
    if as_of is None:
        raise TransientError("QuickBooks does not say of which day its aged receivables are")
    customers, added, grand = _sums(report)
    return Totals(
        as_of=as_of,
        home_currency=header.get("Currency"),
        home=added if grand is None else grand,
        home_customers=customers,
    )


def adds_up(report: Mapping[str, Any]) -> bool:
    """Whether the customers' lines make the total that the report states; else some came twice, or not at all."""
    _, added, grand = _sums(report)
    return grand is None or added == grand


def _sums(report: Mapping[str, Any]) -> tuple[dict[str, Decimal], Decimal, Decimal | None]:
    """What each customer owes, the sum of the lines, and the total where one is stated."""
    column = _total_column(report)
    customers: dict[str, Decimal] = {}
    grand, added = None, ZERO
    for is_grand, cells in _lines(report.get("Rows")):
        amount = _amount(cells, column)
        if is_grand:
            grand = amount
            continue
        added += amount
        customer = str(cells[0].get("id") or "")
        if customer and amount:
            customers[customer] = customers.get(customer, ZERO) + amount
    return customers, added, grand


def _lines(rows: Any) -> Iterator[tuple[bool, list[Mapping[str, Any]]]]:
    """Each customer's own line, and the grand total.

    A customer with jobs is a section: its header holds what it owes itself, the rows in it those of its jobs, and the
    summary the sum of both, which is left out.
    """
    found = rows.get("Row") if isinstance(rows, Mapping) else None
    for row in found if isinstance(found, list) else []:
        if row.get("group") == "GrandTotal":
            yield True, _cells(row.get("Summary"))
            continue
        for part in (row, row.get("Header")):
            cells = _cells(part)
            if cells:
                yield False, cells
        yield from _lines(row.get("Rows"))


def _cells(part: Any) -> list[Mapping[str, Any]]:
    found = part.get("ColData") if isinstance(part, Mapping) else None
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _total_column(report: Mapping[str, Any]) -> int:
    columns = report.get("Columns")
    titles = [each.get("ColTitle") for each in (columns or {}).get("Column") or [] if isinstance(each, Mapping)]
    return titles.index("Total") if "Total" in titles else -1


def _amount(cells: list[Mapping[str, Any]], column: int) -> Decimal:
    """The amount in a cell; an empty one is 0."""
    if not cells or column >= len(cells):
        return ZERO
    return amount_of(cells[column].get("value") or "0") or ZERO


def _day(header: Mapping[str, Any]) -> date | None:
    options = header.get("Option")
    stated = [each.get("Value") for each in options or [] if each.get("Name") == "report_date"]
    for text in (*stated, header.get("EndPeriod")):
        try:
            return date.fromisoformat(str(text))
        except ValueError:
            continue
    return None
