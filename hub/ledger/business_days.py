"""The days on which banks of a country move money."""

from datetime import date, timedelta
from functools import cache
from typing import Any

WEEKEND = (5, 6)
"""Of countries that are not known: Saturday and Sunday."""


def business_day_after(day: date, count: int, country: str | None) -> date:
    """The `count`-th business day after `day`, by the public holidays and weekends of a country.

    `country` is its two letters (ISO 3166); of one that is not known every day but Saturday and Sunday is one.
    """
    calendar = _calendar((country or "").strip().upper())
    while count:
        day += timedelta(days=1)
        is_business = day.weekday() not in WEEKEND if calendar is None else calendar.is_working_day(day)
        count -= is_business
    return day


@cache
def _calendar(country: str) -> Any:
    import holidays  # late: it takes a moment to import, and most processes need it never

    if len(country) != 2 or country not in holidays.list_supported_countries():
        return None
    return holidays.country_holidays(country)
