"""What a figure is called, told by the words beside it."""

import re

from hub.sdk.facts.layout import Unit
from hub.sdk.facts.mentions import Mention, Reading

_BREAKS = re.compile(r"[;()–—]|,(?=\s)|\s-\s")
_JOINS = re.compile(r"(?<!\w)(?:and|but|while|whereas|und|aber|wahrend|(?<!il )y|pero|mientras|et|mais|tandis que)\s")
"""Between two figures a new clause begins after these."""

_OF_THE_ACCOUNT = re.compile(r"\b(?:total|balance|sum) $")
_MISSING_OF = re.compile(
    r"\b(?:fehlen|fehlt|stehen|steht|sind|bleiben|faltan|quedan|restan|manquent|restent)\s(?:\w+\s)?"
    r"(?:von|de|sur)\s(?:(?:den|los|les)\s)?$"
)
_LESS = re.compile(r"[\s,]*(?:[-−–]|less|minus|menos|abzuglich|moins)\s*")


def _last(pattern: re.Pattern[str], text: str) -> tuple[int, int] | None:
    """End and length of the match nearest to the end of a text."""
    found = None
    for match in pattern.finditer(text):
        found = match.end(), match.end() - match.start()
    return found


def windows(reading: Reading, unit: Unit, mention: Mention, others: list[Mention]) -> tuple[str, str, str]:
    """The words beside a mention: before it in its clause, after it in its clause, and farther before it."""
    folded = reading.text.folded
    before = max([unit.start, *(each.end for each in others if each.end <= mention.start)])
    after = min([unit.end, *(each.start for each in others if each.start >= mention.end)])
    left, right = folded[before : mention.start], folded[mention.end : after]
    if unit.kind == "row":
        left = re.sub(r"^.*\d[^|]*\|", "", left, flags=re.DOTALL)  # a cell with a day of its own calls no other
    bare = left.rstrip().removesuffix("(").rstrip() + " "
    cut = max((match.end() for match in _BREAKS.finditer(bare)), default=0)
    breaks = rf"{_BREAKS.pattern}|[.!?](?=\s)|{reading.words.cues['break'].pattern}"
    stop = re.search(breaks, right)
    if len(left) < mention.start - unit.start:
        cut = max(cut, max((match.end() for match in _JOINS.finditer(left)), default=0))
    # Words between two figures belong to the later one, unless a clause ends between them.
    if stop:
        right = right[: stop.start()]
    elif after < unit.end:
        right = ""
    return left[cut:], right[:40], left


def amount_cue(reading: Reading, unit: Unit, mention: Mention, others: list[Mention]) -> str:
    """What an amount is called: open, total, paid, or nothing told."""
    column = unit.cell_of(mention.start)
    names = ("open", "total", "paid")
    if column is not None:
        return _nearest(reading, column, names) or ""
    near, after, far = windows(reading, unit, mention, others)
    cues = reading.words.cues
    follows = any(each.end <= mention.start for each in others)
    own = re.search(r"(\w+) (?:von|de|of|del)$", near.rstrip())
    if follows and own and cues["remainder"].fullmatch(own[1]):
        return "open"  # "300.00 leave a balance of 500.00"
    if follows and own and cues["whole"].fullmatch(own[1]) and not cues["of"].fullmatch(near.strip()):
        return ""  # "with the 300.00 of the other a total of 800.00"
    if (
        follows
        and not re.search(r"\b(?:et|and|und|y|e) \w+ *$", far)
        and (near == far or cues["of"].fullmatch(near.strip()))
        and (part := cues["of"].search(near.rstrip()))
        and part.end() == len(near.rstrip())
        and not cues["paid"].search(near)
    ):
        return "total"  # "500.00 of 800.00"
    if _MISSING_OF.search(near) and any(each.start >= mention.end for each in others):
        return "total"  # "of 800.00 there are 500.00 missing"
    earlier = max((each.end for each in others if each.end <= mention.start), default=-1)
    if earlier >= unit.start and _LESS.fullmatch(reading.text.folded[earlier : mention.start]):
        return "paid"  # "800.00 - 300.00 = 500.00"
    if (thanked := _last(cues["thanked"], near)) and thanked[0] == len(near.rstrip()):
        return "paid"  # "thank you for the 500.00"
    later = min((each.start for each in others if each.start >= mention.end), default=unit.end)
    between = reading.text.folded[mention.end : later].rstrip()
    if (
        later < unit.end
        and not _BREAKS.search(between)
        and (part := cues["of"].search(between))
        and part.end() == len(between)
    ):
        after = between[: part.start()]
    if cues["partly"].search(near) and _nearest(reading, after, names, first=True) == "open":
        return "open"  # "partly paid: 500.00 is still due"
    if far.rstrip().endswith("(") and cues["paid"].match(after.lstrip()):
        return "paid"  # "due 3 May (500.00 received)"
    for text in (near, after, far):
        if cue := _nearest(reading, text, names, first=text is after):
            return cue
        if text is after and cues["whole"].fullmatch(near.strip()) and left_open(far, near):
            return ""  # "500.00 are open (the whole amount 800.00)"
    return ""


_AFTER = re.compile(
    r"\b(?:after|following|despite|thanks for|thank you for|minus|less|nach|trotz|dank|abzuglich"
    r"|tras|con|gracias por|apres|malgre)"
    r"\s(?:(?:your|the|this|ihrer|deiner|eurer|der|su|tu|vuestro|el|la|votre|ton|le)\s)?(?:\w+\s)?$"
)
_PAYMENT = re.compile(r"[\s-](?:part[\s-]|partial\s)?(?:payment|instalment|transfer|zahlung|teilzahlung|uberweisung)\b")


