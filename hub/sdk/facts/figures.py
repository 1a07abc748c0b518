"""Amounts, percentages and counts: what the text says they are, before anybody asks whether it is so."""

import re
from decimal import Decimal

from hub.sdk.facts.lexicon import read
from hub.sdk.facts.mentions import Mention, Reading
from hub.sdk.facts.numerals import ARTICLES, NUMERAL, in_words, readings

_CURRENCIES = read("currencies.toml")
_SIGNS = {sign: frozenset(codes.split()) for sign, codes in _CURRENCIES["signs"].items()}
_NAMES = {name: frozenset(codes.split()) for name, codes in _CURRENCIES["words"].items()}
_CODES = _CURRENCIES["codes"].split()
_SCALES: dict[str, int] = _CURRENCIES["scales"]
_WORDS_TOO = frozenset(
    ("livre", "livres", "libra", "libras", "pound", "pounds", "pfund", "couronne", "couronnes", "quid")
)
"""Names of currencies that mean other things where they stand alone."""
_CENTS = r"cents?|centimes?|centimos?|pence|pennies|rappen|centavos?"
_SIGN = "|".join(sorted((re.escape(sign) for sign in _SIGNS), key=len, reverse=True))
_NAME = "|".join(_NAMES)
_SCALE = "|".join(sorted((re.escape(scale) for scale in _SCALES), key=len, reverse=True))
_PERCENT = re.compile(
    r"\s?(?:%|‰|percent|per cent|per-cent|pct|prozent\w*|v\.\s?h\.|por ciento|por cien|pour cent|pourcent"
    r"|basis points|basispunkte|bps)"
)


def _codes(reading: Reading) -> str:
    known = {invoice.currency for invoice in reading.facts.invoices} | {
        each.currency for each in reading.facts.total_open
    }
    return "|".join(sorted(known | set(_CODES)))


def find_amounts(reading: Reading) -> None:
    """Finds digits and words with a currency, before it or after."""
    folded, clean = reading.text.folded, reading.text.clean
    codes = _codes(reading).lower()
    before = rf"(?:(?P<b_code>{codes})(?![a-z])|(?P<b_sign>{_SIGN})|(?P<b_name>{_NAME})\b)"
    after = rf"(?:(?P<a_code>{codes})(?![a-z])|(?P<a_sign>{_SIGN})(?![a-z])|(?P<a_name>{_NAME})(?!\w))"
    dash = r"(?:[.,]\s?(?:-{1,2}|–|—)|\.-)"
    number = rf"(?P<number>{NUMERAL})(?P<dash>{dash})?(?:\s?(?P<scale>{_SCALE})(?![a-z]))?"
    pattern = re.compile(
        rf"(?<![\w])(?P<minus>[-−–+]\s?)?(?:{before}\s{{0,2}}(?P<minus2>[-−]\s?)?)?"
        rf"(?<![\d])(?<!\d[.,]){number}(?:\s{{0,2}}(?:de )?{after})?"
    )
    place = 0
    while match := pattern.search(folded, place):
        is_free = reading.free(match.start("number"), match.end("number"))
        place = match.end() if is_free else match.end("number")
        currencies = _currencies(match)
        if currencies is None or not is_free:
            continue
        values = readings(clean[match.start("number") : match.end("number")])
        scale = match.group("scale")
        if scale:
            values = frozenset(value * _SCALES[scale] for value in values)
        start = match.start("b_code") if match.group("b_code") else match.start("number")
        for group in ("b_sign", "b_name"):
            if match.group(group):
                start = match.start(group)
        end = match.end()
        negative = bool((match.group("minus") or "").strip() in ("-", "−")) and not _joins(clean, match.start())
        negative = negative or bool(match.group("minus2"))
        if match.group("minus") and negative:
            start = match.start()
        cents = re.compile(rf"\s(?:(?:and|und|y|con|et)\s)?(\d{{1,2}})(?:\s(?:{_CENTS})(?!\w))?").match(folded, end)
        if cents and cents.group().rstrip().endswith(tuple("0123456789")) and not match.group("a_name"):
            cents = None
        if cents and (match.group("a_name") or match.group("a_sign")) and re.search(_CENTS, cents.group()):
            values = frozenset(value + Decimal(cents.group(1)) / 100 for value in values)
            end = cents.end()
        reading.add(
            Mention(kind="amount", start=start, end=end, values=values, currencies=currencies, negative=negative)
        )
    _in_words(reading, codes)


