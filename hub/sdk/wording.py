"""How facts are said to a debtor: amounts, dates and the parts that every message has, in their own language's forms.

All of it is what the fact check accepts: a writer that takes these words has stated nothing that the facts do not say.
"""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from hub.sdk.charsets import one_line
from hub.sdk.facts import FactInvoice, FactSheet, Figure

LANGUAGES = ("en", "de", "fr", "es")
"""The languages in which messages are written and checked, ISO 639-1."""
FALLBACK = "en"
"""The language for whoever reads none of these."""
LONGEST_NAME = 200


def spoken(language: str) -> str:
    """The one of LANGUAGES that a BCP 47 tag means; FALLBACK where it is none of them."""
    said = language.partition("-")[0].lower()
    return said if said in LANGUAGES else FALLBACK


def tag_of(language: str) -> str:
    """The tag of what is written for `language`: itself where it is spoken here, else FALLBACK."""
    return language if language.partition("-")[0].lower() in LANGUAGES else FALLBACK


def locale_of(language: str) -> Locale:
    """The forms of numbers and dates for a BCP 47 tag; of an unknown region those of the language."""
    for tag in (tag_of(language), spoken(language)):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale(FALLBACK)


def money(amount: Decimal, currency: str, language: str) -> str:
    """The amount with its ISO 4217 code, for a sign such as $ stands for several currencies."""
    locale = locale_of(language)
    return format_currency(amount, currency, format=_money_pattern(locale), locale=locale)


def day(value: date, language: str) -> str:
    """The date with its month as a word, which nobody reads the wrong way round."""
    return format_date(value, "long", locale=locale_of(language))


def figure(value: Figure | None, language: str) -> str:
    """A percentage or an amount that may be stated; empty where there is none."""
    if value is None:
        return ""
    if value.percent is not None:
        number = format_decimal(value.percent, format="#,##0.###", locale=locale_of(language))
        return f"{number}%" if spoken(language) == "en" else f"{number}\u00a0%"
    if value.amount is not None and value.currency:
        return money(value.amount, value.currency, language)
    return ""


def total(facts: FactSheet, language: str) -> str:
    """What is open in all, by currency: "EUR 1,200.00 and USD 50.00"."""
    amounts = [money(each.amount, each.currency, language) for each in facts.total_open]
    return joined(amounts, language)


def joined(parts: Sequence[str], language: str) -> str:
    """ "a, b and c" """
    return words(language)["and"].join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def overdue(invoice: FactInvoice, language: str) -> str:
    """ "21 days overdue"; empty for what is not overdue."""
    if invoice.days_overdue < 1:
        return ""
    said = words(language)["overdue_one" if invoice.days_overdue == 1 else "overdue_many"]
    return said.format(days=invoice.days_overdue)


def item(invoice: FactInvoice, language: str) -> str:
    """One invoice in a line: number, what is open, its due date, and for how long that has passed."""
    late = overdue(invoice, language)
    said = words(language)["item"].format(
        number=name(invoice.number),
        open=money(invoice.open, invoice.currency, language),
        due_on=day(invoice.due_on, language),
    )
    return f"{said} ({late})" if late else said


def statement(facts: FactSheet, language: str) -> str:
    """All invoices, one a line, each after a hyphen."""
    return "\n".join(f"- {item(each, language)}" for each in facts.invoices)


def greeting(facts: FactSheet, language: str) -> str:
    """The salutation, with the contact's name where it is known."""
    contact = name(facts.customer.contact)
    said = words(language)
    return said["greeting"].format(contact=contact) if contact else said["greeting_nobody"]


def signature(facts: FactSheet, language: str) -> str:
    """The closing, and beneath it who sends the message."""
    said, sender = words(language), facts.sender
    phone = said["phone"].format(phone=name(sender.phone)) if sender.phone else ""
    return "\n".join(filter(None, [said["closing"], name(sender.name), name(sender.company), phone]))


def ways_to_pay(facts: FactSheet, language: str, *, page: str = "", payment_link: str = "") -> str:
    """Where to pay and where to object, as far as the facts give it; one way a line."""
    said, ways = words(language), []
    if payment_link:
        ways.append(said["pay_online"].format(payment_link=payment_link))
    if facts.bank:
        ways.append(said["pay_by_transfer"].format(iban=iban(facts.bank.iban)))
    if page:
        ways.append(said["page"].format(page=page))
    return "\n".join(ways)


def iban(value: str) -> str:
    """In groups of four, as on paper."""
    plain = "".join(value.split())
    return " ".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def name(value: str | None) -> str:
    """Somebody's or something's name on one line, without what could pass for something else."""
    return one_line(value or "", LONGEST_NAME)


def words(language: str) -> Mapping[str, str]:
    """What is said in every message, by key; {names} in it are to be filled in."""
    return _read()[spoken(language)]


@cache
def _read() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("wording.toml").read_text(encoding="utf-8"))


def _money_pattern(locale: Locale) -> str:
    # The locale's own order, with the code in place of the sign.
    pattern = locale.currency_formats["standard"].pattern.partition(";")[0]
    number = pattern.replace("¤", "").strip("\u00a0\u202f \u200f\u200e")
    return f"{number}\u00a0¤¤" if pattern.rstrip("\u200f\u200e").endswith("¤") else f"¤¤\u00a0{number}"
