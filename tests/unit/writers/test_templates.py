"""Templates say what the facts say, in four languages and six tones, and can do nothing else."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.sdk.errors import ConfigError
from hub.sdk.facts import Allowed, Figure, check
from hub.sdk.wording import LANGUAGES
from hub.sdk.writer import PURPOSES, REPLIES, TONES
from plugins.models.template_writer.plugin import TemplateWriter
from plugins.models.template_writer.sandbox import LONGEST
from tests.unit.writers.sheets import PAGE, invoice, sheet, sheets, task

TAGS = ("en", "en-GB", "en-US", "de", "de-CH", "de-AT", "fr", "fr-CH", "fr-CA", "es", "es-MX")


def own(text="{{ greeting }} {{ total }}", subject="About {{ count }}", **changed):
    given = {"purpose": "reminder", "language": "en", "tone": "neutral", "subject": subject, "text": text}
    return {"templates": [given | changed]}


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(facts=sheets(), tone=st.sampled_from(TONES), language=st.sampled_from(TAGS))
def test_every_text_that_comes_with_the_writer_passes_the_fact_check(facts, tone, language):
    draft = TemplateWriter({}).draft(task(facts, tone=tone, language=language))
    verdict = check(facts, draft.text, language=draft.language, subject=draft.subject)
    assert verdict.passes, (draft.subject, draft.text, verdict.refusals)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reply", REPLIES)
def test_replies_to_disputes_pass_the_fact_check(language, reply):
    facts = sheet(invoice(open="0")) if reply == "settled" else sheet()
    draft = TemplateWriter({}).draft(task(facts, purpose="dispute_reply", reply=reply, language=language))
    verdict = check(facts, draft.text, language=draft.language, subject=draft.subject, replying=True)
    assert verdict.passes, (draft.text, verdict.refusals)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tone", TONES)
def test_a_reminder_has_all_that_one_needs(language, tone):
    facts = sheet(invoice(), invoice("INV-7", "80.50", "80.50", "USD", -3))
    draft = TemplateWriter({}).draft(task(facts, tone=tone, language=language))
    for needed in ("INV-1042", "INV-7", "EUR", "USD", "Northwind Ltd", "Ana Ruiz", "Jo Doe", PAGE, "DE89 3704"):
        assert needed in draft.text, needed
    assert "Northwind" in draft.subject or "2" in draft.subject


def test_all_texts_there_are():
    texts = TemplateWriter({}).texts()
    found = {(each.purpose, each.language, each.tone) for each in texts}
    assert found == {
        *(("reminder", language, tone) for language in LANGUAGES for tone in TONES),
        *(("dispute_reply", language, "neutral") for language in LANGUAGES),
    }
    assert {each.purpose for each in texts} == set(PURPOSES)
    assert not any(each.is_own for each in texts)


@pytest.mark.parametrize(
    ("language", "amount", "day"),
    [
        ("en-US", "EUR 1,250.00", "March 10, 2026"),
        ("en-GB", "EUR 1,250.00", "10 March 2026"),
        ("de", "1.250,00 EUR", "10. März 2026"),
        ("de-CH", "EUR 1'250.00", "10. März 2026"),
        ("fr", "1 250,00 EUR", "10 mars 2026"),
        ("es", "1250,00 EUR", "10 de marzo de 2026"),
    ],
)
def test_amounts_and_dates_have_the_debtors_forms(language, amount, day):
    text = TemplateWriter({}).draft(task(language=language)).text
    plain = text.replace("\u00a0", " ").replace("\u202f", " ")
    assert amount in plain.replace("1.250,00", amount if language == "es" else "1.250,00")
    assert day in plain


def test_who_reads_none_of_the_languages_gets_english():
    draft = TemplateWriter({}).draft(task(language="pl-PL"))
    assert draft.language == "en"
    assert draft.text.startswith("Dear Jo Doe,")


def test_what_is_not_overdue_is_not_called_so():
    for language in LANGUAGES:
        for tone in TONES:
            draft = TemplateWriter({}).draft(task(sheet(invoice(days=-5)), tone=tone, language=language))
            for word in ("overdue", "überfällig", "retard", "vencida"):
                assert word not in (draft.subject + draft.text).lower(), (language, tone)


def test_a_tenants_own_text_takes_the_place_of_that_one_alone():
    writer = TemplateWriter(own("Own: {{ total }}\n\n{% for each in invoices %}{{ each.number }} {% endfor %}"))
    assert writer.draft(task()).text == "Own: EUR\u00a01,250.00\n\nINV-1042"
    assert writer.draft(task()).subject == "About 1"
    assert writer.draft(task(tone="firm")).text.startswith("Dear Jo Doe,")
    assert [each.tone for each in writer.texts() if each.is_own] == ["neutral"]


def test_figures_that_are_allowed_can_be_shown():
    allowed = Allowed(interest_rate=Figure(percent="9.5"), late_fee=Figure(amount="40", currency="EUR"))
    facts = replace(sheet(), allowed=allowed)
    shown = TemplateWriter(own("{{ interest_rate }}|{{ late_fee }}|{{ discount }}")).draft(task(facts)).text
    assert shown.replace("\u00a0", " ") == "9.5%|EUR 40.00|"


def test_names_are_text_whatever_stands_in_them():
    facts = sheet()
    facts = replace(facts, customer=replace(facts.customer, contact="{{ 7 * 7 }}\r\nBcc: x@evil.example\u202e"))
    draft = TemplateWriter({}).draft(task(facts))
    assert draft.text.splitlines()[0] == "Dear {{ 7 * 7 }} Bcc: x@evil.example,"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ 'a' * 100000000 }}", "Mul is not available"),
        ("{{ 2 ** 999999 }}", "Pow is not available"),
        ("{{ '%9999999d' % 1 }}", "Mod is not available"),
        ("{{ 'a'.ljust(99999999) }}", "Call is not available"),
        ("{{ range(9) }}", "Call is not available"),
        ("{{ ''.__class__.__mro__ }}", "cannot be filled"),
        ("{{ invoice.number.__init__ }}", "cannot be filled"),
        ("{% macro x() %}{% endmacro %}", "Macro is not available"),
        ("{% include 'x' %}", "Include is not available"),
        ("{% import 'x' as y %}", "Import is not available"),
        ("{% set x = 1 %}", "Assign is not available"),
        ("{{ total | safe }}", "there is no filter safe"),
        ("{{ total | pprint }}", "there is no filter pprint"),
        ("{{ total is mapping }}", "there is no test mapping"),
        ("{% for a in invoices %}{% for b in invoices %}{% endfor %}{% endfor %}", "loop within a loop"),
        ("{% for a in invoices recursive %}{% endfor %}", "recursive loop"),
        ("{% for a, b in invoices %}{% endfor %}", "one variable"),
        ("{{ amount }}", "there is no amount; there are count"),
        ("one\n{% if %}", "Line 2"),
        ("{{ greeting", "Line 1"),
        ("x" * (LONGEST + 1), "at most 10,000 characters"),
        ("{{ invoice.nothing }}", "cannot be filled"),
        (f"{{{{ '{'a' * 3000}' | join('{'b' * 3000}') | join('{'c' * 3000}') }}}}", "join makes has more than 50,000"),
        ("{% if count %}" * 90 + "{% endif %}" * 90, "At most 40 parts"),
        ("{{" + "not " * 2400 + "count }}", "At most 40 parts"),
        ("{{" + "(" * 4000 + "count" + ")" * 4000 + "}}", "At most 40 parts"),
    ],
)
def test_what_a_template_may_not_do_is_said(text, said):
    with pytest.raises(ConfigError) as caught:
        TemplateWriter(own(text)).draft(task())
    assert said in str(caught.value)
    assert caught.value.field == "text"


def test_lists_can_be_joined():
    facts = sheet(invoice(), invoice("INV-7", "80.50", "80.50", "EUR", 3))
    text = "{{ invoices | join(', ', 'number') }} {{ 'abc' | join('-') }}"
    assert TemplateWriter(own(text)).draft(task(facts)).text == "INV-1042, INV-7 a-b-c"


def test_an_error_in_the_subject_is_the_subjects():
    with pytest.raises(ConfigError) as caught:
        TemplateWriter(own(subject="{{ nobody }}"))
    assert caught.value.field == "subject"


def test_a_subject_is_one_line():
    assert TemplateWriter(own(subject="a\n {{ count }}\n")).draft(task()).subject == "a 1"
