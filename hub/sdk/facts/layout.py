"""The text cut into what belongs together: sentences, list items, labelled lines and rows of tables."""

import re
from dataclasses import dataclass, field
from typing import Literal

_ITEM = re.compile(r"\s*(?:[-*•–—·▪►]|\(?\d{1,2}[.)])\s+")
_LABEL = re.compile(r"\s*[^\W\d][^:.!?\n]{0,45}:\s*\S")
_ABBREVIATION = re.compile(
    r"(?:\b(?:nr|no|nos|num|numero|mr|mrs|ms|dr|prof|st|str|z\.\s?b|d\.\s?h|bzw|inkl|incl|zzgl|ca|approx|ref|inv|re|art|abs|vgl|usw"
    r"|etc|sr|sra|srta|ud|uds|vd|vds|fact|fra|venc|vto|vcto|pdte|imp|aprox|n|m|mme|mlle|me|ste|cie|co|ltd|inc|corp|s\.\s?a|s\.\s?l|tel|fax|tsd|mio|fr|sfr|p\.\s?ej"
    r"|e\.\s?g|i\.\s?e|cf|ggf|evtl|i\.\s?d\.\s?r|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez|janv|fevr|avr|juil|dic|ene|abr|ago)"
    r"|\b[a-z])\.$"
)
_ENDS = re.compile(r"[.!?…]+[)\"'»”]*(?=\s|$)")


@dataclass(slots=True)
class Unit:
    """`start` to `end` of the clean text; `block` counts paragraphs; `header` are a table's columns by name, folded."""

    start: int
    end: int
    block: int
    kind: Literal["sentence", "item", "label", "row"]
    header: tuple[str, ...] = ()
    cells: list[tuple[int, int]] = field(default_factory=list)

    def cell_of(self, start: int) -> str | None:
        """The name of the column in which something stands, where the table has a header."""
        if self.header and len(self.header) == len(self.cells):
            for name, (first, end) in zip(self.header, self.cells, strict=True):
                if first <= start < end:
                    return name
        return None


def cut(clean: str, folded: str, taken: bytearray) -> list[Unit]:
    """All units, in the text's order; never cut within what was `taken` as one."""
    units: list[Unit] = []
    block = 0
    header: tuple[str, ...] = ()
    open_from: int | None = None
    open_kind: Literal["sentence", "item", "label", "row"] = "sentence"
    place = 0

    def close(end: int) -> None:
        nonlocal open_from
        if open_from is not None:
            units.extend(_sentences(clean, folded, taken, open_from, end, block, open_kind))
            open_from = None

    for line in clean.split("\n"):
        end = place + len(line)
        if not line.strip():
            close(place)
            block += 1
            header = ()
        elif (cells := _cells(line, place)) and len(cells) > 1:
            close(place)
            texts = tuple(folded[first:last].strip(" |*") for first, last in cells)
            if not any(char.isdigit() for char in line) and not header and re.search(r"\w", line):
                header = texts
            units.append(Unit(place, end, block, "row", header, cells))
        else:
            starts = _ITEM.match(line) is not None or _LABEL.match(line) is not None
            wrapped = open_from is not None and not starts and _wraps(clean, place, line)
            if not wrapped:
                close(place)
                open_from = place
                open_kind = "item" if _ITEM.match(line) else "label" if _LABEL.match(line) else "sentence"
        place = end + 1
    close(len(clean))
    return units


def _wraps(clean: str, place: int, line: str) -> bool:
    """Whether a line goes on with the sentence of the line before."""
    before = clean[:place].rstrip("\n").rsplit("\n", 1)[-1].rstrip()
    if line[:1].isspace() or line[:1].islower():
        return True
    return len(before) > 45 or (before[-1:] not in ".!?:," and len(before) > 30)


def _cells(line: str, place: int) -> list[tuple[int, int]]:
    if "|" in line:
        bounds = [match.span() for match in re.finditer(r"\|", line)]
    elif "\t" in line.strip():
        bounds = [match.span() for match in re.finditer(r"\t+", line)]
    else:
        indent = len(line) - len(line.lstrip())
        bounds = [match.span() for match in re.finditer(r" {2,}", line.rstrip()) if match.start() > indent]
        if not bounds:
            return []
    cells: list[tuple[int, int]] = []
    at = 0
    for first, last in [*bounds, (len(line), len(line))]:
        if line[at:first].strip():
            cells.append((place + at, place + first))
        at = last
    return cells


def _sentences(
    clean: str,
    folded: str,
    taken: bytearray,
    start: int,
    end: int,
    block: int,
    kind: Literal["sentence", "item", "label", "row"],
) -> list[Unit]:
    units = []
    at = start
    for match in _ENDS.finditer(clean, start, end):
        last = match.end()
        if taken[match.start()] and last < end and taken[min(last, len(taken) - 1)]:
            continue
        rest = clean[last:end].lstrip()
        if match.group() == "." and rest:
            if _ABBREVIATION.search(folded[max(start, last - 10) : last]) and not rest[:1].isupper():
                continue
            if (
                _ABBREVIATION.search(folded[max(start, last - 10) : last])
                and len(folded[max(start, last - 10) : last].split()[-1]) <= 5
            ):
                continue
            if rest[0].islower() or (clean[match.start() - 1 : match.start()].isdigit() and rest[0].islower()):
                continue
        units.append(Unit(at, last, block, kind))
        at = last
    if clean[at:end].strip():
        units.append(Unit(at, end, block, kind))
    return units
