"""How Xero's lists are asked: `where`, `order`, pages and the explicit filters.

After the pages "Requests and responses" and "Invoices" of Xero's developer documentation and its published
specification. Of the expressions only comparisons joined by AND or && are known here; others are refused as Xero
refuses what it cannot read.
"""

import operator
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from plugins.connectors.xero.box_books import Row

MOST_PAGE, USUAL_PAGE = 1000, 100
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_TERM = re.compile(r"\s*([A-Za-z.]+)\s*(==|!=|>=|<=|=|>|<)\s*(.+?)\s*")
_JOIN = re.compile(r"\s+AND\s+|\s*&&\s*", re.IGNORECASE)
_FIELDS: dict[str, Callable[[Row], Any]] = {
    "Type": lambda row: row.type,
    "PaymentType": lambda row: row.type,
    "Status": lambda row: row.status,
    "ContactStatus": lambda row: row.status,
    "UpdatedDateUTC": lambda row: row.updated_at,
    "Date": lambda row: row.date,
    "Contact.ContactID": lambda row: row.contact,
    "Name": lambda row: row.number,
    "InvoiceNumber": lambda row: row.number,
    "CreditNoteNumber": lambda row: row.number,
    "AmountDue": lambda row: row.due,
    "Reference": lambda row: getattr(row.entry, "memo", ""),
    **{
        name: lambda row: row.id
        for name in ("ContactID", "InvoiceID", "CreditNoteID", "OverpaymentID", "PrepaymentID", "PaymentID")
    },
}


class QueryError(Exception):
    """A filter or order that cannot be read: Xero's QueryParseException."""


def matching(rows: list[Row], where: str) -> list[Row]:
    """The rows for which every comparison holds."""
    for term in _JOIN.split(where):
        found = _TERM.fullmatch(term)
        if found is None:
            raise QueryError(f"Expression expected in {term!r}")
        field, compare, value = _field(found[1]), _COMPARE[found[2]], _value(found[3])
        if type(value) is datetime and found[1] == "Date":
            value = value.date()
        rows = [row for row in rows if compare(field(row), value)]
    return rows


def ordered(rows: list[Row], order: str) -> list[Row]:
    """The rows sorted; without an order by the last change, as Xero does it for most lists."""
    name, _, direction = (order or "UpdatedDateUTC ASC").partition(" ")
    if direction.strip().upper() not in ("", "ASC", "DESC"):
        raise QueryError(f"Syntax error in {order!r}")
    # What is equal stays in the order of ids, whichever way the list is sorted.
    rows = sorted(rows, key=lambda row: row.id)
    return sorted(rows, key=_field(name), reverse=direction.strip().upper() == "DESC")


def page_of(rows: list[Row], page: str, page_size: str) -> tuple[list[Row], dict[str, int]]:
    """One page, and what the answer says of pages. A size above the most there is counts as that."""
    number, size = _whole(page or "1"), min(_whole(page_size or str(USUAL_PAGE)), MOST_PAGE)
    info = {"page": number, "pageSize": size, "pageCount": -(-len(rows) // size), "itemCount": len(rows)}
    return rows[(number - 1) * size : number * size], info


def modified_since(rows: list[Row], header: str) -> list[Row]:
    """The rows changed after the time in If-Modified-Since, which is UTC without saying so."""
    try:
        since = datetime.fromisoformat(header)
    except ValueError:
        return rows
    since = since.replace(tzinfo=UTC) if since.tzinfo is None else since
    return [row for row in rows if row.updated_at > since]


def _field(name: str) -> Callable[[Row], Any]:
    if name not in _FIELDS:
        raise QueryError(f"No property or field '{name}' exists in this type")
    return _FIELDS[name]


def _value(text: str) -> Any:
    if found := re.fullmatch(r'"(.*)"', text):
        return found[1]
    if found := re.fullmatch(r'(?i:guid)\("([0-9a-f-]{36})"\)', text):
        return found[1]
    if found := re.fullmatch(r"DateTime\(([\d, ]+)\)", text):
        try:
            parts = [int(each) for each in found[1].split(",")] + [0] * 3
            return datetime(*parts[:6], tzinfo=UTC)  # type: ignore[misc, arg-type]
        except (ValueError, TypeError) as error:
            raise QueryError(f"{text} is no date") from error
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return Decimal(text)
    raise QueryError(f"Unknown value {text!r}")


def _whole(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise QueryError(f"{text!r} is no page")
    return int(text)
