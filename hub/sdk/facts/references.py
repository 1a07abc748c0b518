"""Invoice numbers: whole, or the end of one where it can be no other's; other references are refused."""

import re
from itertools import pairwise

from hub.sdk.facts.mentions import Mention, Reading

_CHUNK = re.compile(r"[^\W_]+")
_CURRENCY_NEAR = re.compile(r"\s?(?:[€$£¥%]|eur\b|usd\b|gbp\b|chf\b|euro|dollar|,-)")
_RANGE = re.compile(r"\s?(?:-|–|—|to|through|bis|a|hasta|à|au)\s?")


def find_invoices(reading: Reading) -> None:
    """Finds the facts' invoice numbers, however they are spaced."""
    clean = reading.text.clean
    numbers = sorted(enumerate(reading.facts.invoices), key=lambda each: len(each[1].number), reverse=True)
    for index, invoice in numbers:
        for match in _whole(invoice.number).finditer(clean):
            if not reading.free(*match.span()):
                continue
            if invoice.number.isdigit() and _is_amount(reading, match.start(), match.end(), invoice.number):
                continue
            same = tuple(at for at, each in numbers if each.number.casefold() == invoice.number.casefold())
            reading.add(Mention(kind="invoice", start=match.start(), end=match.end(), invoices=same or (index,)))
    _ends(reading)
    _ranges(reading)


def _whole(number: str) -> re.Pattern[str]:
    chunks = _CHUNK.findall(number)
    flexible = r"[ \-–/._#]{0,3}".join(map(re.escape, chunks)) if len(chunks) > 1 else re.escape(number)
    exact = re.escape(number)
    return re.compile(rf"(?<!\w)(?<!\w[\-/])(?:{exact}|{flexible})(?!\w|[\-/.]\w|,\d)", re.IGNORECASE)


def _is_amount(reading: Reading, start: int, end: int, number: str) -> bool:
    """Whether digits that are an invoice's number stand for something else here."""
    folded = reading.text.folded
    if len(number) > 3 and re.match(r"\s?(?:[€$£¥]|[a-z]{3})\s?\d", folded[end:]):
        return False  # "50024 EUR 999.99"
    if _CURRENCY_NEAR.match(folded, end) or re.search(
        r"(?:[€$£¥]|eur|usd|gbp|chf) ?$", folded[max(0, start - 5) : start]
    ):
        return True
    before = folded[max(0, start - 30) : start]
    if reading.words.cues["invoice"].search(before) or re.search(r"#\s?$|[,;(|]\s?$|^\s*$", before):
        return False
    return len(number) < 4


def _ends(reading: Reading) -> None:
    """Takes digits that end one number only, beside the word invoice or another number."""
    clean, folded = reading.text.clean, reading.text.folded
    ends: dict[str, set[int]] = {}
    for index, invoice in enumerate(reading.facts.invoices):
        tail = re.search(r"\d+$", invoice.number)
        if tail and len(tail.group()) >= 3 and tail.group() != invoice.number:
            for digits in {tail.group(), tail.group().lstrip("0")}:
                if len(digits) >= 3:
                    ends.setdefault(digits, set()).add(index)
    for match in re.finditer(r"(?<![\w])(?<![\w][\-/.,])#?(\d{3,})(?!\w|[\-/.,]\w)", clean):
        start, end = match.span(1)
        which = ends.get(match.group(1))
        if not which or len(which) > 1 or not reading.free(start, end) or _CURRENCY_NEAR.match(folded, end):
            continue
        before = folded[max(0, start - 25) : start]
        near = any(0 <= start - each.end <= 7 for each in reading.of_kind("invoice"))
        if near or match.group().startswith("#") or reading.words.cues["invoice"].search(before):
            reading.add(Mention(kind="invoice", start=start, end=end, invoices=tuple(which)))


def _ranges(reading: Reading) -> None:
    """From one number to another is all between: refused where the facts do not have them."""
    found = list(reading.of_kind("invoice"))
    for first, second in pairwise(found):
        if not _RANGE.fullmatch(reading.text.folded[first.end : second.start]):
            continue
        one, other = (reading.facts.invoices[each.invoices[0]].number for each in (first, second))
        low, high = re.search(r"\d+$", one), re.search(r"\d+$", other)
        if not low or not high or one[: low.start()] != other[: high.start()]:
            continue
        known = {invoice.number for invoice in reading.facts.invoices}
        many = range(int(low.group()), int(high.group()) + 1)
        if len(many) > 1000 or any(f"{one[: low.start()]}{n:0{len(low.group())}}" not in known for n in many):
            reading.refuse(first.start, second.end, "reference", "not all invoices of this range are in the facts")
