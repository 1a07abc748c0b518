"""Currencies of the simulated company: their minor units, and a rate for every day that never changes afterwards."""

import math
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

COUNTRIES = {
    "USD": "US",
    "EUR": "DE",
    "GBP": "GB",
    "JPY": "JP",
    "KWD": "KW",
    "CAD": "CA",
    "AUD": "AU",
    "NZD": "NZ",
    "CHF": "CH",
    "SEK": "SE",
    "INR": "IN",
}

_MINOR_UNITS = {"JPY": 0, "KRW": 0, "CLP": 0, "KWD": 3, "BHD": 3}

# About what one unit is worth in US dollars; the days move around it.
_WORTH = {
    "USD": 1.0,
    "EUR": 1.085,
    "GBP": 1.268,
    "JPY": 0.00671,
    "KWD": 3.256,
    "CAD": 0.731,
    "AUD": 0.654,
    "NZD": 0.601,
    "CHF": 1.121,
    "SEK": 0.0948,
    "INR": 0.01189,
}


def minor_units(currency: str) -> int:
    """How many decimals amounts of a currency have (ISO 4217)."""
    return _MINOR_UNITS.get(currency, 2)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """An amount at the currency's minor units, halves rounded up."""
    return amount.quantize(Decimal(1).scaleb(-minor_units(currency)), ROUND_HALF_UP)


class Rates:
    """`rates["EUR", day]`: home units for one unit of a currency. The same for ever, whoever asks and when."""

    def __init__(self, home: str) -> None:
        self.home = home
        self._known: dict[tuple[str, date], Decimal] = {}

    def __getitem__(self, key: tuple[str, date]) -> Decimal:
        if key not in self._known:
            self._known[key] = self._rate(*key)
        return self._known[key]

    def _rate(self, currency: str, day: date) -> Decimal:
        if currency == self.home:
            return Decimal(1)
        worth = _wave(currency, day) / _wave(self.home, day)
        return Decimal(repr(worth)).quantize(Decimal("0.000001") if worth >= 0.1 else Decimal("0.00000001"))


def _wave(currency: str, day: date) -> float:
    """Up and down by some percent over months and weeks, each currency at its own pace; the dollar stands still."""
    if currency == "USD":
        return 1.0
    pace = sum(currency.encode()) % 37
    days = day.toordinal()
    swing = 0.03 * math.sin(days / (29 + pace) + pace) + 0.008 * math.sin(days / (3 + pace / 11) + 2 * pace)
    return _WORTH.get(currency, 0.5) * (1 + swing)
