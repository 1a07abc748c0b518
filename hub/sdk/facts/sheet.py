"""What a reminder may state: the facts of one debtor's invoices, as the ledger and the tenant's settings give them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who asks for payment, and signs."""

    company: str
    name: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor:
    """Who is asked; `contact` is the person addressed."""

    name: str
    contact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactInvoice:
    """One invoice; `open` is what is asked of `total`. `days_overdue` is 0 or less while it is not overdue."""

    number: str
    issued_on: date
    due_on: date
    total: Decimal
    open: Decimal
    currency: str
    days_overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """`amount` in the ISO 4217 `currency`."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """Where to pay; `iban` without blanks."""

    iban: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure that may be stated: a percentage, an amount (of any currency where None), or no figure (both None).

    `period` is day, week, month or year where the facts name one; otherwise a rate is by the year. `days` and
    `within_days` are the condition: until which day, or within how many.
    """

    percent: Decimal | None = None
    amount: Decimal | None = None
    currency: str | None = None
    period: str | None = None
    days: tuple[date, ...] = ()
    within_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What may be said beyond the invoices; None: not to be mentioned."""

    late_fee: Figure | None = None
    interest_rate: Figure | None = None
    discount: Figure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSheet:
    """All that a text may state. `today` is the day on which it is read; `links` may be addresses of any scheme."""

    today: date
    sender: Sender
    customer: Debtor
    invoices: tuple[FactInvoice, ...]
    total_open: tuple[Amount, ...]
    links: tuple[str, ...] = ()
    bank: Bank | None = None
    allowed: Allowed = Allowed()


def read_facts(document: Mapping[str, Any]) -> FactSheet:
    """The fact sheet that a JSON document describes; ValueError names the field that is missing or unusable."""
    root = _mapping(document, "facts")
    sender = _mapping(root.get("sender"), "sender")
    customer = _mapping(root.get("customer"), "customer")
    bank = root.get("bank")
    iban = None if bank is None else _words(_mapping(bank, "bank").get("iban"), "bank.iban", optional=True)
    allowed = root.get("allowed")
    allowed = {} if allowed is None else _mapping(allowed, "allowed")
    return FactSheet(
        today=_day(root.get("today"), "today"),
        sender=Sender(
            company=_text(sender.get("company"), "sender.company"),
            name=_words(sender.get("name"), "sender.name", optional=True),
            phone=_words(sender.get("phone"), "sender.phone", optional=True),
        ),
        customer=Debtor(
            name=_text(customer.get("name"), "customer.name"),
            contact=_words(customer.get("contact"), "customer.contact", optional=True),
        ),
        invoices=tuple(
            _invoice(each, f"invoices.{at}", _day(root.get("today"), "today"))
            for at, each in enumerate(_list(root, "invoices"))
        ),
        total_open=_total_open(root.get("total_open")),
        links=tuple(_link(link, f"links.{at}") for at, link in enumerate(_list(root, "links", optional=True))),
        bank=None if not iban else Bank(iban="".join(iban.split()).upper()),
        allowed=Allowed(
            late_fee=_figure(allowed.get("late_fee"), "allowed.late_fee", percent=False),
            interest_rate=_figure(allowed.get("interest_rate"), "allowed.interest_rate", percent=True),
            discount=_figure(allowed.get("discount"), "allowed.discount", percent=True),
        ),
    )


def _link(value: Any, field: str) -> str:
    return _text(value.get("url") if isinstance(value, Mapping) else value, field)


def _invoice(value: Any, field: str, today: date) -> FactInvoice:
    row = _mapping(value, field)
    days = row.get("days_overdue")
    if isinstance(days, bool) or not isinstance(days, int):
        raise ValueError(f"{field}.days_overdue must be a whole number")
    due_on = _day(row.get("due_on"), f"{field}.due_on")
    if days == 0 and due_on > today:
        days = (today - due_on).days
    return FactInvoice(
        number=_text(row.get("number"), f"{field}.number"),
        issued_on=_day(row.get("issued_on"), f"{field}.issued_on"),
        due_on=due_on,
        total=_decimal(row.get("total"), f"{field}.total"),
        open=_decimal(row.get("open"), f"{field}.open"),
        currency=_currency(row.get("currency"), f"{field}.currency"),
        days_overdue=days,
    )


def _total_open(value: Any) -> tuple[Amount, ...]:
    """None is not known: then no sum is a fact but those of the invoices."""
    if value is None:
        return ()
    listed = isinstance(value, list)
    amounts = []
    for at, each in enumerate(value if listed else [value]):
        field = f"total_open.{at}" if listed else "total_open"
        row = _mapping(each, field)
        amounts.append(
            Amount(
                amount=_decimal(row.get("amount"), f"{field}.amount"),
                currency=_currency(row.get("currency"), f"{field}.currency"),
            )
        )
    return tuple(amounts)


def _figure(value: Any, field: str, *, percent: bool) -> Figure | None:
    """null, false: not allowed; true: without a figure; a number: per cent or an amount; or an object with either."""
    if value is None or value is False:
        return None
    if value is True:
        return Figure()
    if isinstance(value, Mapping):
        rate = next((value[key] for key in ("percent", "rate", "percentage") if value.get(key) is not None), None)
        amount, currency = value.get("amount"), value.get("currency")
        return Figure(
            percent=None if rate is None else _decimal(str(rate).rstrip("% "), f"{field}.percent"),
            amount=None if amount is None else _decimal(amount, f"{field}.amount"),
            currency=None if currency is None else _currency(currency, f"{field}.currency"),
            period=_period(str(value.get("period") or value.get("per") or "")),
            days=tuple(_day(value[key], f"{field}.{key}") for key in ("until", "by") if value.get(key)),
            within_days=value.get("within_days") if isinstance(value.get("within_days"), int) else None,
        )
    if isinstance(value, str):
        return _said(value, field, percent=percent)
    number = _decimal(value, field)
    return Figure(percent=number) if percent else Figure(amount=number)


_RATE = re.compile(r"(\d+(?:[.,]\d+)?)\s?(?:%|percent|per cent)")
_SUM = re.compile(r"([€$£]|\b[A-Z]{3}\b)?\s?(\d[\d.,]*)\s?([€$£]|\b[A-Z]{3}\b)?")
_SIGNS = {"€": "EUR", "$": None, "£": "GBP"}


def _said(text: str, field: str, *, percent: bool) -> Figure:
    """A figure in words: "40.00 EUR", "9,27 %", "1.5 % per month", "2 % if paid by 2026-11-10"."""
    days = tuple(_day(each, field) for each in re.findall(r"\d{4}-\d{2}-\d{2}", text))
    rest = re.sub(r"\d{4}-\d{2}-\d{2}", " ", text)
    within = re.search(r"(\d+)\s?days", rest)
    rest = re.sub(r"\d+\s?days", " ", rest)
    period, more = _period(text) if not within else None, int(within[1]) if within else None
    if rate := _RATE.search(rest):
        number = _decimal(rate[1].replace(",", "."), field)
        return Figure(percent=number, period=period, days=days, within_days=more)
    amount = _SUM.search(rest)
    if amount is None:
        raise ValueError(f"{field} must be a number, an object or null")
    number = _decimal(_plain_number(amount[2]), field)
    sign = amount[1] or amount[3]
    if sign is None and percent:
        return Figure(percent=number, period=period, days=days, within_days=more)
    return Figure(amount=number, currency=_SIGNS.get(sign or "", sign), period=period, days=days, within_days=more)


def _plain_number(digits: str) -> str:
    """Digits with at most a decimal point: a comma is one where two digits or fewer follow it."""
    digits = digits.rstrip(".,")
    return re.sub(r",(?=\d{1,2}$)", ".", digits) if "." not in digits else digits.replace(",", "")


def _period(text: str) -> str | None:
    """The period that words name: "1.5 % per month"."""
    lowered = text.lower()
    return next((name for name in ("day", "week", "month", "year") if name in lowered), None)


def _mapping(value: Any, field: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{field} must be an object")
    return value


def _list(root: Mapping[str, Any], field: str, *, optional: bool = False) -> list[Any]:
    value = root.get(field)
    if value is None and optional:
        return []
    if not isinstance(value, list):
        raise ValueError(f"{field} must be a list")
    return value


def _text(value: Any, field: str) -> str:
    text = _words(value, field, optional=False)
    assert text is not None
    return text


def _words(value: Any, field: str, *, optional: bool) -> str | None:
    """`value` with single blanks; where optional, None for nothing."""
    if value is None and optional:
        return None
    if not isinstance(value, str):
        raise ValueError(f"{field} must be text")
    words = " ".join(value.split())
    if not words and not optional:
        raise ValueError(f"{field} is empty")
    return words or None


def _day(value: Any, field: str) -> date:
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise ValueError(f"{field} must be a date such as 2026-03-31")
    try:
        return date.fromisoformat(value.strip()[:10])
    except ValueError:
        raise ValueError(f"{field} must be a date such as 2026-03-31, not {value!r}") from None


def _decimal(value: Any, field: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError(f"{field} must be a number such as 1234.56")
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError(f"{field} must be a number such as 1234.56, not {value!r}") from None
    if not number.is_finite():
        raise ValueError(f"{field} must be a finite number")
    return number


def _currency(value: Any, field: str) -> str:
    if not isinstance(value, str) or len(value.strip()) != 3 or not value.strip().isalpha():
        raise ValueError(f"{field} must be a currency code such as EUR")
    return value.strip().upper()
