"""The cells of one row by field, read as text, dates and amounts, with errors that say where and what."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from hub.sdk.errors import RecordError
from plugins.connectors.csv.dates import EXAMPLES, ORDERS, parse_date
from plugins.connectors.csv.money import parse_amount


_GUARDS = ("=", "'")


class Cells:
    """One item, seen through the columns that were recognised."""

    __slots__ = ("_columns", "_decimal", "_order", "item", "texts")

    def __init__(self, item: Mapping[str, Any], columns: Mapping[str, str], order: str, decimal: str) -> None:
        self.item, self._columns, self._order, self._decimal = item, columns, order, decimal
        self.texts = {field: item[column].strip() for field, column in columns.items()}
        for field, text in self.texts.items():
            if text[:1] in _GUARDS:
                self.texts[field] = _unwrapped(text)

    @property
    def heading(self) -> str:
        """The heading the row stands under, or nothing."""
        heading: str = self.item.get("_heading", "")
        return heading

    @property
    def part(self) -> Literal["first", "later"] | None:
        """Which of several rows of one invoice this is; None for the only one."""
        return self.item.get("_part")

    @property
    def date_shape(self) -> str:
        """The expected shape of a date, with an example."""
        return f"{ORDERS[self._order]}, as in {EXAMPLES[self._order]}"

    def check_shape(self) -> None:
        """Raise RecordError for a row that cannot be taken apart or that contradicts another one."""
        if "_contradicts" in self.item:
            raise self.error(
                "invoice_id", f"the same invoice as line {self.item['_contradicts']} states, or another id"
            )
        if "_surplus" in self.item:
            raise RecordError(
                f"line {self.item['_line']} has more cells than the header, from {self.item['_surplus']!r} on; "
                "expected quotation marks around cells that hold the delimiter",
                value=str(self.item["_surplus"]),
                expected="quotation marks around cells that hold the delimiter",
                line=self.item["_line"],
            )

    def text(self, field: str) -> str:
        """A cell without surrounding blanks; empty where the file has no such column."""
        return self.texts.get(field, "")

    def day(self, field: str) -> date | None:
        """A date, None for an empty cell."""
        text = self.texts.get(field)
        if not text:
            return None
        try:
            return parse_date(text, self._order)
        except ValueError:
            raise self.error(field, f"a date from 1990 on, {self.date_shape}") from None

    def money(self, field: str) -> Decimal | None:
        """An amount, None for an empty cell."""
        text = self.texts.get(field)
        if not text:
            return None
        try:
            return parse_amount(text, self._decimal)
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
