"""An invoice that is said to be paid, and is not."""

import re
from collections.abc import Iterable

from hub.sdk.facts.layout import Unit
from hub.sdk.facts.mentions import Reading
from hub.sdk.facts.sentences import bounds

_IS = (
    r"(?:is|are|was|were|has been|have been|ist|sind|wurden?|est|sont|a (?:\w+ ){0,2}ete|ont (?:\w+ ){0,2}ete"
    r"|ha sido|han sido|esta|estan|fue|fueron)"
)
_PAID = (
    r"(?:paid|settled|cleared|bezahlt|beglichen|ausgeglichen|gezahlt|getilgt|(?:regle|paye|solde|acquitte)(?:e|s|es)?"
    r"|pagad[oa]s?|abonad[oa]s?|liquidad[oa]s?|saldad[oa]s?)"
)
_SAYS = re.compile(rf"(?P<before>[^,;:!?\n]{{0,60}}?)\b{_IS}\s(?P<between>(?:\w+\s){{0,4}}?){_PAID}(?!\w)")
_BUT = re.compile(
    r"\b(?:not|never|no|nicht|nie|kein\w*|pas|jamais|non|sin|nunca|to|be|still|partly|partially|part|half|teilweise|teils|teil|halfte"
    r"|partiellement|partie|moitie|parcialmente|parte|mitad|nur|only|que|solo|erst|if|until|wenn|sobald)\b"
)
_SUPPOSED = re.compile(
    r"\b(?:until|before|once|after|whether|unless|bis|bevor|ehe|nachdem|ob|wann|damit|jusqu'a"
    r"|avant que|apres que|pour que|quand|hasta|antes de que|cuando|para que|when|that"
    r"|dass|que|neither|none|weder|ni|keine\w*|aucune?|ningun\w*)\b"
)
_IN_PART = re.compile(
    r"\s(?:\w+\s){0,2}?(?:qu')?(?:in part|partly|partially|only|teilweise|zum teil|en partie|partiellement|en parte"
    r"|parcialmente|que|nur|a hauteur|mit|bis auf|up to|except|\d)"
)


def judge_paid(reading: Reading, unit: Unit, named: Iterable[tuple[int, int, tuple[int, ...]]]) -> None:
    """Refuses "INV-1 has been paid" of what is open; not what is asked, supposed, denied or said of a part."""
    folded, cues = reading.text.folded, reading.words.cues
    text = folded[unit.start : unit.end]
    if text.rstrip().endswith("?") or cues["conditional"].search(text) or cues["supposing"].search(text):
        return
    for start, end, indices in named:
        if all(reading.facts.invoices[index].open == 0 for index in indices):
            continue
        says = _SAYS.match(folded, end, unit.end)
        if not says or _SUPPOSED.search(folded, bounds(folded, start, end)[0], start):
            continue
        said = folded[end : says.end()]
        if _BUT.search(said) or _IN_PART.match(folded, says.end()) or any(reading.masked[end : says.end()]):
            continue
        first = says.start("between")
        if reading.free(first, says.end()):
            reading.refuse(first, says.end(), "status", "the invoice is not paid")
