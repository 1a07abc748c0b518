"""Where the table stands in a file: its header, and which lines are rows, headings, totals or nothing."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from hub.sdk.errors import ConfigError
from plugins.connectors.csv.fields import DATE_FIELDS, Match, recognise
from plugins.connectors.csv.vocabulary import kind_of

SEARCHED_ROWS = 60
MAX_COLUMNS = 500
_TOTAL = re.compile(r"(grand\s+|sub\s*)?total\b|summe\b|gesamt|sous-total|saldo total", re.IGNORECASE)
_GRAND_TOTAL = re.compile(r"(grand\s+)?total\W*|summe\W*|gesamt(summe)?\W*", re.IGNORECASE)
_ESSENTIAL = {
    "invoice_id": ("invoice_id",),
    "customer_id": ("customer_id", "customer_name"),
    "issue_date": ("issue_date", "due_date"),
    "amount": ("amount", "balance"),
}


class Rows(Protocol):
    """Rows of cells with the line each starts on, and how much has been read."""

    @property
    def share(self) -> float: ...

    def __iter__(self) -> Iterator[tuple[int, list[str]]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The header of a table. `grouped`: customers stand in headings above their rows, not in a column."""

    line: int
    names: tuple[str, ...]
    found: Mapping[str, Match]
    grouped: bool

    def place(self, name: str) -> int | None:
        """The place of a field's column."""
        match = self.found.get(name)
        return None if match is None else match.index


class CorrectedRows:
    """A file's rows with cells of them replaced, by the line a row begins on and the cell's place."""

    def __init__(self, rows: Rows, cells: Mapping[int, Mapping[int, str]]) -> None:
        self._rows, self._cells = rows, cells

    @property
    def share(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return self._rows.share

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        for line, cells in self._rows:
            if replaced := self._cells.get(line):
                width = max(len(cells), *(place + 1 for place in replaced))
                cells = cells + [""] * (width - len(cells))
                for place, value in replaced.items():
                    cells[place] = value
            yield line, cells


def find_layout(rows: Sequence[tuple[int, list[str]]], explicit: Mapping[str, str | None]) -> Layout:
    """The header among a file's first rows: the one that names most fields. Raises ConfigError saying what lacks."""
    header = find_header(rows, explicit)
    if header is None:
        raise ConfigError("the file holds no table: no row has two cells. Is the delimiter right?", field="delimiter")
    line, names, found = header
    if len(names) > MAX_COLUMNS:
        raise ConfigError(f"line {line} has {len(names):,} columns, more than {MAX_COLUMNS}", field="path")
    if absent := [column for column in explicit.values() if column is not None and column not in names]:
        raise ConfigError(f"mapping names the column {absent[0]!r}; the header is: {_shown(names)}", field="mapping")
    lacks = [name for name, fields in _ESSENTIAL.items() if not any(field in found for field in fields)]
    grouped = lacks == ["customer_id"] and _has_headings(rows, line)
    if lacks and not grouped:
        raise ConfigError(
            f"no column was recognised as {' or '.join(_ESSENTIAL[lacks[0]])}; the header (line {line}) is: "
            f"{_shown(names)}. Name the column in mapping, as in {{{lacks[0]!r}: {_shown(names[:1])!r}}}",
            field="mapping",
        )
    return Layout(line=line, names=tuple(names), found=found, grouped=grouped)


def find_header(
    rows: Sequence[tuple[int, list[str]]], explicit: Mapping[str, str | None]
) -> tuple[int, list[str], Mapping[str, Match]] | None:
    """Line, names and recognised columns of the likeliest header; None where no row has two cells."""
    candidates = [
        (line, names := _unique(cells), recognise(names, explicit))
        for line, cells in rows
        if sum(bool(cell.strip()) for cell in cells) > 1
    ]
    if not candidates:
        return None
    return max(candidates, key=lambda candidate: (_named(candidate[2]), len(candidate[2]), -candidate[0]))


@dataclass(slots=True)
class DataRows:
    """The rows of a table that state documents, each with its line and its heading; the others are counted."""

    rows: Rows
    layout: Layout
    skipped: Counter[str] = field(default_factory=Counter)
    grand_total: list[str] | None = None

    def __iter__(self) -> Iterator[tuple[int, list[str], str]]:
        names, heading = self.layout.names, ""
        width, id_at, type_at = len(names), self.layout.place("invoice_id"), self.layout.place("type")
        date_places = [self.layout.found[name].index for name in DATE_FIELDS if name in self.layout.found]
        for line, cells in self.rows:
            if line <= self.layout.line:
                continue
            if len(cells) < width:
                cells = cells + [""] * (width - len(cells))
            kind = _kind(cells, date_places)
            if kind == "row" and type_at is not None and kind_of(cells[type_at]) == "other":
                self.skipped[f"{cells[type_at].strip()}: no receivable"] += 1
            elif kind == "row" and id_at is not None and cells[id_at] == names[id_at]:
                self.skipped["repeated header"] += 1
            elif kind == "row":
                yield line, cells, heading
            elif kind == "heading":
                heading = next(cell for cell in cells if cell.strip()).strip()
                self.skipped["heading"] += 1
            else:
                self.skipped[kind] += 1
                if kind == "total" and _GRAND_TOTAL.fullmatch(next(cell.strip() for cell in cells if cell.strip())):
                    self.grand_total = cells


def _kind(cells: Sequence[str], date_places: Sequence[int]) -> Literal["row", "heading", "total", "blank"]:
    for place in date_places:
        # In reports the first column holds dates in rows, and names in headings and totals.
        if _may_be_date(cells[place]) and (place or any(cells[1:])):
            return "row"
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return "blank"
    if len(filled) == 1 and not _is_number(filled[0]):
        return "heading"
    return "total" if _TOTAL.match(filled[0]) else "row"


def _may_be_date(text: str) -> bool:
    return bool(text) and (text[0].isdigit() or (text.strip()[-1:].isdigit() and not _TOTAL.match(text.strip())))


def _named(found: Mapping[str, Match]) -> int:
    return sum(any(field in found for field in fields) for fields in _ESSENTIAL.values())


def _unique(cells: Sequence[str]) -> list[str]:
    """Header names one can tell apart: the second "Date" is "Date (2)", a nameless third column "column 3"."""
    names: list[str] = []
    seen: Counter[str] = Counter()
    for place, cell in enumerate(cells, start=1):
        name = " ".join(cell.split()) or f"column {place}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _has_headings(rows: Sequence[tuple[int, list[str]]], header_line: int) -> bool:
    return any(
        cells and cells[0].strip() and not any(cell.strip() for cell in cells[1:])
        for line, cells in rows
        if line > header_line
    )


def _is_number(text: str) -> bool:
    return text.strip(" $€£()-+").replace(",", "").replace(".", "").isdigit()


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names[:40]) + (" …" if len(names) > 40 else "")
