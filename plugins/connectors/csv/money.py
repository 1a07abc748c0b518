"""Amounts and currencies as exports write them."""

import re
from decimal import Decimal
from functools import lru_cache

_CODES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD "
    "HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD "
    "LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK "
    "PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS "
    "TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG "
)
CURRENCIES = frozenset(_CODES.split())
SYMBOLS = {
    "US$": "USD", "CA$": "CAD", "C$": "CAD", "AU$": "AUD", "A$": "AUD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD",
    "R$": "BRL", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₪": "ILS", "₺": "TRY",
    "zł": "PLN", "Kč": "CZK", "Fr.": "CHF",
}  # fmt: skip
DOLLARS = frozenset(("USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN"))

_PLAIN = re.compile(r"-?\d{1,15}(?:\.\d{1,4})?").fullmatch
_MARK = re.compile("|".join(re.escape(symbol) for symbol in sorted(SYMBOLS, key=len, reverse=True)) + r"|\b[A-Z]{3}\b")
_SPACES = re.compile(r"[\s'’\u00a0\u2009\u202f]+")
_GROUPED = {
    ".": re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d*)?").fullmatch,
    ",": re.compile(r"\d{1,3}(?:\.\d{2,3})*\.\d{3}(?:,\d*)?").fullmatch,
}
_UNGROUPED = {".": re.compile(r"\d+(?:\.\d*)?|\.\d+").fullmatch, ",": re.compile(r"\d+(?:,\d*)?|,\d+").fullmatch}
_SCALE = Decimal("0.0001")
_FLOAT_NOISE = Decimal("0.000001")
_LARGEST = Decimal(10) ** 15


def parse_amount(text: str, decimal: str) -> Decimal:
    """The exact amount a cell states, to at most four places. Raises ValueError for anything else.

    Negative are a leading or trailing minus, parentheses, and a trailing CR; a lone dash is accounting's zero.
    """
    if decimal == "." and _PLAIN(text):
        return Decimal(text)
    return _spelt_amount(text, decimal)


def _spelt_amount(text: str, decimal: str) -> Decimal:
    bare, negative = _sign(_SPACES.sub("", _MARK.sub("", text.replace("−", "-"))))
    if not bare and text.strip() in ("-", "–", "—"):
        return Decimal(0)
    if _GROUPED[decimal](bare):
        bare = bare.replace("," if decimal == "." else ".", "")
    elif not _UNGROUPED[decimal](bare):
        raise ValueError(text)
    amount = Decimal(bare.replace(",", "."))
    if amount >= _LARGEST:
        raise ValueError(text)
    exact = amount.quantize(_SCALE)
    # Programs that keep money as binary fractions write 19.990000000000002: that is 19.99, not a fifth decimal.
    if abs(exact - amount) > _FLOAT_NOISE:
        raise ValueError(text)
    exact = amount if exact == amount else exact
    return -exact if negative else exact


def _sign(bare: str) -> tuple[str, bool]:
    negative = False
    if bare.startswith("(") and bare.endswith(")"):
        bare, negative = bare[1:-1], True
    if bare[-2:] in ("CR", "DR", "Cr", "Dr"):
        bare, negative = bare[:-2], negative or bare[-2] == "C"
    if bare[:1] in ("-", "+") or bare[-1:] in ("-", "+"):
        negative = negative or "-" in (bare[:1], bare[-1:])
        bare = bare.strip("+-") if bare.count("-") + bare.count("+") == 1 else "?"
    return bare, negative


@lru_cache(maxsize=5_000)
def currency_in(text: str, dollar: str = "USD") -> str | None:
    """The currency that a cell names by code or symbol, None where it names none; a bare $ is `dollar`."""
    mark = _MARK.search(text)
    if not mark:
        return None
    named = mark.group()
    if named == "$":
        return dollar
    return SYMBOLS.get(named) or (named if named in CURRENCIES else None)
