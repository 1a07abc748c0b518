"""The cells of one SuiteQL row: all are text, what is empty is absent, truth is T or F, dates are as the user likes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from hub.sdk.errors import RecordError

DATE_COLUMNS = ("trandate", "duedate", "lastmodifieddate", "previousdate", "nextdate", "deleteddate")
ORDERS = ("mdy", "dmy")

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?").fullmatch
_NUMERIC = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:[T ].*)?").fullmatch
_NAMED = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3,9}),?[- ](\d{4})(?:[T ].*)?").fullmatch
_CODE = re.compile(r"[A-Z]{3}").fullmatch
_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}").fullmatch
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How rows are to be read: the order of day and month, the account's zone, and the home currency where known."""

    zone: ZoneInfo
    order: str = "mdy"
    home: str | None = None


class Cells:
    """One row, read as text, dates and amounts, with errors that name it, its column and what was expected."""

    __slots__ = ("_order", "_reading", "item")

    def __init__(self, item: Mapping[str, Any], reading: Reading) -> None:
        self.item, self._reading = item, reading
        self._order: str = item.get("dateorder", reading.order)

    @property
    def id(self) -> str:
        """NetSuite's own number of the record, which is never used twice."""
        return self.required("id", "the internal id")

    def text(self, name: str) -> str:
        """A cell without surrounding blanks; empty where there is none."""
        value = self.item.get(name)
        return "" if value is None else str(value).strip()

    def required(self, name: str, expected: str) -> str:
        """A cell that must be there."""
        return self.text(name) or self.fail(name, expected)

    def flag(self, name: str) -> bool:
        """Whether a cell says T."""
        return self.text(name).upper() in ("T", "TRUE")

    def money(self, name: str) -> Decimal | None:
        """An amount, None for an empty cell."""
        text = self.text(name)
        if not text:
            return None
        try:
            amount = Decimal(text)
        except InvalidOperation:
            amount = Decimal("NaN")
        return amount if amount.is_finite() else self.fail(name, "an amount such as 1250.00")

    def day(self, name: str) -> date | None:
        """A calendar date, None for an empty cell."""
        text = self.text(name)
        if not text:
            return None
        try:
            return parse_day(text, self._order)
        except ValueError:
            return self.fail(
                name, f"a date, {'month/day' if self._order == 'mdy' else 'day/month'}/year or year-month-day"
            )

    def required_day(self, name: str) -> date:
        """A date that must be there."""
        return self.day(name) or self.fail(name, "a date")

    @property
    def currency(self) -> str:
        """The ISO code: `currencysymbol`, as the row was joined with, or what `currency` says where it is no id."""
        for text in (self.text("currencysymbol"), self.text("currency")):
            if _CODE(text):
                return text
        if not self.text("currency") and self._reading.home:
            return self._reading.home  # an account without the feature Multiple Currencies has no such column
        return self.fail("currency", "a currency whose symbol is known (SELECT id, symbol FROM currency)")

    @property
    def rate(self) -> Decimal | None:
        """Home units for one unit of the currency; None where it is 1, or leads to another home currency."""
        base, rate = self.text("basecurrency"), self.money("exchangerate")
        if base and self._reading.home and base != self._reading.home:
            return None
        return None if rate is None or rate == 1 or rate <= 0 else rate

    @property
    def is_void(self) -> bool:
        """Whether the document was voided; its amounts are 0 then, or taken back by a journal."""
        return self.flag("voided") or self.text("status").rsplit(":", 1)[-1] == "V"

    @property
    def is_posted(self) -> bool:
        """Whether the document is in the books: one that waits for approval is not."""
        return self.text("posting").upper() != "F"

    @property
    def updated_at(self) -> datetime | None:
        """When the record was last changed."""
        return self._instant("lastmodifieddate")

    @property
    def updated_on(self) -> date | None:
        """The day of the last change in the account's zone."""
        return self.day("lastmodifieddate")

    def _instant(self, name: str) -> datetime | None:
        """A time of the account's zone as an instant; None where it has no seconds, or stands for two instants.

        In the hour that a zone's clocks go back over, a later change may bear an earlier time: better no time than one
        by which the newer version of a record would be taken for the older.
        """
        text = self.text(name)
        if not _STAMP(text):
            return None
        try:
            wall = datetime.fromisoformat(text)
        except ValueError:
            return None
        first, second = (wall.replace(tzinfo=self._reading.zone, fold=fold) for fold in (0, 1))
        return first.astimezone(UTC) if first.utcoffset() == second.utcoffset() else None

    def fail(self, name: str, expected: str) -> NoReturn:
        """Raise a RecordError for a cell."""
        value = self.text(name)
        what = f"{self.text('type') or self.text('recordtypeid') or 'record'} {self.text('id') or 'without id'}"
        raise RecordError(
            f"{what}, {name}: {f'{value[:80]!r}' if value else 'nothing'} where {expected} was expected",
            field=name,
            value=value,
            expected=expected,
        )


def parse_day(text: str, order: str = "mdy") -> date:
    """The calendar date in any of NetSuite's date formats; `order` decides 3/4/2026. Raises ValueError."""
    if found := _YEAR_FIRST(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMERIC(text):
        # Of the formats that a user can choose only those with slashes exist in both orders.
        first, second = int(found[1]), int(found[3])
        day, month = (second, first) if order == "mdy" and found[2] == "/" else (first, second)
        return date(int(found[4]), month, day)
    if found := _NAMED(text):
        name = found[2][:3].lower()
        if name in _MONTHS:
            return date(int(found[3]), _MONTHS.index(name) + 1, int(found[1]))
    raise ValueError(text)


def order_of(rows: Iterable[Mapping[str, Any]]) -> str | None:
    """The order of day and month that the rows' dates prove; None where every one can be read both ways."""
    for row in rows:
        for name in DATE_COLUMNS:
            found = _NUMERIC(str(row.get(name) or ""))
            if found and found[2] == "/" and max(int(found[1]), int(found[3])) > 12:
                return "dmy" if int(found[1]) > 12 else "mdy"
    return None
