"""Numbers as people write them: in digits of any grouping, and in words of four languages."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from hub.sdk.facts.lexicon import read

NUMERAL = r"\d{1,3}(?:[ .,']\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,]\d{1,4}(?!\d))?"
"""Digits with groups of three; what it means is told by `readings`."""

ARTICLES = frozenset("one a an ein eine einen einem einer un una uno une beide beiden".split())  # noqa: SIM905
"""Words that are numbers only before what is counted."""

_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The number words of a language: what each says, and those that multiply."""

    small: dict[str, int]
    hundred: frozenset[str]
    thousand: frozenset[str]
    million: frozenset[str]
    join: str


@cache
def _numbers(language: str) -> _Numbers:
    row = read("numbers.toml")[language]
    small = {word: value for value, word in enumerate(row["ones"].split())}
    small |= {word: row["tens_from"] + 10 * index for index, word in enumerate(row["tens"].split())}
    small |= {word: int(value) for word, value in (each.split(":") for each in row["more"].split())}
    return _Numbers(
        small=small,
        hundred=frozenset(row["hundred"].split()),
        thousand=frozenset(row["thousand"].split()),
        million=frozenset(row["million"].split()),
        join=row["join"],
    )


def readings(digits: str) -> frozenset[Decimal]:
    """What digits may mean: 1.234 is either a thousand and more or one and a bit; nothing where they cannot be read."""
    plain = digits.replace(" ", "").replace("'", "")
    marks = [char for char in plain if char in ".,"]
    if not marks:
        return frozenset((Decimal(plain),))
    if len(set(marks)) == 2:
        if marks.count(marks[-1]) > 1:
            return frozenset()
        return frozenset((Decimal(plain.replace(marks[0], "").replace(",", ".")),))
    whole = Decimal(plain.replace(marks[0], ""))
    if len(marks) > 1:
        return frozenset((whole,))
    exact = Decimal(plain.replace(",", "."))
    if len(plain) - plain.index(marks[0]) == 4 and not (" " in digits or "'" in digits):
        return frozenset((whole, exact)) if plain[0] != "0" else frozenset((exact,))
    return frozenset((exact,))


def in_words(folded: str, language: str) -> list[tuple[int, int, Decimal]]:
    """Runs of number words: where, and what they say. Articles count as one."""
    found: list[tuple[int, int, Decimal]] = []
    run: list[tuple[int, int, str]] = []
    join = _numbers(language).join
    words = [(match.start(), match.end(), match.group()) for match in _WORD.finditer(folded)]
    for index, (start, end, word) in enumerate(words):
        near = not run or re.fullmatch(r"[ \n]{1,2}|-| - |'", folded[run[-1][1] : start]) is not None
        if not near:
            _close(found, run, language)
        if _is_number(word, language) or (
            run and word == join and index + 1 < len(words) and _is_number(words[index + 1][2], language)
        ):
            run.append((start, end, word))
        else:
            _close(found, run, language)
    _close(found, run, language)
    return found


def _close(found: list[tuple[int, int, Decimal]], run: list[tuple[int, int, str]], language: str) -> None:
    if run and run[-1][2] == _numbers(language).join:
        run.pop()
    if run:
        value = _value([word for _, _, word in run], language)
        found.append((run[0][0], run[-1][1], Decimal(value)))
    run.clear()


def _is_number(word: str, language: str) -> bool:
    return (
        word in _numbers(language).small
        or word in _numbers(language).hundred
        or word in _numbers(language).thousand
        or word in _numbers(language).million
        or (language == "de" and _german(word) is not None)
    )


def _value(words: list[str], language: str) -> int:
    total = current = 0
    for word in words:
        if word in _numbers(language).million:
            total, current = (total + max(current, 1)) * 1_000_000, 0
        elif word in _numbers(language).thousand:
            total, current = total + max(current, 1) * 1000, 0
        elif word in _numbers(language).hundred:
            current = max(current, 1) * 100
        elif language == "fr" and word in ("vingt", "vingts") and current % 100 == 4:
            current += 76
        elif word in _numbers(language).small:
            current += _numbers(language).small[word]
        elif language == "de" and word != "und":
            current += _german(word) or 0
    return total + current


def _german(word: str) -> int | None:
    """A German number in one word, such as zwolfhundertvierunddreißig; None for other words."""
    small = _numbers("de").small
    if word in small:
        return small[word]
    for name, size in (("tausend", 1000), ("hundert", 100)):
        if name in word:
            before, _, after = word.partition(name)
            many = 1 if not before else _german(before.removesuffix("und") if before != "und" else "")
            rest = 0 if not after else _german(after.removeprefix("und"))
            return None if many is None or rest is None else many * size + rest
    ones, und, tens = word.partition("und")
    if und and ones in small and tens in small and small[ones] < 10 and small[tens] >= 20:
        return small[ones] + small[tens]
    return None
