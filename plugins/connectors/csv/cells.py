"""The cells of one row by field, read as text, dates and amounts, with errors that say where and what."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from hub.sdk.errors import RecordError
from plugins.connectors.csv.dates import EXAMPLES, ORDERS, parse_date
from plugins.connectors.csv.money import parse_amount


class Cells:
    """One item, seen through the columns that were recognised."""

    __slots__ = ("_columns", "_decimal", "_order", "item", "texts")

    def __init__(self, item: Mapping[str, Any], columns: Mapping[str, str], order: str, decimal: str) -> None:
        self.item, self._columns, self._order, self._decimal = item, columns, order, decimal
        # Only what is filled in, stripped once: most fields of most rows are empty, and a million rows pass here.
        self.texts: dict[str, str] = {
            field: text for field, column in columns.items() if (text := item[column].strip())
        }

    @property
    def heading(self) -> str:
        """The heading the row stands under, or nothing."""
        heading: str = self.item.get("_heading", "")
        return heading

    @property
    def date_shape(self) -> str:
        """The expected shape of a date, with an example."""
        return f"{ORDERS[self._order]}, as in {EXAMPLES[self._order]}"

    def misshapen(self) -> RecordError:
        """What is wrong with a row that contradicts another one, or has more cells than the header."""
        line = self.item["_line"]
        if "_contradicts" in self.item:
            expected = f"the customer, dates, amounts and status of line {self.item['_contradicts']}, or another id"
            return RecordError(
                f'line {line} states "{self.text("invoice_id")[:80]}" otherwise than line {self.item["_contradicts"]}; '
                f"expected {expected}",
                field=self._columns.get("invoice_id"),
                value=self.text("invoice_id"),
                expected=expected,
                line=line,
            )
        surplus = self.item["_surplus"]
        expected = "quotation marks around cells that hold the delimiter"
        return RecordError(
            f"line {line} has more cells than the header, from {surplus[:80]!r} on; expected {expected}",
            value=surplus,
            expected=expected,
            line=line,
        )

    def text(self, field: str) -> str:
        """A cell without surrounding blanks; empty where there is none."""
        text = self.texts.get(field, "")
        return _unwrapped(text) if text[:1] in ("=", "'") else text

    def day(self, field: str) -> date | None:
        """A date, None for an empty cell."""
        if field not in self.texts:
            return None
        try:
            return parse_date(self.texts[field], self._order)
        except ValueError:
            raise self.error(field, f"a date from 1990 on, {self.date_shape}") from None

    def money(self, field: str) -> Decimal | None:
        """An amount, None for an empty cell."""
        if field not in self.texts:
            return None
        try:
            return parse_amount(self.texts[field], self._decimal)
        except ValueError:
            example = "1,234.56" if self._decimal == "." else "1.234,56"
            raise self.error(field, f"an amount with at most four decimals, as in {example}") from None

    def required_money(self, field: str) -> Decimal:
        """An amount that must be there."""
        amount = self.money(field)
        if amount is None:
            raise self.error(field, "an amount")
        return amount

    def whole(self, field: str) -> int | None:
        """A whole number, None for an empty cell."""
        amount = self.money(field)
        if amount is None:
            return None
        if amount != int(amount):
            raise self.error(field, "a whole number")
        return int(amount)

    def error(self, field: str, expected: str) -> RecordError:
        """What is wrong with a field, for a person with the file before them."""
        column, line = self._columns.get(field, field), self.item["_line"]
        value = self.text(field)
        shown = f'"{value[:80]}"' if value else "nothing"
        return RecordError(
            f'line {line}, column "{column}": {shown} where {expected} was expected',
            field=column,
            value=value,
            expected=expected,
            line=line,
        )


def _unwrapped(text: str) -> str:
    """Text that a spreadsheet was kept from computing: ="00123" and '=text. Formulas are never evaluated."""
    if text.startswith('="') and text.endswith('"'):
        return text[2:-1].strip()
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text
