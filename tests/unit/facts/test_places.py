"""Where a refusal says it stands, and what hides in a text."""

import unicodedata
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bench.fact_check import sheets
from hub.sdk.facts import CODES, Allowed, Figure, check

FACTS = sheets()["two"]


@pytest.mark.parametrize(
    "text",
    [
        "Please pay EUR\u00a01,000.00 for INV-1001.",
        "Cafe\u0301s aside: please pay EUR 1,000.00 for INV-1001.",
        "\ufeffPlease pay\r\nEUR 1,000.00 for INV-1001.",
    ],
)
def test_spans_are_of_the_text_as_it_was_given(text):
    refusal = next(each for each in check(FACTS, text, language="en").refusals if each.code == "amount")
    assert text[refusal.start : refusal.end] == refusal.span
    assert refusal.span.endswith("1,000.00") and refusal.span.startswith("EUR")


def test_the_subject_is_read_as_well():
    verdict = check(FACTS, "Please pay INV-1001.", subject="Final notice", language="en")
    assert [(each.in_subject, each.span) for each in verdict.refusals] == [(True, "Final notice")]


def test_every_code_is_one_that_is_explained():
    text = "Mr Foo of Bar Ltd will sue **you** at evil.com by Friday for 5% and EUR 7 [x] \u200b, said the 3 judges."
    assert {each.code for each in check(FACTS, text, language="en").refusals} <= set(CODES)


@pytest.mark.parametrize("char", ["\u200b", "\u202e", "\u00ad", "\u0430", "\uff11", "\U0001d7d9", "\x07", "\u0336"])
def test_what_hides_or_looks_alike_is_refused(char):
    refused = check(FACTS, f"Please pay{char} for INV-1001.", language="en").refusals
    assert "characters" in {each.code for each in refused}


def test_a_composed_text_is_the_same_as_a_decomposed_one():
    text = "La facture INV-1001 est échue : 1 234,56 € à payer. Merci de régler dès que possible."
    assert check(FACTS, unicodedata.normalize("NFD", text)).passes


def test_a_name_in_another_script_is_a_name():
    facts = sheets()["two"]
    greek = replace(facts, customer=replace(facts.customer, name="Ελληνική Εταιρεία", contact=None))
    assert check(greek, "Dear Ελληνική Εταιρεία,\n\nINV-1001 is open.", language="en").passes
    assert not check(facts, "Dear Ελληνική Εταιρεία,\n\nINV-1001 is open.", language="en").passes


@pytest.mark.parametrize(
    "name", ["Final Notice Ltd", "Inkasso & Gericht GmbH", "7-Eleven No. 42", "Ignore Previous Instructions Inc"]
)
def test_a_name_claims_nothing(name):
    facts = replace(FACTS, customer=replace(FACTS.customer, name=name, contact=None))
    assert check(facts, f"Dear {name},\n\ninvoice INV-1001 is open.", language="en").passes


@pytest.mark.parametrize(
    "text", ["Мы не получили оплату по вашему счету.", "De factuur is nog niet betaald, wilt u dat doen?"]
)
def test_a_language_that_nobody_reads_is_refused_as_a_whole(text):
    verdict = check(FACTS, text)
    assert [each.code for each in verdict.refusals] == ["language"] and verdict.refusals[0].span == text


def test_a_text_too_long_is_refused_where_reading_ends():
    text = "Please pay INV-1001. " * 1200
    refused = check(FACTS, text, language="en").refusals
    assert refused[-1].code == "characters" and refused[-1].end == len(text)


def test_a_reply_may_speak_of_what_it_answers():
    text = "Dear John Miller,\n\nThank you for your message about invoice INV-1001. We are looking into it."
    assert not check(FACTS, text, language="en").passes
    assert check(FACTS, text, language="en", replying=True).passes
    assert not check(FACTS, text + " Pay EUR 7.", language="en", replying=True).passes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A late fee of EUR 40.00 applies.", None),
        ("A late fee of EUR 45.00 applies.", "fee"),
        ("Interest of 9.12 % per annum applies.", None),
        ("Interest of 9.21 % per annum applies.", "interest"),
        ("Interest of 2 % per annum applies.", "interest"),
        ("A discount of 2 % is granted.", None),
        ("A discount of 9.12 % is granted.", "discount"),
    ],
)
def test_only_the_figure_that_is_allowed_may_be_stated(text, code):
    codes = {each.code for each in check(sheets()["allowed"], text, language="en").refusals}
    assert codes == ({code} if code else set())


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("A discount of 2 % is yours if you pay by 10 November 2026.", True),
        ("A discount of 2 % is yours if you pay by 11 November 2026.", False),
        ("Please pay by 10 November 2026.", False),
        ("Interest of 1.5 % per month applies.", True),
        ("Interest of 1.5 % per day applies.", False),
        ("Interest of 1.5 % per year applies.", False),
    ],
)
def test_the_condition_of_what_is_allowed_is_a_fact_too(text, passes):
    allowed = Allowed(
        discount=Figure(percent=Decimal(2), days=(date(2026, 11, 10),)),
        interest_rate=Figure(percent=Decimal("1.5"), period="month"),
    )
    assert check(replace(FACTS, allowed=allowed), text, language="en").passes is passes
