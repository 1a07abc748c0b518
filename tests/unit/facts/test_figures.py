"""Figures of any form: the facts' own pass however they are written, and no other."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hub.sdk.facts import Amount, Debtor, FactInvoice, FactSheet, Sender, check
from hub.sdk.facts.numerals import in_words, readings

TODAY = date(2026, 3, 24)
LOCALES = ("en_US", "en_GB", "de_DE", "de_CH", "es_ES", "fr_FR", "fr_CH")
SAID = {
    "en": "Invoice {number} of {issued} for {amount} was due on {due}.",
    "de": "Die Rechnung {number} vom {issued} über {amount} war am {due} fällig.",
    "es": "La factura {number} del {issued}, por importe de {amount}, venció el {due}.",
    "fr": "La facture {number} du {issued}, d'un montant de {amount}, était due le {due}.",
}


def sheet(amount: Decimal, currency: str = "EUR", days: int = 21) -> FactSheet:
    due_on = TODAY - timedelta(days=days)
    invoice = FactInvoice(
        number="INV-1001",
        issued_on=due_on - timedelta(days=30),
        due_on=due_on,
        total=amount,
        open=amount,
        currency=currency,
        days_overdue=days,
    )
    return FactSheet(
        today=TODAY,
        sender=Sender(company="Northwind Supplies Ltd"),
        customer=Debtor(name="Acme Robotics GmbH"),
        invoices=(invoice,),
        total_open=(Amount(amount=amount, currency=currency),),
    )


def said(facts: FactSheet, locale: str, form: str) -> str:
    invoice = facts.invoices[0]
    return SAID[locale[:2]].format(
        number=invoice.number,
        issued=format_date(invoice.issued_on, form, locale=locale),
        due=format_date(invoice.due_on, form, locale=locale),
        amount=format_currency(invoice.open, invoice.currency, locale=locale),
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    amount=st.decimals("0.01", "9999999", places=2),
    currency=st.sampled_from(("EUR", "USD", "GBP", "CHF")),
    locale=st.sampled_from(LOCALES),
    form=st.sampled_from(("long", "medium", "short")),
    days=st.integers(1, 200),
)
def test_amounts_and_dates_pass_in_every_form_of_their_locale(amount, currency, locale, form, days):
    facts = sheet(amount, currency, days)
    verdict = check(facts, said(facts, locale, form), language=locale)
    assert verdict.passes, verdict.refusals


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    amount=st.decimals("10", "9999999", places=2),
    locale=st.sampled_from(LOCALES),
    place=st.integers(0, 11),
    digit=st.sampled_from("0123456789"),
)
def test_no_amount_passes_with_another_digit(amount, locale, place, digit):
    facts = sheet(amount)
    right = format_decimal(amount, "#,##0.00", locale=locale)
    digits = [at for at, char in enumerate(right) if char.isdigit()]
    at = digits[place % len(digits)]
    assume(right[at] != digit and not (at == 0 and digit == "0"))
    wrong = right[:at] + digit + right[at + 1 :]
    text = SAID[locale[:2]].format(number="INV-1001", issued="2026-02-01", due="2026-03-03", amount=f"{wrong} EUR")
    assert "amount" in {each.code for each in check(facts, text, language=locale).refusals}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(more=st.integers(-60, 60), locale=st.sampled_from(LOCALES), form=st.sampled_from(("long", "medium", "short")))
def test_no_other_due_date_passes(more, locale, form):
    facts = sheet(Decimal("1234.56"))
    due_on = facts.invoices[0].due_on
    wrong = due_on + timedelta(days=more)
    # 03/02 is a day of March to some readers and one of February to others.
    assume(
        more and not (locale[:2] == "en" and form == "short" and {wrong.day, wrong.month} == {due_on.day, due_on.month})
    )
    moved = replace(facts, invoices=(replace(facts.invoices[0], due_on=wrong),))
    refused = check(facts, said(moved, locale, form), language=locale).refusals
    assert {"date", "pairing"} & {each.code for each in refused}


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("1,234.56", {"1234.56"}),
        ("1.234,56", {"1234.56"}),
        ("1 234,56", {"1234.56"}),
        ("1'234.56", {"1234.56"}),
        ("1.234", {"1234", "1.234"}),
        ("0.500", {"0.500"}),
        ("1.234.567", {"1234567"}),
        ("1.234.567,8", {"1234567.8"}),
        ("1,2,3", {"123"}),
        ("1.2,3.4", set()),
    ],
)
def test_digits_mean_what_their_marks_allow(written, means):
    assert readings(written) == {Decimal(value) for value in means}


@pytest.mark.parametrize(
    ("language", "words", "value"),
    [
        ("en", "one thousand seven hundred and thirty-four", 1734),
        ("en", "twelve hundred", 1200),
        ("de", "zwolftausendvierhundertachtzig", 12480),
        ("de", "eintausendzweihundertvierunddreißig", 1234),
        ("es", "mil doscientos treinta y cuatro", 1234),
        ("es", "seis mil setecientos veinte", 6720),
        ("fr", "mille deux cent trente-quatre", 1234),
        ("fr", "quatre-vingt-dix-sept", 97),
        ("fr", "soixante et onze", 71),
    ],
)
def test_numbers_in_words(language, words, value):
    assert in_words(words, language) == [(0, len(words), Decimal(value))]


def test_the_us_dollar_is_meant_where_there_are_two():
    facts = sheet(Decimal("500.00"), "CAD")
    assert check(facts, "Please pay $500.00 for INV-1001.").passes
    other = replace(facts.invoices[0], number="INV-1002", currency="USD", total=Decimal(700), open=Decimal(700))
    both = replace(facts, invoices=(*facts.invoices, other))
    assert not check(both, "Please pay $500.00 for INV-1001.").passes
    assert check(both, "Please pay C$500.00 for INV-1001.").passes
