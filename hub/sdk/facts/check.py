"""Whether a text states nothing but the facts."""

import re
from collections.abc import Iterator

from hub.sdk.facts.addresses import find_addresses, find_other_banks
from hub.sdk.facts.claims import find_claims, find_residue
from hub.sdk.facts.days import find_dates, find_durations, find_relative
from hub.sdk.facts.figures import find_amounts, find_bare, find_counts, find_currencies, find_ordinals, find_percentages
from hub.sdk.facts.folding import fold, foreign
from hub.sdk.facts.layout import cut
from hub.sdk.facts.lexicon import LANGUAGES, lexicon
from hub.sdk.facts.mentions import Reading
from hub.sdk.facts.names import Names, find_names
from hub.sdk.facts.pairing import Pairing
from hub.sdk.facts.references import find_invoices
from hub.sdk.facts.sheet import FactSheet
from hub.sdk.facts.speech import find_other_languages, language_told
from hub.sdk.facts.statements import find_statements
from hub.sdk.facts.verdict import Refusal, Verdict

MOST = 20_000
"""Characters that are read; a longer text is refused."""
_CODED = re.compile(r"(?<![\w&])[\w&]+(?:[\-/._][\w&]+)*")
_COUNTER = re.compile(r"^\s*\(?\d{1,2}[.)](?=\s)", re.MULTILINE)
_COUNTER_WITHIN = re.compile(r"(?:(?<=[:;,] )|(?<=\w )(?=\())\(?(\d)[.)](?=\s)")
_HARMLESS_CODES = frozenset(("b2b",))


def check(
    facts: FactSheet, text: str, *, language: str | None = None, subject: str = "", replying: bool = False
) -> Verdict:
    """Everything in a plain text, and its subject, that the facts do not bear out; nothing is corrected.

    `language` is BCP 47; told from the text where None. Texts in other languages than en, de, es and fr are refused as
    a whole, since nobody reads them here. Essentials that are missing are no matter of this check. A text that is
    `replying` to what the customer wrote about an invoice may speak of that.
    """
    told = (language or "").lower().replace("_", "-").partition("-")[0] or language_told(
        _without_names(facts, f"{subject}\n{text}")
    )
    if told not in LANGUAGES:
        reason = "the text is in none of the languages that can be checked"
        whole = Refusal(start=0, end=len(text), span=text, code="language", reason=reason)
        return Verdict(refusals=(whole,), language=told)
    refusals = [
        *(_read(facts, subject, told, in_subject=True, replying=replying) if subject.strip() else ()),
        *_read(facts, text, told, in_subject=False, replying=replying),
    ]
    return Verdict(refusals=tuple(refusals), language=told)


def _without_names(facts: FactSheet, text: str) -> str:
    """The text without the facts' names and numbers, which are in any language; as it is where nothing else is left."""
    names = [facts.customer.name, facts.customer.contact, facts.sender.company, facts.sender.name]
    names += [invoice.number for invoice in facts.invoices]
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text)
    return text


def _read(facts: FactSheet, text: str, language: str, *, in_subject: bool, replying: bool) -> list[Refusal]:
    folded = fold(text[:MOST])
    size = len(folded.clean)
    reading = Reading(
        text=folded,
        facts=facts,
        words=lexicon(language),
        taken=bytearray(size + 1),
        masked=bytearray(size + 1),
        source=text,
        in_subject=in_subject,
    )
    for start, end, what in folded.hidden:
        reading.refusals.append(
            Refusal(
                start=start,
                end=end,
                span=text[start:end],
                code="characters",
                reason=f"this is {what}",
                in_subject=in_subject,
            )
        )
    if len(text) > MOST:
        reading.refusals.append(
            Refusal(
                start=MOST,
                end=len(text),
                span=text[MOST:],
                code="characters",
                reason=f"a text has at most {MOST} characters",
                in_subject=in_subject,
            )
        )
    find_addresses(reading)
    find_names(reading)
    find_invoices(reading)
    find_other_banks(reading)
    for start, end in foreign(folded.clean):
        if reading.free(start, end):
            reading.refuse(start, end, "characters", "these letters are of another script")
    find_residue(reading)
    find_dates(reading)
    find_amounts(reading)
    find_percentages(reading)
    find_durations(reading)
    find_relative(reading)
    find_counts(reading)
    find_ordinals(reading)
    for start, end in _counters(folded.clean):
        if reading.free(start, end):
            reading.take(start, end)
    _codes(reading)
    find_bare(reading)
    find_currencies(reading)
    units = cut(folded.clean, folded.folded, reading.taken)
    Pairing(reading, units).judge()
    find_claims(reading, reading.words.claims, replying=replying)
    if not replying:
        find_statements(reading)
    Names(reading).judge()
    find_other_languages(reading, units)
    _leftovers(reading)
    return _merged(reading.refusals)


def _counters(text: str) -> Iterator[tuple[int, int]]:
    """What counts the points of a list: at the start of lines, and from 1 on within a sentence."""
    for match in _COUNTER.finditer(text):
        yield match.span()
    within = list(_COUNTER_WITHIN.finditer(text))
    if len(within) > 1 and [int(match[1]) for match in within] == list(range(1, len(within) + 1)):
        for match in within:
            yield match.span()


def _codes(reading: Reading) -> None:
    """Letters and digits together are a reference, and the facts have no others than invoice numbers."""
    for match in _CODED.finditer(reading.text.clean):
        start, end = match.span()
        if not reading.free(start, end):
            continue
        found = match.group()
        if not any(char.isdigit() for char in found) or not any(char.isalpha() for char in found):
            continue
        if found.lower() in _HARMLESS_CODES or re.fullmatch(r"[\d.,' /–-]+", found):
            continue
        reading.refuse(start, end, "reference", "the facts have no such number")


def _leftovers(reading: Reading) -> None:
    """No digit goes unread."""
    for match in re.finditer(r"\d[\d.,/ \-]*\d|\d", reading.text.clean):
        for digit in range(match.start(), match.end()):
            if reading.text.clean[digit].isdigit() and not reading.taken[digit]:
                reading.refuse(match.start(), match.end(), "number", "no fact has this figure")
                break


def _merged(refusals: list[Refusal]) -> list[Refusal]:
    """In the text's order, each place and code once; what lies within another of its code is left out."""
    kept: list[Refusal] = []
    for each in sorted(refusals, key=lambda each: (each.start, -each.end)):
        if any(other.start <= each.start and each.end <= other.end and other.code == each.code for other in kept):
            continue
        kept.append(each)
    return kept
