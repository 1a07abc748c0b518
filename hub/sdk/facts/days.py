"""Dates, spans of days and days told from today: what the text says they are."""

import re
from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from babel.dates import get_day_names, get_month_names

from hub.sdk.facts.folding import folded as fold_text
from hub.sdk.facts.mentions import Mention, Reading
from hub.sdk.facts.numerals import in_words

_ISO = re.compile(r"(?<![\w.,/-])(\d{4})([-./])(\d{1,2})\2(\d{1,2})(?![\w]|[./-]\d)")
_THREE = re.compile(r"(?<![\w.,/-])(\d{1,2})([-./])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?![\w]|[./-]\d|,\d)")
_GERMAN_TWO = re.compile(r"(?<![\w.,/-])(\d{1,2})\.\s?(\d{1,2})\.(?!\s?\d)")
_TWO = re.compile(r"(?<![\w.,/-])(\d{1,2})/(\d{1,2})(?![\w]|[./-]\d|,\d)")


@cache
def months(language: str, more: frozenset[str]) -> dict[str, int]:
    """The month that each name of a language means."""
    names: dict[str, int] = {}
    for width in ("wide", "abbreviated"):
        for context in ("format", "stand-alone"):
            for number, name in get_month_names(width, context, language).items():
                names[fold_text(name).strip(".")] = number
    names |= {"sept": 9} if "sept" in more else {}
    names |= {"mrz": 3, "janner": 1, "feber": 2, "maerz": 3, "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7,
              "aug": 8, "sep": 9, "okt": 10, "oct": 10, "nov": 11, "dez": 12} if language == "de" else {}  # fmt: skip
    names |= {"set": 9, "setiembre": 9} if language == "es" else {}
    return names


@cache
def weekdays(language: str) -> dict[str, int]:
    """The day, Monday is 0, that each name of a language means."""
    names: dict[str, int] = {}
    for width in ("wide", "abbreviated"):
        for number, name in get_day_names(width, "format", language).items():
            names[fold_text(name).strip(".")] = number
    if language == "de":
        names |= {"sonnabend": 5}
    return names


def find_dates(reading: Reading) -> None:
    """Finds dates of every form, with the days that each can mean."""
    _numeric(reading)
    _named(reading)


def _day(year: int, month: int, day: int) -> date | None:
    year = year + 2000 if year < 100 else year
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _around(reading: Reading, month: int, day: int) -> frozenset[date]:
    """The days so called that are within a year of today."""
    today = reading.facts.today
    found = (_day(today.year + more, month, day) for more in (-1, 0, 1))
    return frozenset(each for each in found if each and abs((each - today).days) < 366)


def _numeric(reading: Reading) -> None:
    clean = reading.text.clean
    american = reading.words.language == "en"
    for match in _ISO.finditer(clean):
        _add(reading, match.start(), match.end(), frozenset((_day(int(match[1]), int(match[3]), int(match[4])),)))
    for match in _THREE.finditer(clean):
        one, two, year = int(match[1]), int(match[3]), int(match[4])
        days = {_day(year, two, one)}
        if american and match[2] != ".":
            days.add(_day(year, one, two))
        _add(reading, match.start(), match.end(), frozenset(days))
    if reading.words.language == "de":
        for match in _GERMAN_TWO.finditer(clean):
            if 1 <= int(match[2]) <= 12:
                _add(reading, match.start(), match.end(), _around(reading, int(match[2]), int(match[1])))
    for match in _TWO.finditer(clean):
        one, two = int(match[1]), int(match[2])
        found = _around(reading, two, one) if two <= 12 else frozenset()
        if american and one <= 12:
            found |= _around(reading, one, two)
        if found:
            _add(reading, match.start(), match.end(), found)


