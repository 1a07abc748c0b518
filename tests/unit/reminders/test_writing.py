"""Drafted, checked, written anew once, and else the template's: whatever a writer does, there is a text that may go."""

import logging

import pytest

from hub.reminders.writing import MISSING, TEMPLATE, with_statement, write
from hub.sdk.errors import AuthError, ConfigError, RecordError, TransientError
from hub.sdk.facts import check
from hub.sdk.writer import Draft
from plugins.models.template_writer.plugin import TemplateWriter
from tests.unit.writers.sheets import PAGE, invoice, sheet, task

GOOD = (
    "Dear Jo Doe,\n\nEUR 1,250.00 of invoice INV-1042 was due on 10 March 2026.\n\n"
    f"Your open invoices: {PAGE}\n\nKind regards\nAna Ruiz\nNorthwind Ltd"
)
THREAT = GOOD.replace("Kind regards", "If you do not pay we will take you to court.\n\nKind regards")
ALIEN = GOOD.replace("INV-1042", "INV-9999")


class Plugins:
    """A registry with the template and one writer that says its lines, one for each time that it is made."""

    def __init__(self, *lines):
        self.lines = list(lines)
        self.tasks = []

    def make(self, slug, *arguments):
        return TemplateWriter(*arguments) if slug == TEMPLATE else Scripted(self, arguments)


class Scripted:
    slug = "scripted"

    def __init__(self, plugins, arguments):
        self.plugins, self.arguments = plugins, arguments

    def draft(self, given):
        self.plugins.tasks.append(given)
        line = self.plugins.lines.pop(0)
        if isinstance(line, BaseException):
            raise line
        return line if isinstance(line, Draft) else Draft(subject="Invoice INV-1042", text=line, language="en")


def test_a_good_draft_is_taken_as_it_is():
    plugins = Plugins(GOOD)
    written = write(plugins, "scripted", {}, task())
    assert (written.text, written.writer, written.fell_back, written.passes) == (GOOD, "scripted", None, True)
    assert [each.refusals for each in written.attempts] == [()]


def test_a_refused_draft_is_written_anew_once_knowing_what_was_refused():
    plugins = Plugins(THREAT, GOOD)
    written = write(plugins, "scripted", {}, task())
    assert (written.text, written.writer, written.fell_back) == (GOOD, "scripted", None)
    first, second = plugins.tasks
    assert (first.refused, first.previous) == ((), "")
    assert second.previous == THREAT
    assert second.refused == written.attempts[0].refusals != ()


def test_refused_twice_the_template_writes_and_says_why():
    written = write(Plugins(THREAT, ALIEN), "scripted", {}, task())
    assert written.writer == TEMPLATE
    assert written.text == TemplateWriter({}).draft(task()).text
    assert [each.writer for each in written.attempts] == ["scripted", "scripted", TEMPLATE]
    assert written.passes
    assert written.fell_back.startswith("The second draft of scripted was refused as well: ")
    assert "INV-9999" in written.fell_back


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TransientError("it does not answer"), "scripted: it does not answer"),
        (AuthError("it refuses the key"), "scripted: it refuses the key"),
        (ConfigError("no such model"), "scripted: no such model"),
        (RecordError("no draft"), "scripted: no draft"),
        (ZeroDivisionError("of Jo Doe"), "scripted failed: ZeroDivisionError"),
        (Draft(subject="", text=GOOD, language="en"), "scripted: the draft has no subject or no text"),
        (Draft(subject="x", text=" \n", language="en"), "scripted: the draft has no subject or no text"),
        (Draft(subject="x", text="y" * 20_001, language="en"), "scripted: the draft has more than 20,000 characters"),
    ],
)
def test_a_writer_that_fails_leaves_it_to_the_template(error, said, caplog):
    with caplog.at_level(logging.DEBUG):
        written = write(Plugins(error), "scripted", {}, task())
    assert (written.writer, written.fell_back, written.passes) == (TEMPLATE, said, True)
    assert "Jo Doe" not in caplog.text


