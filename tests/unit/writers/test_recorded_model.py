"""What a real small model once wrote goes the whole way: whatever of it is not so never comes out."""

import json
from pathlib import Path

import pytest

from hub.reminders.writing import TEMPLATE, write
from hub.sdk.facts import check
from hub.sdk.writer import Draft
from plugins.models.llm_writer.prompt import read
from plugins.models.template_writer.plugin import TemplateWriter
from tests.unit.writers.sheets import sheet, task

RECORDED = json.loads((Path(__file__).parents[2] / "fixtures" / "small_model.json").read_text(encoding="utf-8"))


class Plugins:
    """The template, and a writer that says what the model said."""

    def __init__(self, say):
        self.say = say

    def make(self, slug, *arguments):
        return TemplateWriter(*arguments) if slug == TEMPLATE else self

    def draft(self, given):
        return self.say(given)


def went(given, say):
    """What came out for a task; it is true, whoever wrote it."""
    written = write(Plugins(say), "recorded", {}, given)
    assert check(given.facts, written.text, language=written.language, subject=written.subject).passes
    assert written.passes
    return written


@pytest.mark.parametrize("recorded", RECORDED["drafts"])
def test_a_draft_made_of_facts_in_the_question(recorded):
    given = task(sheet(), language=recorded["language"], tone=recorded["tone"])
    written = went(
        given, lambda given: Draft(subject="INV-1042", text=recorded["text"] or "-", language=recorded["language"])
    )
    # It never kept to the facts: each of its drafts was refused, for reasons that are kept.
    assert written.writer == TEMPLATE
    assert all(each.refusals for each in written.attempts if each.writer == "recorded")
    assert written.fell_back


@pytest.mark.parametrize("recorded", RECORDED["answers"])
def test_an_answer_to_the_writers_own_question(recorded):
    given = task(sheet(), language=recorded["language"], tone=recorded["tone"])
    went(given, lambda given: read(recorded["text"], given))
