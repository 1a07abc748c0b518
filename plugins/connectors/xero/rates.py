"""Which way round a `CurrencyRate` is meant, and the home units it makes of one unit of a currency.

Xero publishes no definition. What is published (an organisation in Costa Rica divides by it, a payment's example of
0.75 in New Zealand) says units of the foreign currency for one of the home currency; other descriptions of the same
field say the reverse. It is the same for all documents of an organisation, so what its documents show decides:

- the amount that reached a bank account of the home currency, beside the payment's own amount, says it outright;
- a rate that is far from 1 has one reading that is a possible price of the currency and one that is not.
"""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from math import log
from typing import Any, Literal

from hub.sdk.errors import RecordError
from plugins.connectors.xero.values import optional_amount, part

Reading = Literal["units_per_home", "home_per_unit"]
NOTE = "_currency_rate"
"""The key under which a raw item carries how its rate is to be read, so that it can be mapped again on its own."""

DOCUMENTED = 0.15
"""How far evidence must go to outweigh the published reading: about a currency's change in a few years."""

# What one unit is worth in dollars, to the nearest of what it has been in ten years: enough to tell 150 from 1/150.
_DOLLARS = {
    "AED": 0.27, "AUD": 0.68, "BDT": 0.009, "BRL": 0.19, "CAD": 0.74, "CHF": 1.1, "CLP": 0.0011, "CNY": 0.14,
    "COP": 0.00025, "CRC": 0.0019, "CZK": 0.044, "DKK": 0.147, "EGP": 0.025, "EUR": 1.1, "FJD": 0.45, "GBP": 1.27,
    "GHS": 0.08, "HKD": 0.128, "HUF": 0.0028, "IDR": 0.000064, "ILS": 0.27, "INR": 0.012, "ISK": 0.0073,
    "JPY": 0.0068, "KES": 0.0077, "KRW": 0.00074, "KWD": 3.25, "LKR": 0.0033, "MXN": 0.054, "MYR": 0.22, "NGN": 0.001,
    "NOK": 0.095, "NZD": 0.61, "OMR": 2.6, "BHD": 2.65, "JOD": 1.41, "TND": 0.32, "PEN": 0.27, "PGK": 0.26,
    "PHP": 0.0175, "PKR": 0.0036, "PLN": 0.25, "QAR": 0.275, "RON": 0.22, "RUB": 0.011, "SAR": 0.267, "SEK": 0.095,
    "SGD": 0.74, "THB": 0.028, "TRY": 0.03, "TWD": 0.031, "TZS": 0.0004, "UAH": 0.024, "UGX": 0.00027, "USD": 1.0,
    "VND": 0.00004, "XAF": 0.0017, "XOF": 0.0017, "ZAR": 0.055,
}  # fmt: skip


_SMALLEST = Decimal("1E-9")  # beyond it and its reciprocal a rate is of no currency


class Evidence:
    """What the documents of one organisation show of it. Grows as they are seen."""

    def __init__(self, home: str | None) -> None:
        self.home = home
        self._scores: dict[str, list[float]] = defaultdict(list)

    def see(self, item: Mapping[str, Any]) -> None:
        """Take a document or payment in."""
        found = _foreign_rate(item)
        if found is None:
            return
        currency, rate = found
        paid, banked = _positive(item, "Amount"), _positive(item, "BankAmount")
        if paid and banked and paid != banked and _SMALLEST < banked / paid < 1 / _SMALLEST:
            # The bank's own arithmetic leaves only rounding between both.
            self._scores[currency].append(_score(rate, float(banked / paid), weight=10))
        elif currency in _DOLLARS and (self.home or "USD") in _DOLLARS:
            self._scores[currency].append(_score(rate, _DOLLARS[currency] / _DOLLARS[self.home or "USD"]))

    def reading(self, documented: float = 0.0) -> Reading:
        """What the evidence says, each currency with one voice; `documented` is what speaks for the published one."""
        score = sum(sum(scores) / len(scores) for scores in self._scores.values())
        return "home_per_unit" if score > documented else "units_per_home"


def note(item: Mapping[str, Any], reading: Reading) -> Mapping[str, Any]:
    """The item with how its rate is to be read, where it has one that matters."""
    return {**item, NOTE: reading} if is_foreign(item) else item


def is_foreign(item: Mapping[str, Any]) -> bool:
    """Whether the item has a rate that matters."""
    return _foreign_rate(item) is not None


def exchange_rate(item: Mapping[str, Any]) -> Decimal | None:
    """Home units for one unit of the item's currency; None where it is 1 or not stated."""
    rate = optional_amount(item, "CurrencyRate")
    if rate is None or rate <= 0 or rate == 1:
        return None
    return rate if item.get(NOTE) == "home_per_unit" else 1 / rate


def currency_of(item: Mapping[str, Any]) -> str | None:
    """The currency of a document, or of the document that a payment is for."""
    currency = item.get("CurrencyCode")
    for name in ("Invoice", "CreditNote", "Overpayment", "Prepayment"):
        if currency is not None:
            break
        currency = part(item, name).get("CurrencyCode")
    return currency if isinstance(currency, str) and currency else None


def _foreign_rate(item: Mapping[str, Any]) -> tuple[str, float] | None:
    rate = _positive(item, "CurrencyRate")
    currency = None if rate is None or rate == 1 else currency_of(item)
    if currency is None or rate is None or not _SMALLEST < rate < 1 / _SMALLEST:
        return None
    return currency, float(rate)


def _positive(item: Mapping[str, Any], name: str) -> Decimal | None:
    """An amount where it is one; what is wrong with it is for the mapping to say."""
    try:
        number = optional_amount(item, name)
    except RecordError:
        return None
    return number if number is not None and number > 0 else None


def _score(rate: float, price: float, weight: float = 1.0) -> float:
    """How much nearer the rate is to the price as home units per unit than as its reciprocal."""
    return weight * (abs(log(rate * price)) - abs(log(rate / price)))
