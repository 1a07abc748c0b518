"""What stands in Xero's JSON: amounts, business dates, instants and flags, each in the several ways it is written.

Whatever cannot be read raises RecordError, so that it costs the one item it stands in.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from hub.sdk.errors import RecordError

Item = Mapping[str, Any]

_TICKS = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/")


def text(item: Item, name: str) -> str:
    """A text that has to be there."""
    value = optional_text(item, name)
    if value is None:
        raise RecordError(f"{name} is missing", field=name, value=repr(item.get(name)), expected="text")
    return value


def optional_text(item: Item, name: str) -> str | None:
    """A text, or None where it is missing, null or blank. A number is its digits, as in a number of an invoice."""
    value = item.get(name)
    if value is None:
        return None
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise RecordError(f"{name} {value!r} is no text", field=name, value=str(value), expected="text")
    return value.strip() or None


def amount(item: Item, name: str) -> Decimal:
    """An amount that has to be there."""
    value = optional_amount(item, name)
    if value is None:
        raise RecordError(f"{name} is missing", field=name, value=repr(item.get(name)), expected="an amount")
    return value


def optional_amount(item: Item, name: str) -> Decimal | None:
    """An amount: a number, or a number written as text as some of Xero's own examples have it."""
    value = item.get(name)
    if value is None or value == "":
        return None
    try:
        if isinstance(value, bool | float):
            raise InvalidOperation
        number = Decimal(value)
        if not number.is_finite():
            raise InvalidOperation
    except (InvalidOperation, TypeError, ValueError) as error:
        raise RecordError(
            f"{name} {value!r} is no amount", field=name, value=str(value), expected="a number"
        ) from error
    return number


def day(item: Item, name: str) -> date:
    """A business date that has to be there."""
    value = optional_day(item, name)
    if value is None:
        raise RecordError(f"{name} is missing", field=name, value=repr(item.get(name)), expected="a date")
    return value


def optional_day(item: Item, name: str) -> date | None:
    """A business date: `<name>String` where there is one, since it cannot be misread, else `/Date(ms+hhmm)/`.

    The milliseconds are UTC and the offset leads to the day that was meant: midnight in Auckland is the day before
    in UTC.
    """
    for key in (f"{name}String", name):
        value = item.get(key)
        if value in (None, ""):
            continue
        try:
            ticks = _TICKS.fullmatch(value)
            if ticks is not None:
                return _instant(ticks).date()
            return date.fromisoformat(value[:10])
        except (TypeError, ValueError, OverflowError) as error:
            raise RecordError(f"{key} {value!r} is no date", field=key, value=str(value), expected="a date") from error
    return None


def instant(value: Any) -> datetime | None:
    """A point in time in UTC, or None where it is missing or unreadable."""
    if not isinstance(value, str):
        return None
    try:
        ticks = _TICKS.fullmatch(value)
        moment = _instant(ticks) if ticks is not None else datetime.fromisoformat(value)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def updated_at(item: Item) -> datetime | None:
    """When Xero last changed the item."""
    return instant(item.get("UpdatedDateUTC")) or instant(item.get("UpdatedDateUTCString"))


def is_true(item: Item, name: str) -> bool:
    """A flag, which is also met as text."""
    value = item.get(name)
    return value is True or (isinstance(value, str) and value.lower() == "true")


def part(item: Item, name: str) -> Item:
    """The object under `name`; empty where it is missing or null."""
    value = item.get(name)
    return value if isinstance(value, Mapping) else {}


def parts(item: Item, name: str) -> Iterator[Item]:
    """The objects of the list under `name`, which may be missing or null."""
    value = item.get(name) or ()
    if not isinstance(value, list | tuple) or not all(isinstance(each, Mapping) for each in value):
        raise RecordError(f"{name} is no list of objects", field=name, value=str(value)[:80], expected="a list")
    return iter(value)


def _instant(ticks: re.Match[str]) -> datetime:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(ticks[1]))
    if ticks[2] is None:
        return moment
    offset = timedelta(hours=int(ticks[2][1:3]), minutes=int(ticks[2][3:]))
    return moment.astimezone(timezone(-offset if ticks[2][0] == "-" else offset))
