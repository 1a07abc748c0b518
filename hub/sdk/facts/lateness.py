"""Whether a clause says that something is overdue, or not yet due."""

import re
from collections.abc import Iterable

from hub.sdk.facts.layout import Unit
from hub.sdk.facts.mentions import Mention, Reading
from hub.sdk.facts.sheet import FactInvoice

_DENIED = re.compile(
    r"\b(?:not|nicht|kein\w*|no|non|pas|ni|aucune?|nog?|sin)\s(?:yet\s|encore\s|todavia\s|aun\s)?(?:\w+\s){0,1}$"
)

_CLAUSE = re.compile(
    r"[\n;–—]|,\s(?:so|thus|hence|sodass|so dass|weshalb|daher|also"
    r"|por lo que|asi que|de modo que|donc|si bien que|de sorte que)\s"
)


def lateness(reading: Reading, text: str, *, days_near: bool = False) -> str:
    """ "late", "early", or nothing told, by the words of a folded clause.

    "Due" alone says late only where no day stands near: "due on 20 May" may be to come.
    """
    cues = reading.words.cues
    if cues["conditional"].search(text):
        return ""
    told = set()
    for match in cues["late"].finditer(text):
        told.add("early" if _DENIED.search(text[: match.start()]) else "late")
    for match in cues["due_now"].finditer(text):
        if _DENIED.search(text[: match.start()]):
            told.add("early")
        elif not days_near and not cues["to_come"].search(text):
            told.add("late")
    return told.pop() if len(told) == 1 else ""


def lateness_beside(reading: Reading, unit: Unit, near: str, after: str, far: str, days: Iterable[Mention]) -> str:
    """What is said of a figure: by the words beside it, else by those farther before it."""
    days_near = any(unit.start <= each.start < unit.end for each in days)
    said = lateness(reading, after, days_near=days_near) or lateness(reading, near, days_near=days_near)
    if said or reading.words.cues["open"].search(f"{near} {after}"):
        return said
    return lateness(reading, _CLAUSE.split(far)[-1], days_near=days_near)


def judge_lists(reading: Reading, unit: Unit, named: Iterable[tuple[int, int, tuple[int, ...]]]) -> None:
    """Refuses "INV-1 and INV-2 are overdue" where one of them is not."""
    named = list(named)
    for start, end, indices in named:
        later = min((each[0] for each in named if each[0] >= end), default=unit.end)
        clause = re.split(r"[;:.!?()–—]|,\s", reading.text.folded[end:later])[0]
        days = any(end <= each.start < end + len(clause) for each in reading.of_kind("date", "when", "duration"))
        said = lateness(reading, clause, days_near=days)
        if len(indices) > 1 and not all(is_so(said, reading.facts.invoices[index]) for index in indices):
            reading.refuse(start, end, "status", "not all of these invoices are so")


def is_so(said: str, invoice: FactInvoice) -> bool:
    """Whether an invoice is as late, or early, as is said."""
    if said == "late":
        return invoice.days_overdue >= 0
    return said != "early" or invoice.days_overdue <= 0
