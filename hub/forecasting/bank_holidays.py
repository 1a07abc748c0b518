"""The bank holidays around the due days of invoices: hardly a payment comes in on them."""

from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.days import Days, to_day
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.timeline import Rows
from hub.sdk.forecaster import HOLIDAY_DELAYS, Floats

FIRST_YEAR, LAST_YEAR = 1970, 2099
"""Days of other years, which only mistaken dates are in, are no holidays."""
EURO, EURO_CALENDAR = "EU", "XECB"
"""Euros of nobody knows which country come in on the days on which the central banks settle them."""
_FIRST, _END = to_day(date(FIRST_YEAR, 1, 1)), to_day(date(LAST_YEAR + 1, 1, 1))


class BankHolidays:
    """Those of the country that each invoice of a frame is paid from: the customer's, else that of the currency.

    Where neither is known there are none.
    """

    def __init__(self, frame: LedgerFrame) -> None:
        named = [str(country).strip().upper() for country in frame.country]
        places = sorted(set(named))
        # The first two letters of a currency are its country's.
        names = [[_calendar(place) or _calendar(code[:2]) for code in frame.currencies] for place in places]
        known = sorted({name for row in names for name in row if name})
        number = {name: at for at, name in enumerate(known)} | {"": len(known)}
        self._calendar = np.array([[number[name] for name in row] for row in names], dtype=np.int32)
        place_of = {place: at for at, place in enumerate(places)}
        self._place = np.array([place_of[place] for place in named], dtype=np.int32)
        self._frame = frame
        years = np.unique(frame.due.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)) + 1970
        near = sorted({int(year) + step for year in years for step in (-1, 0, 1)})
        self._is_holiday = np.zeros((len(known) + 1, _END - _FIRST), dtype=np.float32)
        for name in known:
            for year in near:
                if FIRST_YEAR <= year <= LAST_YEAR:
                    self._is_holiday[number[name], _holidays(name, year) - _FIRST] = 1.0

    def around(self, rows: Rows) -> Floats:
        """Per invoice of `rows`, 1 for each of HOLIDAY_DELAYS from its due day that is a bank holiday, else 0."""
        frame = self._frame
        calendar = self._calendar[self._place[frame.customer[rows]], frame.currency[rows]]
        days = np.clip(frame.due[rows][:, None] + HOLIDAY_DELAYS, _FIRST, _END - 1) - _FIRST
        found: Floats = self._is_holiday[calendar[:, None], days]
        return found


@cache
def _calendar(country: str) -> str:
    """The calendar of a country by its two letters; none where there is none."""
    import holidays  # a third of a second, for workers only

    if country == EURO:
        return EURO_CALENDAR
    return country if len(country) == 2 and country in holidays.list_supported_countries() else ""


@cache
def _holidays(calendar: str, year: int) -> Days:
    import holidays

    found = (
        holidays.financial_holidays(calendar, years=year)
        if calendar == EURO_CALENDAR
        else holidays.country_holidays(calendar, years=year)
    )
    days: NDArray[np.int32] = np.array(sorted(to_day(day) for day in found if day.year == year), dtype=np.int32)
    return days