def test_a_failure_at_the_second_attempt_keeps_the_first():
    written = write(Plugins(THREAT, TransientError("gone")), "scripted", {}, task())
    assert [each.writer for each in written.attempts] == ["scripted", TEMPLATE]
    assert written.fell_back == "scripted: gone"


def test_a_writer_that_is_not_to_be_asked_is_not():
    plugins = Plugins()
    written = write(plugins, "scripted", {}, task(), why_not="Nobody agreed.")
    assert (written.writer, written.fell_back, plugins.tasks) == (TEMPLATE, "Nobody agreed.", [])


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ("EUR 1,250.00 of ", "what is open of INV-1042"),
        (" was due on 10 March 2026", "the due date of INV-1042"),
        ("of invoice INV-1042 ", "invoice INV-1042"),
        ("\nNorthwind Ltd", "who sends it"),
        (f"Your open invoices: {PAGE}", "where to pay or to object"),
    ],
)
def test_what_a_reminder_cannot_do_without_is_missed(left_out, said):
    written = write(Plugins(GOOD.replace(left_out, ""), GOOD), "scripted", {}, task())
    assert (MISSING, f"The text does not say {said}.") in [
        (each.code, each.reason) for each in written.attempts[0].refusals
    ]
    assert written.text == GOOD


def test_other_forms_of_the_same_facts_are_as_good():
    text = GOOD.replace("EUR 1,250.00", "€1,250.00").replace("10 March 2026", "Mar 10, 2026")
    assert write(Plugins(text), "scripted", {}, task()).fell_back is None


def test_several_invoices_are_listed_where_a_writer_names_not_all():
    facts = sheet(invoice(), invoice("INV-7", "80.50", "80.50", "USD", 2))
    short = f"Dear Jo Doe,\n\nPlease see to your open invoices: {PAGE}\n\nKind regards\nAna Ruiz\nNorthwind Ltd"
    written = write(Plugins(short), "scripted", {}, task(facts))
    assert written.fell_back is None, written.attempts[0].refusals
    assert written.text.index("- INV-1042: ") < written.text.index("Total: ") < written.text.index("Kind regards")
    assert with_statement(written.text, facts, "en") == written.text


def test_the_tenants_own_template_writes():
    own = {
        "purpose": "reminder",
        "language": "en",
        "tone": "neutral",
        "subject": "Own",
        "text": "{{ greeting }}\n\nOwn.",
    }
    written = write(Plugins(), TEMPLATE, {}, task(), templates=[own])
    assert (written.subject, written.text, written.fell_back) == ("Own", "Dear Jo Doe,\n\nOwn.", None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ greeting }}\n\nPay or see you in court.", "own template was refused"),
        ("{{ nobody }}", "own template cannot be used"),
        ("{% if count == 0 %}x{% endif %}", "own template cannot be used"),
    ],
)
def test_a_template_of_the_tenants_own_that_fails_leaves_it_to_the_hubs(text, said):
    own = {"purpose": "reminder", "language": "en", "tone": "neutral", "subject": "Own", "text": text}
    written = write(Plugins(), TEMPLATE, {}, task(), templates=[own])
    assert written.text == TemplateWriter({}).draft(task()).text
    assert said in written.fell_back
    assert written.passes


def test_a_secret_in_an_error_is_struck_out():
    from hub import redaction

    redaction.hide("sk-of-the-tenant-1234567890")
    written = write(Plugins(AuthError("key sk-of-the-tenant-1234567890 is wrong")), "scripted", {}, task())
    assert "sk-of-the-tenant" not in written.fell_back


def test_a_dispute_reply_needs_its_invoice_alone():
    given = task(purpose="dispute_reply", reply="received")
    text = "Dear Jo Doe,\n\nThank you for your message about invoice INV-1042. We are looking into it.\n\nAna Ruiz"
    assert check(given.facts, text, language="en", replying=True).passes
    assert write(Plugins(text), "scripted", {}, given).fell_back is None