def _add(reading: Reading, start: int, end: int, days: frozenset[date | None]) -> None:
    if not reading.free(start, end):
        return
    real = frozenset(day for day in days if day)
    start, weekday = _weekday_before(reading, start)
    if weekday is not None and real:
        real = frozenset(day for day in real if day.weekday() == weekday)
        if not real:
            reading.refuse(start, end, "date", "that day is another day of the week")
            return
    reading.add(Mention(kind="date", start=start, end=end, days=real))


def _weekday_before(reading: Reading, start: int) -> tuple[int, int | None]:
    names = "|".join(sorted(weekdays(reading.words.language), key=len, reverse=True))
    before = reading.text.folded[max(0, start - 25) : start]
    match = re.search(rf"(?<!\w)({names})\.?,?\s(?:(?:the|den|dem|der|el|le|dia)\s)?$", before)
    if match:
        return start - len(before) + match.start(), weekdays(reading.words.language)[match[1]]
    return start, None


def _named(reading: Reading) -> None:
    folded, words = reading.text.folded, reading.words
    known = months(words.language, words.lists["months_more"])
    month = rf"(?P<month>{'|'.join(sorted(known, key=len, reverse=True))})(?!\w)\.?"
    year = r"(?P<year>\d{4}|'\d{2})(?!\d)"
    ordinals = dict(each.rsplit(":", 1) for each in words.lists["ordinals"])
    word = "|".join(sorted(map(re.escape, ordinals), key=len, reverse=True))
    day = rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.|º|°)?|(?P<word>{word}))"
    link = r"[\s\-]{1,2}(?:(?:of|de|del|d'|dia)\s?)?"
    forms = (
        rf"(?<![\w.,/-]){day}(?:{link}|(?<=\.)|-){month}(?:,?[\s\-]{{1,2}}(?:(?:de|del|of)\s)?{year})?",
        rf"(?<!\w){month}[\s\-]{{1,2}}(?:the\s)?{day}(?![\w]|[.,]\d\d)(?:,?\s{year})?",
        rf"(?<!\w){month}[\s\-]{{1,2}}(?:(?:de|del|of)\s)?{year}",
    )
    spelled = {
        start: (end, value)
        for start, end, value in in_words(folded, words.language)
        if value <= 31 and words.language in ("es", "fr", "en", "de")
    }
    for form in forms:
        for match in re.finditer(form, folded):
            parts = match.groupdict()
            if words.language == "en" and not reading.text.clean[match.start("month")].isupper():
                continue
            if parts.get("day") and not 1 <= int(parts["day"]) <= 31:
                continue
            number = known[match["month"]]
            start, end = match.span()
            written = parts.get("year")
            if not reading.free(start, end):
                continue
            if parts.get("day") or parts.get("word"):
                at = int(parts["day"]) if parts.get("day") else int(ordinals[parts["word"]])
                if written:
                    _add(reading, start, end, frozenset((_day(int(written.strip("'")), number, at),)))
                else:
                    _add(reading, start, end, _around(reading, number, at))
            elif written:
                _span(reading, start, end, frozenset((int(written.strip("'")),)), number)
    if words.language in ("es", "fr"):
        for start, (end, value) in spelled.items():
            after = re.compile(rf"{link}{month}(?:\s(?:(?:de|del)\s)?{year})?").match(folded, end)
            if after and reading.free(start, after.end()):
                if after["year"]:
                    _add(
                        reading,
                        start,
                        after.end(),
                        frozenset((_day(int(after["year"]), known[after["month"]], int(value)),)),
                    )
                else:
                    _add(reading, start, after.end(), _around(reading, known[after["month"]], int(value)))
    _months_alone(reading, known)
    _days_alone(reading)