def _joins(clean: str, at: int) -> bool:
    """Whether a hyphen here only joins: "INV-1 - 500.00", "Total - 500.00"."""
    return clean[at : at + 2] in ("- ", "– ") or (at > 0 and clean[at - 1].isalnum())


def _currencies(match: re.Match[str]) -> frozenset[str] | None:
    """The currencies that stand beside a number; where both sides have one, what both can be."""
    found: list[frozenset[str]] = []
    for side in "ba":
        if code := match.group(f"{side}_code"):
            found.append(frozenset((code.upper(),)))
        if sign := match.group(f"{side}_sign"):
            found.append(_SIGNS[sign])
        if name := match.group(f"{side}_name"):
            found.append(named(name))
    if not found:
        return None
    return found[0] & found[1] if len(found) > 1 else found[0]


def named(name: str) -> frozenset[str]:
    """The currencies that a word can mean."""
    return next((codes for words, codes in _NAMES.items() if re.fullmatch(words, name)), frozenset())


def _in_words(reading: Reading, codes: str) -> None:
    folded = reading.text.folded
    after = re.compile(
        rf"[ \n-]{{1,2}}(?:de |d')?(?:(?P<sign>{_SIGN})|(?P<name>{_NAME})(?!\w)|(?P<code>{codes})(?![a-z]))"
    )
    for start, end, value in in_words(folded, reading.words.language):
        if not reading.free(start, end):
            continue
        match = after.match(folded, end)
        if not match:
            continue
        currencies = (
            _SIGNS[match.group("sign")]
            if match.group("sign")
            else named(match.group("name"))
            if match.group("name")
            else frozenset((match.group("code").upper(),))
        )
        stop = match.end()
        cents = re.compile(rf"[ ](?:(?:and|und|y|con|et)[ ])?([\w-]+(?: [\w-]+){{0,2}}?)[ ](?:{_CENTS})(?!\w)").match(
            folded, stop
        )
        if cents:
            word = cents.group(1)
            more = in_words(word, reading.words.language)
            if word.isdigit():
                value, stop = value + Decimal(word) / 100, cents.end()
            elif len(more) == 1 and more[0][:2] == (0, len(word)):
                value, stop = value + more[0][2] / 100, cents.end()
        elif match.group("name"):
            bare = re.compile(r" (?:con|y|et|und)? ?").match(folded, stop)
            rest = [each for each in in_words(folded[stop:], reading.words.language)[:1] if each[0] in (1, 3, 4, 5)]
            if (
                bare
                and rest
                and bare.end() - stop == rest[0][0]
                and rest[0][2] < 100
                and folded[stop + rest[0][0] :][:3] != "un "
            ):
                value, stop = value + rest[0][2] / 100, stop + rest[0][1]
        reading.add(Mention(kind="amount", start=start, end=stop, values=frozenset((value,)), currencies=currencies))


def find_percentages(reading: Reading) -> None:
    """Finds percentages, in digits or words."""
    folded, clean = reading.text.folded, reading.text.clean
    for match in re.finditer(rf"(?<![\w])(?<!\d[.,])({NUMERAL})(?=\s?\S)", folded):
        unit = _PERCENT.match(folded, match.end(1))
        if unit and reading.free(*match.span(1)):
            reading.add(
                Mention(
                    kind="percent",
                    start=match.start(),
                    end=unit.end(),
                    values=readings(clean[match.start() : match.end(1)]),
                )
            )
    for match in re.finditer(rf"%\s?({NUMERAL})", folded):
        if reading.free(*match.span()):
            reading.add(Mention(kind="percent", start=match.start(), end=match.end(), values=readings(match.group(1))))
    for start, end, value in in_words(folded, reading.words.language):
        unit = _PERCENT.match(folded, end)
        if unit and reading.free(start, end):
            reading.add(Mention(kind="percent", start=start, end=unit.end(), values=frozenset((value,))))


