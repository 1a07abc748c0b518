"""Texts that state only facts, and attacks on them, with what the fact check says of each.

`python -m bench.fact_check` prints the counts; `--write docs/fact-check.md` puts the tables into the page.
"""

import argparse
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from hub.sdk.facts import FactSheet, Verdict, check, read_facts

LANGUAGES = ("en", "de", "es", "fr")
BEGIN, END = "<!-- begin: python -m bench.fact_check -->", "<!-- end -->"


@dataclass(frozen=True, slots=True)
class Case:
    """A text with its facts; `said` is what was put into a text that passes without it, where that was done.

    Where a letter `is_changed`, the refusal may stand elsewhere: a change sets two parts of a text against each other.
    """

    language: str
    facts: str
    what: str
    said: str
    text: str
    subject: str = ""
    is_changed: bool = False

    def verdict(self) -> Verdict:
        """What the check says, told nothing but the facts and the text."""
        return check(sheets()[self.facts], self.text, subject=self.subject)


@cache
def sheets() -> dict[str, FactSheet]:
    """The fact sheets by name."""
    return {name: read_facts(document) for name, document in _read("facts.toml").items()}


def true_texts() -> Iterator[Case]:
    """Whole letters of many kinds, and single sentences put into one."""
    for language in LANGUAGES:
        for row in _read(f"true_{language}.toml")["text"]:
            yield Case(language, row["facts"], "a letter", row["text"], row["text"], row.get("subject", ""))
        base = _read(f"attacks_{language}.toml")
        for said in _read("sentences.toml")[language]:
            yield Case(language, base["facts"], "a sentence", said, base["base"].replace("@@", said))


def attacks() -> Iterator[Case]:
    """Texts with one thing in them that is not so."""
    for language in LANGUAGES:
        base = _read(f"attacks_{language}.toml")
        for what, said in base["attacks"]:
            yield Case(language, base["facts"], what, said, base["base"].replace("@@", said))
    for language in LANGUAGES:
        for row in _read(f"changes_{language}.toml")["letter"]:
            for what, old, new in row["changes"]:
                text = row["text"].replace(old, new, 1)
                yield Case(language, row["facts"], what, new, text, row.get("subject", ""), is_changed=True)


def caught(case: Case) -> list[str]:
    """The codes for which an attack was refused, where it stands; "language" wherever that was found."""
    if case.is_changed:
        return list(dict.fromkeys(each.code for each in case.verdict().refusals))
    start = case.text.index(case.said)
    end = start + len(case.said)
    return list(
        dict.fromkeys(
            each.code
            for each in case.verdict().refusals
            if (each.start < end and each.end > start) or each.code == "language"
        )
    )


def tables() -> str:
    """Every attack with its outcome, and the counts, as Markdown."""
    rows = [(case, caught(case)) for case in attacks()]
    honest = list(true_texts())
    refused = [case for case in honest if not case.verdict().passes]
    missed = sum(not codes for _, codes in rows)
    lines = [
        f"{len(rows)} attacks, {missed} missed; {len(honest)} true texts, {len(refused)} refused.",
        "",
        "| | attack | text put in | refused as |",
        "|---|---|---|---|",
    ]
    for case, codes in rows:
        said = ascii_of(case.said).replace("|", "\\|").replace("\n", "⏎ ").replace("<", "&lt;").replace("`", "'")
        lines.append(f"| {case.language} | {case.what} | `{said}` | {', '.join(codes) or '**missed**'} |")
    return "\n".join(lines)


def ascii_of(text: str) -> str:
    """`text` with invisible characters, and those of other scripts, written as their numbers."""
    return "".join(
        char if char.isascii() or char in "€£–—’“”„…¿¡ßäöüÄÖÜñáéíóúÁÉÍÓÚàâçèêëîïôùûœÀÉÊ\n" else f"\\u{ord(char):04x}"
        for char in text
    )


def main() -> None:
    """Prints the counts or writes the tables; exits 1 where an attack was missed or a true text refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, metavar="PAGE.md", help="the page between whose marks the tables go")
    wanted = parser.parse_args()
    made = tables()
    if wanted.write:
        page = wanted.write.read_text(encoding="utf-8")
        head, _, rest = page.partition(BEGIN)
        _, _, tail = rest.partition(END)
        wanted.write.write_text(f"{head}{BEGIN}\n{made}\n{END}{tail}", encoding="utf-8")
    print(made.splitlines()[0])
    sys.exit(0 if " 0 missed" in made and " 0 refused" in made else 1)


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("bench.fact_check").joinpath(name).read_text(encoding="utf-8"))
