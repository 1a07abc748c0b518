"""Both parts of a message say the same, and nothing in one can be markup but what the hub puts there."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.reminders.fact_sheet import Links, payment_link
from hub.reminders.mail import body, html_of
from hub.sdk import wording
from hub.sdk.facts import Debtor
from hub.sdk.html_text import to_text
from hub.sdk.wording import LANGUAGES
from plugins.models.template_writer.plugin import TemplateWriter
from tests.unit.writers.sheets import PAGE, invoice, sheet, sheets, task

STOP = "https://hub.example/api/debtor/a-token/unsubscribe"
SEVERAL = sheet(invoice(), invoice("INV-7", "80.50", "80.50", "USD", -2))


class Elements(HTMLParser):
    """Which elements there are, and what they link to."""

    def __init__(self, html):
        super().__init__()
        self.names, self.targets, self.attributes = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.attributes.append((tag, dict(attrs)))
        self.targets += [value for name, value in attrs if name in ("href", "src")]


def words(text):
    return re.findall(r"\w+", text.casefold())


@settings(max_examples=60, deadline=None)
@given(facts=sheets(), language=st.sampled_from(LANGUAGES))
def test_html_has_all_that_the_text_has(facts, language):
    given = task(facts, language=language, tone="firm")
    text = TemplateWriter({}).draft(given).text
    seen = to_text(html_of(text, facts, language, Links(page=given.page)))
    # The page stands there by its name.
    said = text.replace(PAGE, "")
    assert set(words(said)) <= set(words(seen)) | {"due", "fällig", "am", "échéance", "le", "vencimiento", "el"}
    for each in facts.invoices:
        assert wording.money(each.open, each.currency, language).split()[0] in seen


@pytest.mark.parametrize("language", LANGUAGES)
def test_several_invoices_are_a_table_that_can_be_read_out(language):
    text = TemplateWriter({}).draft(task(SEVERAL, language=language)).text
    html = html_of(text, SEVERAL, language, Links(page=PAGE))
    elements = Elements(html)
    assert ("html", {"lang": language}) in elements.attributes
    assert elements.names.count("table") == 1
    assert [each.get("scope") for tag, each in elements.attributes if tag == "th"] == ["col"] * 3 + ["row"] * 2
    assert "- INV-1042" not in html


def test_one_invoice_needs_no_table():
    assert "table" not in Elements(html_of(TemplateWriter({}).draft(task()).text, sheet(), "en", Links())).names


def test_a_line_that_says_more_than_the_statement_stays_as_it_is():
    text = f"- {wording.item(SEVERAL.invoices[0], 'en')} or else\n- {wording.item(SEVERAL.invoices[1], 'en')}"
    elements = Elements(html_of(text, SEVERAL, "en", Links()))
    assert "table" not in elements.names
    assert elements.names.count("li") == 2


def test_only_what_the_hub_put_there_is_a_link():
    text = f"See {PAGE}. Or https://evil.example/x, or javascript:alert(1)."
    html = html_of(text, sheet(), "en", Links(page=PAGE, unsubscribe=STOP))
    assert Elements(html).targets == [PAGE, STOP]
    assert "https://evil.example/x" in to_text(html)
    assert ">Your open invoices</a>." in html


def test_markup_in_a_text_is_text():
    attack = "<img src=x onerror=alert(1)>\"'&<script>alert(1)</script>"
    facts = replace(
        SEVERAL, customer=Debtor(name=attack, contact=attack), sender=replace(SEVERAL.sender, company=attack)
    )
    text = TemplateWriter({}).draft(task(facts)).text
    html = html_of(text, facts, "en", Links(page=PAGE + '"><b>'), postal_address=attack)
    assert not {"img", "script", "b"} & set(Elements(html).names)


def test_below_the_message_stand_the_address_and_how_to_stop_it():
    both = body("Hello.", sheet(), "de-AT", Links(unsubscribe=STOP), postal_address="Northwind Ltd\n1 High Street")
    assert both.text == (
        "Hello.\n\n-- \nNorthwind Ltd\n1 High Street\n\n"
        f"Falls Sie an diese Adresse keine solchen Nachrichten mehr bekommen möchten, hier abbestellen: {STOP}\n"
    )
    assert "Northwind Ltd<br>1 High Street" in both.html
    assert f'<a href="{STOP}">hier abbestellen</a>' in both.html
    assert '<html lang="de-AT">' in both.html


def test_without_either_nothing_stands_below():
    both = body("Hello.", sheet(), "en", Links())
    assert both.text == "Hello.\n"
    assert "font-size:13px" not in both.html


@pytest.mark.parametrize(
    ("link", "numbers", "made"),
    [
        ("https://pay.example/?n={number}", ["A/1 &x"], "https://pay.example/?n=A%2F1%20%26x"),
        ("https://pay.example/?n={number}", ["A", "B"], ""),
        ("https://pay.example/all", ["A", "B"], "https://pay.example/all"),
        ("http://pay.example/all", ["A"], ""),
        ("javascript:alert(1)", ["A"], ""),
        (None, ["A"], ""),
        ("https://pay.example/all", [], ""),
    ],
)
def test_the_payment_link(link, numbers, made):
    assert payment_link({"payment_link": link}, numbers) == made
