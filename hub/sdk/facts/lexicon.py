"""The words of each language that the check goes by, read from the data files beside this one."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from hub.sdk.facts.folding import folded

LANGUAGES = ("en", "de", "es", "fr")
_GAP = r"(?:[^\w.!?\n]|\n(?!\s*\n))+"
_LEAP = rf"{_GAP}(?:\w+{_GAP}){{0,5}}?"


@dataclass(frozen=True, slots=True)
class Claim:
    """What must not be said, unless `unless` covers it; `code` as in verdict.CODES. Replies may say some of it.

    `always`: also where the facts allow a fee, since this is another.
    """

    code: str
    reason: str
    says: re.Pattern[str]
    unless: re.Pattern[str] | None
    in_replies: bool
    always: bool


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language's words. `cues` find what a figure is called; all patterns are for folded text."""

    language: str
    cues: dict[str, re.Pattern[str]]
    lists: dict[str, frozenset[str]]
    relative: tuple[tuple[re.Pattern[str], str], ...]
    claims: tuple[Claim, ...]
    plain: frozenset[str]


def pattern(lines: str | list[str]) -> re.Pattern[str]:
    """One pattern of all phrases: `*` stands for any letters, `..` for up to five words, `(a|b)` for either."""
    phrases = lines.splitlines() if isinstance(lines, str) else lines
    alternatives = sorted((_phrase(line.strip()) for line in phrases if line.strip()), key=len, reverse=True)
    if not alternatives:
        return re.compile(r"(?!)")
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})(?!\w)")


def _phrase(phrase: str) -> str:
    text = folded(phrase)
    text = re.sub(r"\s+\.\.\s+", "\x00", text)
    text = re.sub(r"[\s'\-]+", "\x01", text)
    text = re.sub(r"([.%€$§+])", r"\\\1", text)
    return text.replace("*", r"\w*").replace("\x00", _LEAP).replace("\x01", _GAP)


@cache
def lexicon(language: str) -> Lexicon:
    """The words of one of LANGUAGES."""
    words = read(f"{language}/words.toml")
    return Lexicon(
        language=language,
        cues={name: pattern(lines) for name, lines in words["cues"].items()},
        lists={name: frozenset(folded(text).split()) for name, text in words["lists"].items()},
        relative=tuple((pattern(lines), rule) for rule, lines in words["relative"].items()),
        claims=tuple(
            Claim(
                code=row["code"],
                reason=row["reason"],
                says=pattern(row["says"]),
                unless=pattern(row["unless"]) if row.get("unless") else None,
                in_replies=row.get("in_replies", False),
                always=row.get("always", False),
            )
            for row in read(f"{language}/claims.toml")["claim"]
        ),
        plain=frozenset(folded(read(f"{language}/plain.toml")["words"]).split()),
    )


@cache
def names() -> frozenset[str]:
    """First and family names that are told from other words, folded."""
    return frozenset(folded(" ".join(read("names.toml").values())).split())


@cache
def first_names(kind: str) -> frozenset[str]:
    """First names that are male or female wherever they are given, folded."""
    own, other = (
        frozenset(folded(" ".join(text for name, text in read("names.toml").items() if name.startswith(start))).split())
        for start in (("male_", "female_") if kind == "male" else ("female_", "male_"))
    )
    return own - other


def read(path: str) -> dict:  # type: ignore[type-arg]
    """One of the data files."""
    return tomllib.loads(files("hub.sdk.facts").joinpath("lexicons", path).read_text(encoding="utf-8"))