def paid_beside(near: str, after: str) -> bool:
    """Whether an amount is called a payment by the words right beside it: "after your 300.00 payment"."""
    return _AFTER.search(near) is not None and _PAYMENT.match(after) is not None


def left_open(far: str, near: str) -> bool:
    """Whether the words nearest to a figure stand in brackets with it."""
    return far.removesuffix(near).endswith("(")


def _nearest(reading: Reading, text: str, names: tuple[str, ...], *, first: bool = False) -> str | None:
    cues = reading.words.cues
    found: list[tuple[int, int, str]] = []
    for name in names:
        for match in cues[name].finditer(text):
            following = text[match.end() : match.end() + 20]
            if name == "open" and re.match(rf"[ \-]?{cues['counted'].pattern}", following.lstrip()):
                continue  # "open invoices" says nothing about the figure
            if name == "paid" and _OF_THE_ACCOUNT.search(text[: match.start()]):
                continue  # "grand total on account"
            if match.group() == "du" and re.match(r"\s(?!(?:de|est|au|a|s|pour|sur|par|le|depuis)\b)\w", following):
                continue  # "facture du 2 mars" is no "montant dû"
            if (
                name == "open"
                and cues["due"].fullmatch(match.group())
                and (first or re.match(r"\s(?:date|on|since|by)\b", following))
            ):
                continue
            if in_part(reading, text, match) if name == "paid" else _is_within(match, cues["partly"], text):
                continue  # "800.00 has only been paid in part"
            said = "open" if name == "paid" and _is_denied(text, match) else name
            found.append((match.start() if first else match.end(), match.end() - match.start(), said))
    if not found:
        return None
    return min(found, key=lambda each: (each[0], -each[1]))[2] if first else max(found)[2]


_NOTHING = r"(?:nichts|nicht|kein\w*|rien|aucun\w*|pas|not|no|nothing|never|ningun\w*|nada|ohne|sans|sin|without)"

_ASKED = (
    r"(?:to be|await\w*|expect\w*|request\w*|forward to|ask(?:ing)? for|missing|fehl(?:t|en)|vermiss\w*|erwart\w*"
    r"|bitten um|attend\w*"
    r"|demand\w*|sollicit\w*|manqu\w*|esperamos|espero|rogamos|ruego|solicit\w*|pedimos|falta\w*)"
)


def is_denial(text: str) -> bool:
    """Whether words deny: "not fully"."""
    return re.search(rf"\b{_NOTHING}\b|n't\b", text) is not None


def _is_denied(text: str, match: re.Match[str]) -> bool:
    """Whether it is said that nothing was paid, or is to be."""
    if re.match(r"(?:nach|trotz|unter|abzuglich|after|apres|malgre|tras)\b", match.group()):
        return False
    before = re.search(
        rf"\b(?:{_NOTHING}|{_ASKED})\s(?:(?!(?:nach|trotz|after|apres|malgre|tras)\b)\w+\s){{0,3}}$",
        text[: match.start()],
    )
    return before is not None or re.match(rf"\s{_NOTHING}\b(?! que)", text[match.end() :]) is not None


def _is_within(match: re.Match[str], wider: re.Pattern[str], text: str) -> bool:
    return any(each.start() < match.end() and match.start() < each.end() for each in wider.finditer(text))


def in_part(reading: Reading, text: str, match: re.Match[str]) -> re.Match[str] | None:
    """The words that say that a part was paid, without saying which: what stands right after is what was paid."""
    for part in reading.words.cues["partly"].finditer(text):
        between = text[min(part.end(), match.end()) : max(part.start(), match.start())]
        rest = text[max(part.end(), match.end()) :]
        if (
            len(between.split()) < 3
            and ":" not in between
            and not _BREAKS.search(between)
            and not re.fullmatch(r"\s*[:(]\s*", rest)
        ):
            return part
    return None


def date_cue(reading: Reading, unit: Unit, mention: Mention, others: list[Mention]) -> str:
    """What a day is called: due, issued, as_of, deadline, or nothing told."""
    column = unit.cell_of(mention.start)
    if column is not None:
        return _date_name(reading, column) or ""
    near, after, far = windows(reading, unit, mention, others)
    later = any(each.start >= mention.end for each in others)
    follows = "" if later else after
    weak = _last(reading.words.cues["issued_weak"], near)
    is_weak = weak is not None and len(near) - weak[0] <= 6
    if mention.rule == "span" and is_weak and not _date_name(reading, near):
        return "issued_weak"  # "the invoice from May"
    for text, is_after in ((near, False), (follows[:12], True), (far[-70:], False), (follows, True)):
        if cue := _date_name(reading, text, first=is_after):
            return cue
    return "issued_weak" if is_weak else ""


def _date_name(reading: Reading, text: str, *, first: bool = False) -> str | None:
    cues = reading.words.cues
    found = []
    for name in ("due", "issued", "as_of", "deadline"):
        for match in cues[name].finditer(text):
            found.append((-match.start() if first else match.end(), match.end() - match.start(), name))
    if found:
        names = {each[2] for each in found}
        if "deadline" in names and "due" in names:
            return "due"
        return max(found)[2]
    return None


def has(reading: Reading, name: str, text: str) -> bool:
    """Whether one of these cues stands in a folded text."""
    return reading.words.cues[name].search(text) is not None
