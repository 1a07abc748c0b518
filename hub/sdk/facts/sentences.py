"""What else the sentence says in which something stands."""

import re

from hub.sdk.facts.mentions import Reading

_END = re.compile(r"[.!?](?=\s)|\n\s*\n")


def bounds(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence begins and ends that holds a part of a text."""
    first = max((match.end() for match in _END.finditer(text, 0, start)), default=0)
    stop = _END.search(text, end)
    return first, stop.start() if stop else len(text)


def sentence_at(text: str, start: int, end: int) -> str:
    """The sentence that holds a part of a text."""
    first, last = bounds(text, start, end)
    return text[first:last]


def speaks_of_what_is_allowed(reading: Reading, sentence: str) -> bool:
    """Whether a sentence is about the late fee, the interest or the discount that the facts allow."""
    allowed = reading.facts.allowed
    return any(
        figure is not None and reading.words.cues[cue].search(sentence) is not None
        for figure, cue in (
            (allowed.late_fee, "fee"),
            (allowed.interest_rate, "interest"),
            (allowed.discount, "discount"),
        )
    )


def names_a_part_paid(reading: Reading, start: int, end: int) -> bool:
    """Whether the sentence names what has been paid of an invoice: its total less what is open."""
    first, last = bounds(reading.text.folded, start, end)
    paid = {invoice.total - invoice.open for invoice in reading.facts.invoices if invoice.total != invoice.open}
    return any(first <= each.start < last and each.values & paid for each in reading.of_kind("amount"))