_DAY_ALONE = {
    "en": r"(?<!\w)the (?P<day>\d{1,2})(?:st|nd|rd|th)(?!\w)",
    "de": r"(?<!\w)(?:am|zum|dem|den|vom|der) (?P<day>\d{1,2})\.(?=[\s,;)]|$)(?!\s?\d)",
    "es": r"(?<!\w)(?:el|dia|del|lunes|martes|miercoles|jueves|viernes|sabado|domingo) (?P<day>\d{1,2})(?=[\s.,;:)]|$)"
    r"(?![.,]\d| ?%| de (?!abono|este mes|ese mes))",
    "fr": r"(?<!\w)(?:le|du|au) (?P<day>\d{1,2})(?:er)?(?=[\s.,;:)]|$)(?![.,]\d| ?%| \d)",
}


def _days_alone(reading: Reading) -> None:
    """A day without its month is the one in the month around today."""
    today = reading.facts.today
    for match in re.finditer(_DAY_ALONE[reading.words.language], reading.text.folded):
        number = int(match["day"])
        if 1 <= number <= 31 and reading.free(*match.span("day")):
            near = (today + timedelta(days=n) for n in range(-31, 32))
            start, end = match.start("day"), match.end()
            _add(reading, start, end, frozenset(day for day in near if day.day == number))


def _months_alone(reading: Reading, known: dict[str, int]) -> None:
    words, folded, clean = reading.words, reading.text.folded, reading.text.clean
    wide = {name: number for name, number in known.items() if len(name) > 3 or name in ("may", "mai")}
    before = "|".join(words.lists["month_before"])
    for match in re.finditer(rf"(?<!\w)({before})[\s\-]({'|'.join(wide)})(?!\w)", folded):
        start, end = match.span(2)
        if words.language in ("en", "de") and not clean[start].isupper():
            continue
        if reading.free(start, end):
            today = reading.facts.today
            years = frozenset((today.year - 1, today.year, today.year + 1))
            _span(reading, start, end, years, wide[match[2]], _part_of_month(folded[max(0, start - 20) : start]))
    _month_ranges(reading, wide)
    for match in re.finditer(rf"(?<!\w)({'|'.join(wide)})[-\s]?(?=invoice|rechnung)", folded):
        if reading.free(*match.span(1)):
            today = reading.facts.today
            _span(reading, *match.span(1), frozenset((today.year - 1, today.year)), wide[match[1]])


