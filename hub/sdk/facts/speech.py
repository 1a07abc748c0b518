"""Which language a text is in, and sentences that are in another."""

import re

from hub.sdk.classifier import UNKNOWN_LANGUAGE
from hub.sdk.facts.folding import folded
from hub.sdk.facts.layout import Unit
from hub.sdk.facts.lexicon import LANGUAGES, lexicon
from hub.sdk.facts.mentions import Reading
from hub.sdk.language import language_of

_WORD = re.compile(r"[^\W\d_]+")
_TELLING = ("due", "open", "overdue", "paid", "total")
"""What a terse text calls its figures tells its language."""
LEAST_WORDS = 5
"""A sentence with fewer is not told apart."""


def language_told(text: str) -> str:
    """The language with the most of its own words in the text; where none has any, English."""
    if not re.search(r"[^\W\d_]", text):
        return "en"
    general = language_of(text)
    scores = _scores(text)
    best = max(LANGUAGES, key=lambda language: scores[language])
    if (
        general not in LANGUAGES
        and general != UNKNOWN_LANGUAGE
        and scores[best] < 0.6 * max(1, len(_WORD.findall(text)))
    ):
        return general
    if general == UNKNOWN_LANGUAGE and scores[best] == 0:
        return UNKNOWN_LANGUAGE
    return best


def _scores(text: str) -> dict[str, float]:
    words = _WORD.findall(folded(text))
    return {
        language: sum(word in lexicon(language).lists["function"] for word in words)
        + 0.5 * sum(word in lexicon(language).plain for word in words)
        + sum(lexicon(language).cues[name].search(folded(text)) is not None for name in _TELLING)
        + 6 * sum(_opens(line, language) for line in folded(text).splitlines())
        for language in LANGUAGES
    }


def find_other_languages(reading: Reading, units: list[Unit]) -> None:
    """Refuses sentences that are clearly not in the text's language."""
    own = reading.words.language
    for unit in units:
        clean = reading.text.clean[unit.start : unit.end]
        words = [
            match.group()
            for match in _WORD.finditer(reading.text.folded, unit.start, unit.end)
            if not reading.masked[match.start()]
        ]
        if len(words) < LEAST_WORDS:
            continue
        scores = {
            language: sum(word in lexicon(language).lists["function"] for word in words) for language in LANGUAGES
        }
        other = max((language for language in LANGUAGES if language != own), key=lambda language: scores[language])
        known = sum(word in reading.words.plain or word in reading.words.lists["function"] for word in words)
        if (scores[other] >= 3 and scores[other] > 2 * scores[own] and known < 0.6 * len(words)) or (
            scores[own] == 0 and known < 0.2 * len(words) and language_of(clean) not in (own, UNKNOWN_LANGUAGE)
        ):
            start = unit.start + len(clean) - len(clean.lstrip())
            reading.refuse(start, unit.end, "language", "this is in another language than the text")


def _opens(line: str, language: str) -> bool:
    """Whether a line greets or closes in a language."""
    words = lexicon(language)
    start = line.lstrip()
    return any((match := words.cues[name].match(start)) and match.end() > 3 for name in ("greeting", "closing"))
