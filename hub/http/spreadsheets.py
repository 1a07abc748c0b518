"""CSV that people open in spreadsheets, written so that nothing in it can be made to compute.

A cell that starts with `=`, `+`, `-` or `@` is a formula to a spreadsheet, and a customer's name may be one on purpose.
Such text gets an apostrophe before it, which every spreadsheet reads as "this is text"; numbers stay numbers.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any
from uuid import UUID

from hub.http.answers import dumps

CSV = "text/csv; charset=utf-8"
BOM = "\ufeff"

_BATCH = 200
_TRIGGERS = frozenset("=+-@")
# Spreadsheets take these at the start of a cell away, or for a formula's beginning.
_BLANKS = frozenset("\t\r\n")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
# Where another spreadsheet than the one we write for may start a new cell: inside a quoted cell of ours, too.
_PART = re.compile(r"[^;|\t\r\n]+")
# Most text: nothing in it needs a closer look.
_HARMLESS = re.compile(r"[0-9A-Za-z][^;|\x00-\x1f\x7f-\x9f]*")
_NEEDS_QUOTES = re.compile(r'[",;|\t\r\n]|^\s|\s$')
# Control characters end a cell or a string in some readers and mean nothing in any.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def safe_cell(value: str) -> str:
    """`value` as text that no spreadsheet computes, whichever separator it reads the file with; numbers unchanged."""
    if _HARMLESS.fullmatch(value):
        return value
    text = _CONTROL.sub("", value)
    if _NUMBER.fullmatch(text):
        return text
    text = _PART.sub(lambda part: _inert(part[0]), text)
    return f"'{text}" if text[:1] in _BLANKS else text


def csv_rows(header: Sequence[str], rows: Iterable[Sequence[Any]], *, bom: bool = False) -> Iterator[bytes]:
    """A CSV file (RFC 4180, UTF-8) in pieces of some hundred rows.

    Cells are text, numbers, dates, aware datetimes, UUIDs, booleans, None (empty), or mappings and lists (as JSON).
    `bom` tells older Excel that the file is UTF-8; programs that read CSV rather do without.
    """
    lines: Iterator[str] = (",".join(_cell(value) for value in row) + "\r\n" for row in chain([header], rows))
    if bom:
        lines = chain([BOM], lines)
    while batch := "".join(islice(lines, _BATCH)):
        # What is no text in any encoding (half a surrogate pair) must not break the file in its middle.
        yield batch.encode("utf-8", "replace")


def _cell(value: Any) -> str:
    text = _text(value)
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return safe_cell(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return safe_cell(dumps(value).decode())


def _inert(part: str) -> str:
    return f"'{part}" if _starts_formula(part) else part


def _starts_formula(part: str) -> bool:
    for character in part:
        # Full-width and small forms are the same sign to a spreadsheet in some languages.
        if unicodedata.normalize("NFKC", character)[:1] in _TRIGGERS or character == "\N{MINUS SIGN}":
            return True
        # Blanks, what has no width, and quotation marks may be taken away before the cell is read.
        if not (character in '"`' or unicodedata.category(character) in ("Zs", "Zl", "Zp", "Cf", "Cc")):
            return False
    return False