def find_counts(reading: Reading) -> None:
    """Finds how many invoices the text speaks of."""
    folded = reading.text.folded
    words = reading.words
    nouns = rf"(?:{words.cues['before_counted'].pattern}[ ,\n]{{1,2}}){{0,3}}{words.cues['counted'].pattern}"
    noun = re.compile(rf"[ \n]{{1,2}}{nouns}")
    spots = [
        (*match.span(), Decimal(match.group()))
        for match in re.finditer(r"(?<![\w.,\-/])\d{1,3}(?![\w,\-/]|\.\d)", folded)
    ]
    spots += in_words(folded, words.language)
    for start, end, value in spots:
        match = noun.match(folded, end)
        if not match or not reading.free(start, end):
            continue
        if folded[start:end] in ARTICLES and not folded[start:end].startswith("beide"):
            continue
        # "invoice no. 12" is none, and "the two invoices" are.
        reading.add(Mention(kind="count", start=start, end=match.end(), values=frozenset((value,))))
    rest = words.cues["rest_of"].pattern
    for start, end, value in in_words(folded, words.language):
        more = re.compile(rf" {rest}{_STANDS_ALONE}").match(folded, end)
        led = re.compile(rf"{rest} $").search(folded[:start]) and re.compile(_STANDS_ALONE).match(folded, end)
        if value > 1 and (more or led) and reading.free(start, end):
            reading.add(Mention(kind="count", start=start, end=more.end() if more else end, values=frozenset((value,))))
    for start, end, value in in_words(folded, words.language):
        if reading.free(start, end) and words.cues["every"].search(folded[max(0, start - 12) : start].rstrip() + "\n"):
            reading.add(Mention(kind="count", start=start, end=end, values=frozenset((value,))))
    for match in re.finditer(
        rf"{words.cues['all_counted'].pattern}[ \n](?:\w+[ \n]){{0,3}}?{words.cues['counted'].pattern}", folded
    ):
        if reading.free(*match.span()):
            reading.add(Mention(kind="count", start=match.start(), end=match.end(), values=frozenset((Decimal(2),))))


_STANDS_ALONE = (
    r"(?=[,.;:]|\s(?:sind|waren|haben|stehen|bleiben|are|were|have|remain|sont|ont|restent|etaient|son|estan|siguen)\b)"
)


def find_ordinals(reading: Reading) -> None:
    """Refuses "the third invoice" where there are two."""
    words, folded = reading.words, reading.text.folded
    ordinals = dict(each.rsplit(":", 1) for each in words.lists["ordinals"])
    names = "|".join(sorted(map(re.escape, ordinals), key=len, reverse=True))
    for match in re.finditer(rf"(?<!\w)({names})[ \n]{words.cues['counted'].pattern}", folded):
        if int(ordinals[match[1]]) > len(reading.facts.invoices):
            reading.refuse(*match.span(), "number", "the facts have fewer invoices")


def find_bare(reading: Reading) -> None:
    """Finds what is left in digits: amounts of tables, and what nobody knows."""
    clean = reading.text.clean
    for match in re.finditer(
        rf"(?<![\w])(?<!\d[.,])(?P<minus>[-−])?(?P<number>{NUMERAL})(?:,-|\.-|,–|\.–)?(?![\w])", clean
    ):
        start, end = match.span()
        if reading.free(start, end):
            reading.add(
                Mention(
                    kind="bare",
                    start=start,
                    end=end,
                    values=readings(match.group("number")),
                    negative=bool(match.group("minus")),
                )
            )


def find_currencies(reading: Reading) -> None:
    """Finds currencies that stand alone, as in a column of a table or "payable in euros"."""
    clean, folded = reading.text.clean, reading.text.folded
    for match in re.finditer(rf"(?<!\w)(?:{_codes(reading)})(?!\w)", clean):
        if reading.free(*match.span()):
            reading.add(
                Mention(kind="currency", start=match.start(), end=match.end(), currencies=frozenset((match.group(),)))
            )
    for match in re.finditer(rf"(?<!\w)(?:{_NAME})(?!\w)|€|£|\$|₿", folded):
        if match.group() in _WORDS_TOO:
            continue
        if reading.free(*match.span()):
            found = _SIGNS.get(match.group()) or named(match.group())
            reading.add(Mention(kind="currency", start=match.start(), end=match.end(), currencies=found))
