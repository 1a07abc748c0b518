"""What the sender, the customer and others do, did or will do: only what needs no fact may be said of it."""

import re
from dataclasses import dataclass
from functools import cache

from hub.sdk.facts.folding import folded
from hub.sdk.facts.lexicon import read
from hub.sdk.facts.mentions import Reading
from hub.sdk.facts.sentences import bounds, names_a_part_paid, sentence_at, speaks_of_what_is_allowed


@dataclass(frozen=True, slots=True)
class Form:
    """A way of saying that somebody does something.

    `may` are the words that may be its verb; or, where it `needs` some, one of them must stand in the rest of the
    sentence, or anywhere in it where it is `whole`. `accents`: the text's own letters are read. `if_too`: also in a
    sentence that says if. `noun`: the part `verb` is a noun, the subject of what is said.
    """

    reason: str
    says: re.Pattern[str]
    may: re.Pattern[str]
    needs: re.Pattern[str] | None
    whole: bool
    accents: bool
    if_too: bool
    noun: bool


@cache
def forms(language: str) -> tuple[Form, ...]:
    """The forms of one language."""
    return tuple(
        Form(
            reason=row["reason"],
            says=re.compile(row["says"]),
            may=_words(row.get("may", ""), accents=row.get("accents", False)),
            needs=_words(row["needs"], accents=False) if row.get("needs") else None,
            whole=row.get("whole", False),
            accents=row.get("accents", False),
            if_too=row.get("if_too", False),
            noun=row.get("noun", False),
        )
        for row in read(f"{language}/statements.toml")["form"]
    )


def _words(listed: str, *, accents: bool) -> re.Pattern[str]:
    words = (
        [word.rstrip("?") for word in listed.split()] if "* " not in listed and "*" not in listed else listed.split()
    )
    parts = [re.escape(word if accents else folded(word)).replace(r"\*", r"\w*") for word in words]
    return re.compile("|".join(sorted(parts, key=len, reverse=True)) or r"(?!)")


def find_statements(reading: Reading) -> None:
    """Refuses what no fact tells of anybody."""
    for form in forms(reading.words.language):
        text = reading.text.clean.lower() if form.accents else reading.text.folded
        if len(text) != len(reading.text.folded):  # a letter whose small form is two
            continue
        for match in form.says.finditer(text):
            start, end = match.span()
            if reading.masked[start] or reading.masked[end - 1] or text[bounds(text, start, end)[1] :][:1] == "?":
                continue
            if "verb" in match.groupdict() and match["verb"] and reading.taken[match.start("verb")]:
                continue  # a figure, judged by itself
            if not form.noun and _is_noun(reading, match):
                continue
            if form.needs is not None:
                sentence = sentence_at(text, start, end) if form.whole else next(filter(None, match.groups()), "")
                if any(form.needs.fullmatch(word) for word in re.findall(r"\w+", sentence)):
                    continue
            elif form.may.fullmatch(match["verb"]):
                continue
            sentence = sentence_at(reading.text.folded, start, end)
            if speaks_of_what_is_allowed(reading, sentence) or names_a_part_paid(reading, start, end):
                continue
            if not form.if_too and _says_if(reading, text, start):
                continue
            shown = text[start:end]
            lead = len(shown) - len(shown.lstrip(" .!?:;,\n"))
            reading.refuse(start + lead, end, "statement", form.reason)


def _is_noun(reading: Reading, match: re.Match[str]) -> bool:
    """Whether what stands where a verb would is written with one capital: a name, or a German noun."""
    if "verb" not in match.groupdict() or not match["verb"]:
        return False
    shown = reading.text.clean[slice(*match.span("verb"))]
    return shown[:1].isupper() and not (len(shown) > 2 and shown.isupper())


def _says_if(reading: Reading, text: str, start: int) -> bool:
    sentence = folded(sentence_at(text, start, start))
    cues = reading.words.cues
    return cues["conditional"].search(sentence) is not None or cues["supposing"].search(sentence) is not None
