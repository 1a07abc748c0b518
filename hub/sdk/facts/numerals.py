"""Numbers as people write them: in digits of any grouping, and in words of four languages."""

import re
from decimal import Decimal

NUMERAL = r"\d{1,3}(?:[ .,']\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,]\d{1,4}(?!\d))?"
"""Digits with groups of three; what it means is told by `readings`."""

_SMALL: dict[str, dict[str, int]] = {
    "en": dict(zip(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"], range(20), strict=True))
    | dict(zip(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], range(20, 100, 10), strict=True))
    | {"fourty": 40, "dozen": 12},
    "de": dict(zip(["null", "eins", "zwei", "drei", "vier", "funf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwolf", "dreizehn", "vierzehn", "funfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn"], range(20), strict=True))
    | dict(zip(["zwanzig", "dreißig", "vierzig", "funfzig", "sechzig", "siebzig", "achtzig", "neunzig"], range(20, 100, 10), strict=True))
    | {"dreissig": 30, "ein": 1, "eine": 1, "einen": 1, "einem": 1, "einer": 1, "zwo": 2, "fuenf": 5, "zwoelf": 12,
       "fuenfzehn": 15, "fuenfzig": 50, "dutzend": 12, "beiden": 2, "beide": 2},
    "es": dict(zip(["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce", "trece", "catorce", "quince", "dieciseis", "diecisiete", "dieciocho", "diecinueve", "veinte", "veintiuno", "veintidos", "veintitres", "veinticuatro", "veinticinco", "veintiseis", "veintisiete", "veintiocho", "veintinueve", "treinta"], range(31), strict=True))
    | dict(zip(["cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa", "cien"], range(40, 101, 10), strict=True))
    | {"un": 1, "una": 1, "veintiun": 21, "veintiuna": 21, "ciento": 100, "docena": 12, "quinientos": 500,
       "quinientas": 500, "setecientos": 700, "setecientas": 700, "novecientos": 900, "novecientas": 900}
    | {f"{stem}cient{end}": value for end in ("os", "as")
       for stem, value in (("dos", 200), ("tres", 300), ("cuatro", 400), ("seis", 600), ("ocho", 800))},
    "fr": dict(zip(["zero", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize", "quatorze", "quinze", "seize"],
                   range(17), strict=True))
    | dict(zip(["vingt", "trente", "quarante", "cinquante", "soixante", "septante", "huitante", "nonante"], range(20, 100, 10), strict=True))
    | {"une": 1, "vingts": 20, "octante": 80, "douzaine": 12},
}  # fmt: skip
_HUNDRED = {"en": {"hundred", "hundreds"}, "de": set(), "es": set(), "fr": {"cent", "cents"}}
_THOUSAND = {"en": {"thousand"}, "de": set(), "es": {"mil"}, "fr": {"mille", "mil"}}
_MILLION = {
    "en": {"million"},
    "de": {"million", "millionen"},
    "es": {"millon", "millones"},
    "fr": {"million", "millions"},
}
_JOIN = {"en": "and", "de": "und", "es": "y", "fr": "et"}
ARTICLES = frozenset(
    ["one", "a", "an", "ein", "eine", "einen", "einem", "einer", "un", "una", "uno", "une", "beide", "beiden"]
)
"""Words that are numbers only before what is counted."""

_WORD = re.compile(r"[^\W\d_]+")


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
    join = _JOIN[language]
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
    if run and run[-1][2] == _JOIN[language]:
        run.pop()
    if run:
        value = _value([word for _, _, word in run], language)
        found.append((run[0][0], run[-1][1], Decimal(value)))
    run.clear()


def _is_number(word: str, language: str) -> bool:
    return (
        word in _SMALL[language]
        or word in _HUNDRED[language]
        or word in _THOUSAND[language]
        or word in _MILLION[language]
        or (language == "de" and _german(word) is not None)
    )


def _value(words: list[str], language: str) -> int:
    total = current = 0
    for word in words:
        if word in _MILLION[language]:
            total, current = (total + max(current, 1)) * 1_000_000, 0
        elif word in _THOUSAND[language]:
            total, current = total + max(current, 1) * 1000, 0
        elif word in _HUNDRED[language]:
            current = max(current, 1) * 100
        elif language == "fr" and word in ("vingt", "vingts") and current % 100 == 4:
            current += 76
        elif word in _SMALL[language]:
            current += _SMALL[language][word]
        elif language == "de" and word != "und":
            current += _german(word) or 0
    return total + current


def _german(word: str) -> int | None:
    """A German number in one word, such as zwolfhundertvierunddreißig; None for other words."""
    small = _SMALL["de"]
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
