"""Whole texts: what states only facts passes, and nothing else does."""

import pytest

from bench import fact_check
from bench.fact_check import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_true_text_is_refused(language):
    refused = {
        case.said: [(each.code, each.span) for each in case.verdict().refusals]
        for case in fact_check.true_texts()
        if case.language == language and not case.verdict().passes
    }
    assert refused == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_is_told_from_the_text(language):
    told = {case.verdict().language for case in fact_check.true_texts() if case.language == language}
    assert told == {language}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_attack_passes(language):
    missed = [case.said for case in fact_check.attacks() if case.language == language and not fact_check.caught(case)]
    assert missed == []


def test_there_are_enough_of_both():
    assert len(list(fact_check.attacks())) >= 200
    assert len(list(fact_check.true_texts())) >= 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_around_an_attack_passes_without_it(language):
    case = next(case for case in fact_check.attacks() if case.language == language)
    assert fact_check.check(fact_check.sheets()[case.facts], case.text.replace(case.said, "")).passes


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_passes_with_one_digit_changed(language):
    passing = []
    for case in fact_check.true_texts():
        if case.language != language or case.what != "a letter":
            continue
        facts = fact_check.sheets()[case.facts]
        for at, char in enumerate(case.text):
            counts_items = case.text[:at].endswith("\n") and case.text[at + 1 : at + 3] in (". ", ") ")
            if char.isdigit() and not counts_items:
                changed = f"{case.text[:at]}{(int(char) + 1) % 10}{case.text[at + 1 :]}"
                if fact_check.check(facts, changed, language=language).passes:
                    passing.append(changed[max(0, at - 20) : at + 10])
    assert passing == []
