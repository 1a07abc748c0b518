"""Calendar dates as exports write them."""

import re
from datetime import date, timedelta
from functools import lru_cache

ORDERS = {"dmy": "day/month/year", "mdy": "month/day/year", "ymd": "year-month-day"}
EXAMPLES = {"dmy": "31/12/2026", "mdy": "12/31/2026", "ymd": "2026-12-31"}

_MONTH_NAMES = (
    "jan ene", "feb fev fév", "mar mär maa mrz", "apr avr abr", "may mai mei", "jun juin", "jul juil",
    "aug aoû aou ago",
    "sep", "oct okt", "nov", "dec dez déc dic",
)  # fmt: skip
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names.split()}
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?").fullmatch
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(?:\.0+)?").fullmatch
_NUMERIC = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})(?:[T ,]+\d{1,2}:\d{2}.*)?").fullmatch
_DAY_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?[-/ ]+([^\W\d]+)\.?,?[-/ ]+(\d{4}|\d{2})").fullmatch
_NAMED_DAY = re.compile(r"([^\W\d]+)\.?[-/ ]+(\d{1,2})(?:st|nd|rd|th)?,?[-/ ]+(\d{4}|\d{2})").fullmatch
_SERIAL = re.compile(r"[2-6]\d{4}(?:\.\d+)?").fullmatch
_EXCEL_ZERO = date(1899, 12, 30)


@lru_cache(maxsize=20_000)
def parse_date(text: str, order: str) -> date:
    """The calendar date a cell states; `order` decides 03/04/2026. Raises ValueError for anything else.

    Also read: ISO dates with or without a time, 20260331, 31 Mar 2026, March 31, 2026, and Excel's day numbers.
    """
    if found := _ISO(text) or _COMPACT(text):
        return _checked(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMERIC(text):
        first, second = int(found[1]), int(found[3])
        if order == "ymd" and len(found[4]) == 2:
            return _checked(_century(found[1]), second, int(found[4]))
        day, month = (second, first) if order == "mdy" else (first, second)
        return _checked(_century(found[4]), month, day)
    if found := _DAY_NAMED(text):
        return _checked(_century(found[3]), _month(found[2]), int(found[1]))
    if found := _NAMED_DAY(text):
        return _checked(_century(found[3]), _month(found[1]), int(found[2]))
    if _SERIAL(text):
        return _EXCEL_ZERO + timedelta(days=int(float(text)))
    raise ValueError(text)


def numeric_parts(text: str) -> tuple[int, str, int] | None:
    """First number, separator and second number of a date like 03/04/2026; None for dates with one reading only."""
    found = _NUMERIC(text)
    return (int(found[1]), found[2], int(found[3])) if found else None


def _checked(year: int, month: int, day: int) -> date:
    if not 1990 <= year <= 2099:
        raise ValueError(year)
    return date(year, month, day)


def _century(text: str) -> int:
    return int(text) + 2000 if len(text) == 2 else int(text)


def _month(name: str) -> int:
    folded = name.casefold()
    number = _MONTHS.get(folded[:4]) or _MONTHS.get(folded[:3])
    if number is None:
        raise ValueError(name)
    return number
