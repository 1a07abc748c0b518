"""SuiteQL over SQLite: what Oracle spells otherwise is rewritten, what NetSuite refuses is refused in its words.

After "SuiteQL Supported and Unsupported Functions" and "SuiteQL Syntax and Examples": answers are text, empty
columns are left out, dates come in the user's format unless TO_CHAR says otherwise, LIMIT is not known, and
BUILTIN.DF shows a name for an id.
"""

import re
import sqlite3
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

DATE = "@"
"""Begins a stored date, so that it is told from text; dates are then `@YYYY-MM-DD HH:MM:SS`, on the account's wall."""

_PARTS = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|[A-Za-z_]\w*|\d+(?:\.\d+)?|<>|!=|<=|>=|\|\||\S")
_FORMAT = re.compile(r'"[^"]*"|YYYY|HH24|MM|DD|MI|SS')
_DISPLAYED = re.compile(r"BUILTIN\.DF\(\s*((?:\w+\.)?(\w+))\s*\)", re.IGNORECASE)
_FETCH = re.compile(r"\bFETCH\s+(?:FIRST|NEXT)\s+(\d+)\s+ROWS?\s+ONLY\s*$", re.IGNORECASE)
_PLACES = {"YYYY": (1, 5), "MM": (6, 8), "DD": (9, 11), "HH24": (12, 14), "MI": (15, 17), "SS": (18, 20)}
_STRPTIME = {"YYYY": "%Y", "MM": "%m", "DD": "%d", "HH24": "%H", "MI": "%M", "SS": "%S"}
_NAMES = {"terms": ("term", "name"), "currency": ("currency", "name"), "subsidiary": ("subsidiary", "name")}
_UNSUPPORTED = "Search error occurred: Invalid or unsupported search."


class RefusedQuery(Exception):
    """A query that NetSuite does not run, and what it says of it."""


class Tables(Protocol):
    """The account's tables."""

    connection: sqlite3.Connection
    known: frozenset[str]
    hidden: frozenset[str]

    def wall(self, instant: datetime) -> str:
        """An instant as a stored date."""

    def shown(self, day: str) -> str:
        """A stored date in the user's format."""


def run(tables: Tables, text: str, limit: int, offset: int, now: datetime) -> tuple[list[dict[str, str]], int]:
    """Rows of a query, and how many it has in all. Raises RefusedQuery."""
    query = _rewritten(text, tables)
    tables.connection.create_function("sysdate", 0, lambda: tables.wall(now))
    try:
        found = tables.connection.execute(f"SELECT * FROM ({query}) LIMIT {limit} OFFSET {offset}")
        rows = found.fetchall()
        total = len(rows) + offset
        if len(rows) == limit:
            total = tables.connection.execute(f"SELECT COUNT(*) FROM ({query})").fetchone()[0]
    except sqlite3.Error as error:
        raise RefusedQuery(_said(str(error), tables)) from error
    names = [column[0].lower() for column in found.description]
    return [_texts(dict(zip(names, row, strict=True)), tables.shown) for row in rows], total


def prepare(connection: sqlite3.Connection) -> None:
    """Teach a connection Oracle's functions."""
    connection.create_function("to_char", 2, _to_char, deterministic=True)
    connection.create_function("to_date", 2, _to_date, deterministic=True)
    connection.create_function("nvl", 2, lambda value, other: other if value is None else value, deterministic=True)


def _rewritten(text: str, tables: Tables) -> str:
    if not re.match(r"\s*(?:SELECT|WITH)\b", text, re.IGNORECASE):
        raise RefusedQuery(_UNSUPPORTED)
    text = _DISPLAYED.sub(lambda found: _name_of(found[1], found[2].lower()), text)
    text = _FETCH.sub(r"LIMIT \1", re.sub(r"\bLIMIT\b", "LIMIT_IS_UNKNOWN", text, flags=re.IGNORECASE))
    words = []
    for word in _PARTS.findall(text):
        lower = word.lower()
        if lower in ("builtin", "limit_is_unknown", ";", "pragma", "attach"):
            raise RefusedQuery(_UNSUPPORTED)
        if lower in tables.hidden:
            raise RefusedQuery(f"Search error occurred: Record '{lower}' was not found.")
        words.append('"transaction"' if lower == "transaction" else "SYSDATE()" if lower == "sysdate" else word)
    return " ".join(words)


def _name_of(column: str, name: str) -> str:
    if name not in _NAMES:
        raise RefusedQuery(_UNSUPPORTED)
    table, shown = _NAMES[name]
    return f"(SELECT df.{shown} FROM {table} df WHERE df.id = {column})"


def _said(error: str, tables: Tables) -> str:
    if found := re.match(r"no such column: (?:\w+\.)*(\w+)", error):
        return f"Search error occurred: Unknown identifier '{found[1]}'. Available identifiers are: {{}}."
    if found := re.match(r"no such table: (\w+)", error):
        is_known = found[1].lower() in tables.known
        return (
            f"Search error occurred: Record '{found[1]}' was not found."
            if is_known
            else f"Invalid search type: {found[1]}."
        )
    return _UNSUPPORTED


def _texts(row: dict[str, Any], shown: Callable[[str], str]) -> dict[str, str]:
    return {name: _text(value, shown) for name, value in row.items() if value is not None}


def _text(value: Any, shown: Callable[[str], str]) -> str:
    if isinstance(value, float):
        number = Decimal(f"{value:.13g}")  # amounts in sums do not drift so far
        return format(number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize(), "f")
    return shown(value) if isinstance(value, str) and value.startswith(DATE) else str(value)


def _to_char(value: Any, pattern: str) -> str | None:
    if value is None:
        return None
    text = str(value)
    return "".join(text[slice(*_PLACES[part])] if part in _PLACES else part for part in _parts(pattern))


def _to_date(text: str | None, pattern: str) -> str | None:
    if text is None:
        return None
    read = "".join(_STRPTIME.get(part, part) for part in _parts(pattern))
    return f"{DATE}{datetime.strptime(text, read):%Y-%m-%d %H:%M:%S}"  # noqa: DTZ007 - a wall time, of the account's


@lru_cache
def _parts(pattern: str) -> list[str]:
    """A date's format as its fields and the text between them."""
    parts, at = [], 0
    for found in _FORMAT.finditer(pattern):
        parts += [pattern[at : found.start()], found[0].strip('"')]
        at = found.end()
    return [part for part in [*parts, pattern[at:]] if part]