def _month_ranges(reading: Reading, wide: dict[str, int]) -> None:
    """Months from one to another are one span of days: "the invoices from August to October"."""
    names, today = "|".join(wide), reading.facts.today
    pattern = rf"(?<!\w)({names})\s(?:to|through|until|bis|a|hasta|au)\s({names})(?!\w)"
    for match in re.finditer(pattern, reading.text.folded):
        found = [each for each in reading.mentions if match.start() <= each.start < match.end()]
        if any(each.rule != "span" for each in found):
            continue
        first, last = wide[match[1]], wide[match[2]]
        days = frozenset(
            date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1) + timedelta(days=n)
            for year in (today.year - 1, today.year)
            for month in range(first, last + 1 if last >= first else last + 13)
            for n in range(monthrange(year + (month - 1) // 12, (month - 1) % 12 + 1)[1])
        )
        reading.mentions[:] = [each for each in reading.mentions if each not in found]
        reading.add(Mention(kind="date", start=match.start(), end=match.end(), days=days, rule="span"))


_PARTS_OF_MONTH = (
    (r"early|beginning of|start of|anfang|beginn|(?:principios|comienzos|inicios) de|debut(?: de)?", range(1, 13)),
    (r"mid|middle of|mitte|mediados de|mi|milieu de", range(10, 22)),
    (r"late|end of|ende|(?:finales|fines|final) de|fin(?: de)?", range(19, 32)),
)


def _part_of_month(before: str) -> range:
    """The days of a month that words before its name leave: "mid-", "at the end of"."""
    return next((days for said, days in _PARTS_OF_MONTH if re.search(rf"\b(?:{said})[\s\-]$", before)), range(1, 32))


def _span(
    reading: Reading, start: int, end: int, years: frozenset[int], month: int, part: range = range(1, 32)
) -> None:
    days = frozenset(
        date(year, month, 1) + timedelta(days=n)
        for year in years
        for n in range(monthrange(year, month)[1])
        if 1900 < year < 2200 and n + 1 in part
    )
    reading.add(Mention(kind="date", start=start, end=end, days=days, rule="span"))


def find_durations(reading: Reading) -> None:
    """Finds numbers of days, weeks, months and years."""
    folded, words = reading.text.folded, reading.words
    units = {word: unit for unit in ("days", "weeks", "months", "years", "hours") for word in words.lists[unit]}
    between = "|".join(words.lists["unit_between"])
    unit = re.compile(
        rf"[\s\-]{{1,2}}(?:(?:{between})[\s\-]{{1,2}}){{0,2}}({'|'.join(sorted(units, key=len, reverse=True))})(?!\w)"
    )
    spots = [
        (*match.span(), Decimal(match.group())) for match in re.finditer(r"(?<![\w.,/-])\d{1,4}(?![\w.,/])", folded)
    ]
    spots += in_words(folded, words.language)
    spots += [(*match.span(), Decimal(_ABOUT[match[1]])) for match in _ABOUT_SO_MANY.finditer(folded)]
    spots += [
        (*match.span(), Decimal(1)) for match in re.finditer(r"(?<!\w)an?(?!\w)", folded) if words.language == "en"
    ]
    for start, end, value in spots:
        match = unit.match(folded, end)
        if not match or not reading.free(start, end):
            continue
        wished = folded[end : match.start(1)].strip() and _WISHED.search(folded[max(0, start - 20) : start])
        if wished and not _LEFT.match(folded, match.end()):
            continue  # "have a good week", but not "have a week to pay"
        name = match[1]
        many, stop, kind = value * 2 if name.startswith("fortnight") else value, match.end(), units[name]
        after = re.compile(r"\s(\w+(?:\s\w+){0,2})").match(folded, stop)
        if after and (half := words.cues["and_a_half"].match(after[1])):
            many, stop = many + Decimal("0.5"), after.start(1) + half.end()
        if kind == "days" and words.cues["working"].search(folded[end : after.end() if after else stop].split("\n")[0]):
            working = words.cues["working"].match(after[1]) if after else None
            kind, stop = "workdays", after.start(1) + working.end() if after and working else stop
        about = "about" if _ABOUT_SO_MANY.fullmatch(folded[start:end]) else ""
        reading.add(Mention(kind="duration", start=start, end=stop, values=frozenset((many,)), unit=kind, rule=about))
        listed = re.search(
            r"(?<![\w.,])(\d{1,4})\s?(?:,|and|und|y|e|et|bzw\.|or)\s$", folded[max(0, start - 12) : start]
        )
        if listed:
            first = max(0, start - 12) + listed.start(1)
            if reading.free(first, first + len(listed[1])):
                value = Decimal(listed[1])
                reading.add(
                    Mention(
                        kind="duration",
                        start=first,
                        end=first + len(listed[1]),
                        values=frozenset((value,)),
                        unit=units[name],
                    )
                )
    if words.language == "de":
        _compounds(reading)


_ABOUT = {"huitaine": 8, "dizaine": 10, "decena": 10, "douzaine": 12, "docena": 12, "quinzaine": 15, "quincena": 15,
          "vingtaine": 20, "veintena": 20, "trentaine": 30, "treintena": 30, "quarantaine": 40, "cinquantaine": 50,
          "soixantaine": 60, "dutzend": 12}  # fmt: skip
_ABOUT_SO_MANY = re.compile(rf"(?<!\w)(?:(?:une|una|un|ein)\s)?({'|'.join(_ABOUT)})s?(?:\s(?:de|d'))?(?!\w)")


_WISHED = re.compile(r"(?<!\w)(?:have|having|had|enjoy|enjoying|wish(?:ing)? you)\s$")
_LEFT = re.compile(r"\s(?:left|to|until|till|before|remaining|in which|for)\b")
_COMPOUND = re.compile(r"(?<!\w)(\d{1,3}|[a-zß]+?)-?(tagig|wochig|monatig|jahrig)(?:e|er|en|em|es)?(?!\w)")


def _compounds(reading: Reading) -> None:
    units = {"tagig": "days", "wochig": "weeks", "monatig": "months", "jahrig": "years"}
    for match in _COMPOUND.finditer(reading.text.folded):
        found = in_words(match[1], "de") if not match[1].isdigit() else [(0, len(match[1]), Decimal(match[1]))]
        if len(found) == 1 and found[0][:2] == (0, len(match[1])) and reading.free(*match.span()):
            reading.add(
                Mention(
                    kind="duration",
                    start=match.start(),
                    end=match.end(),
                    values=frozenset((found[0][2],)),
                    unit=units[match[2]],
                )
            )


def find_relative(reading: Reading) -> None:
    """Finds days told from today, and days of the week that stand alone."""
    words, folded = reading.words, reading.text.folded
    for pattern, rule in words.relative:
        for match in pattern.finditer(folded):
            if folded[max(0, match.start() - 6) : match.start()] == "guten ":
                continue
            if reading.free(*match.span()):
                reading.add(
                    Mention(
                        kind="when",
                        start=match.start(),
                        end=match.end(),
                        days=_days_of(rule, reading.facts.today),
                        rule=rule,
                    )
                )
    known = weekdays(words.language)
    for match in re.finditer(rf"(?<!\w)({'|'.join(words.lists['weekdays'])})(?!\w)", folded):
        if not reading.free(*match.span()) or (
            words.language in ("en", "de") and not reading.text.clean[match.start()].isupper()
        ):
            continue
        weekday = known.get(match[1], known.get(match[1][:3], -1))
        near = (reading.facts.today + timedelta(days=n) for n in range(-8, 9))
        days = frozenset(day for day in near if day.weekday() == weekday)
        reading.add(Mention(kind="when", start=match.start(), end=match.end(), days=days, rule="weekday"))


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the rule of Meeus, Jones and Butcher."""
    century, rest = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (year % 19 + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _feast(name: str, today: date) -> frozenset[date]:
    """The days around a feast in the years around today; none for a season, which is no day."""
    days: set[date] = set()
    for year in (today.year - 1, today.year, today.year + 1):
        if name == "easter":
            days |= {_easter(year) + timedelta(days=n) for n in range(-7, 2)}
        elif name == "whitsun":
            days |= {_easter(year) + timedelta(days=n) for n in (49, 50)}
        elif name == "christmas":
            days |= {date(year, 12, day) for day in (24, 25, 26)}
        elif name == "newyear":
            days |= {date(year, 12, 31), date(year, 1, 1)}
    return frozenset(days)


def _days_of(rule: str, today: date) -> frozenset[date]:
    """The days of a rule such as day-1, week+1, month0-end."""
    if rule.startswith("feast:"):
        return _feast(rule.removeprefix("feast:"), today)
    if rule == "never":
        return frozenset()
    base, _, _ = rule.rpartition("-end") if rule.endswith("-end") else (rule, "", "")
    last = rule.endswith("-end")
    match = re.fullmatch(r"(day|week|month|year)([+-]?\d+)", base)
    assert match
    unit, more = match[1], int(match[2])
    if unit == "day":
        return frozenset((today + timedelta(days=more),))
    if unit == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=more)
        days = [monday + timedelta(days=n) for n in range(7)]
        return frozenset(days[4:] if last else days)
    if unit == "month":
        year, month = divmod(today.year * 12 + today.month - 1 + more, 12)
        days = [date(year, month + 1, n + 1) for n in range(monthrange(year, month + 1)[1])]
        return frozenset(days[-1:] if last else days)
    year = today.year + more
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366 if monthrange(year, 2)[1] == 29 else 365)]
    return frozenset(days[-1:] if last else days)
