"""Where a person is mentioned, and how to take the mention out: addresses and names in text, JSON and bytes of text.

Each room names its own columns in its `mentions.py`, as `PLACES`; a contract test sees to it that no column in which
people may be named is left out. Numbers in JSON stay exactly as they are: only its strings are touched.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Table, Text, and_, bindparam, cast, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

SHORTEST_NAME = 3
"""Shorter names are no names to search text for: they would be found in everybody's."""
LONGEST_LOCAL_PART = 64
"""Of an address; what is longer is none."""

_BATCH = 500
# What may stand between two words of a name: white space, also as JSON and Python spell it inside strings.
_GAP = r"(?:\s|\\[tnrf]|\\u00a0|\\xa0)+"
# What may follow an address in the name of a file, and is no end of a longer address.
_SUFFIXES = "csv|tsv|txt|xlsx?|ods|pdf|json|xml|zip"
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_LOCAL = frozenset(".!#$%&'*+/=?^_`{|}~-")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True)
class Person:
    """Who is looked for: by e-mail address, by names, or both. Found in upper and lower case alike, as whole words.

    `pseudonym` takes the place of each mention.
    """

    pseudonym: str
    address: str | None = None
    names: tuple[str, ...] = ()

    @cached_property
    def sql_pattern(self) -> str | None:
        """A regular expression of PostgreSQL that finds at least every mention; None where there is nothing to find."""
        parts = [_spelt(self.address, loosely=True)] if self.address else []
        parts += [_spelt(name, loosely=True) for name in self._searched]
        return "|".join(parts) or None

    def is_in(self, text: str) -> bool:
        """Whether `text` mentions the person."""
        return self._pattern is not None and self._pattern.search(text) is not None

    def taken_out(self, text: str) -> str:
        """`text` with the pseudonym in place of each mention."""
        return text if self._pattern is None else self._pattern.sub(self.pseudonym, text)

    def taken_out_of_json(self, document: str) -> str:
        """The same for a JSON document: in its strings, keys among them; all else stays as it is, to the digit."""
        return _STRING.sub(self._in_string, document)

    @cached_property
    def _searched(self) -> list[str]:
        return [name for name in self.names if len(name.strip()) >= SHORTEST_NAME]

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        parts = []
        if self.address:
            # Not the end of somebody else's address; a backslash's letter before it is a line break, spelt out.
            start = r"(?:(?<![\w.%+-])|(?<=\\[tnrf])|(?<=%20)|(?<=%3[AaCc]))"
            parts.append(start + _spelt(self.address) + rf"(?![\w-]|\.(?!(?:{_SUFFIXES})\b)\w)")
        parts += [rf"(?:(?<!\w)|(?<=\\[tnrf])){_spelt(name)}(?!\w)" for name in self._searched]
        return re.compile("|".join(parts), re.IGNORECASE) if parts else None

    def _in_string(self, match: re.Match[str]) -> str:
        text = json.loads(match[0])
        changed = self.taken_out(text)
        return match[0] if changed == text else json.dumps(changed, ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Columns of one table in which people may be named. `what` says it in words; `only` narrows it to some rows.

    `touches` are columns that change with a mention taken out, such as a version that is counted up.
    """

    table: Table
    columns: tuple[str, ...]
    what: str
    only: ColumnElement[bool] | None = None
    touches: dict[str, Any] = field(default_factory=dict)

    def narrowed(self, condition: ColumnElement[bool]) -> "Place":
        """The same place, in fewer rows."""
        return replace(self, only=condition if self.only is None else and_(self.only, condition))


@dataclass(frozen=True, slots=True)
class Mention:
    """One column of one row that mentions somebody: the row's key, the column, and what stands there, as text."""

    table: str
    key: dict[str, Any]
    column: str
    text: str


def addresses_around(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Where the address with the @ at `at` may begin and end: the longest first, then without what else may precede it.

    In steps that do not grow with the text, which may be anybody's.
    """
    domain = _DOMAIN.match(text, at + 1)
    if domain is None:
        return
    first = at
    while first > max(at - LONGEST_LOCAL_PART, 0) and (text[first - 1].isalnum() or text[first - 1] in _LOCAL):
        first -= 1
    for start in range(first, at):
        if start == first or not (text[start - 1].isalnum() or text[start - 1] in "_.%+-"):
            yield start, domain.end()


def find(session: Session, place: Place, person: Person, *, limit: int | None = None) -> Iterator[Mention]:
    """Where the person is mentioned in a place; `limit` bounds the rows looked at."""
    keys = list(place.table.primary_key.columns)
    for row in _matching(session, place, person, limit):
        for name in place.columns:
            text = row[len(keys) + place.columns.index(name)]
            if text is not None and _changed(place, name, person, text) != text:
                yield Mention(
                    place.table.name, {key.name: value for key, value in zip(keys, row, strict=False)}, name, text
                )


def erase(session: Session, place: Place, person: Person) -> int:
    """Take every mention out of a place; returns how many rows had one. Safe to repeat."""
    keys = list(place.table.primary_key.columns)
    changes: list[dict[str, Any]] = []
    count = 0
    for row in _matching(session, place, person, None):
        texts = dict(zip(place.columns, row[len(keys) :], strict=True))
        changed = {name: text and _changed(place, name, person, text) for name, text in texts.items()}
        if changed != texts:
            changes.append({f"key_{key.name}": row[at] for at, key in enumerate(keys)} | _stored(place, changed))
            count += 1
        if len(changes) == _BATCH:
            _write(session, place, changes)
            changes = []
    if changes:
        _write(session, place, changes)
    return count


def _matching(session: Session, place: Place, person: Person, limit: int | None) -> Iterator[Any]:
    """The key and the columns, as text, of the rows that may mention the person. Keys first: rows may be large."""
    pattern = person.sql_pattern
    if pattern is None:
        return
    keys = list(place.table.primary_key.columns)
    texts = [_as_text(place.table.c[name]) for name in place.columns]
    query = select(*keys).where(or_(*(text.op("~*")(pattern) for text in texts))).order_by(*keys).limit(limit)
    if place.only is not None:
        query = query.where(place.only)
    found = session.execute(query).all()
    for start in range(0, len(found), _BATCH):
        chunk = found[start : start + _BATCH]
        these = keys[0].in_([row[0] for row in chunk]) if len(keys) == 1 else tuple_(*keys).in_(map(tuple, chunk))
        yield from session.execute(select(*keys, *texts).where(these)).all()


def _write(session: Session, place: Place, changes: list[dict[str, Any]]) -> None:
    table = place.table
    keys = [key == bindparam(f"key_{key.name}") for key in table.primary_key.columns]
    values: dict[str, Any] = {}
    for name in place.columns:
        value = bindparam(f"new_{name}", type_=Text() if isinstance(table.c[name].type, JSONB) else None)
        values[name] = cast(value, JSONB) if isinstance(table.c[name].type, JSONB) else value
    # Through the connection: a Session would take a table's bulk update for one of an entity.
    session.connection().execute(update(table).where(*keys).values(**values, **place.touches), changes)


def _stored(place: Place, texts: dict[str, str | None]) -> dict[str, Any]:
    return {
        f"new_{name}": text.encode() if text and isinstance(place.table.c[name].type, LargeBinary) else text
        for name, text in texts.items()
    }


def _changed(place: Place, name: str, person: Person, text: str) -> str:
    is_json = isinstance(place.table.c[name].type, JSONB | LargeBinary)
    return person.taken_out_of_json(text) if is_json else person.taken_out(text)


def _as_text(column: ColumnElement[Any]) -> ColumnElement[str]:
    if isinstance(column.type, LargeBinary):
        return func.convert_from(column, "UTF8")
    return cast(column, Text)


def _spelt(text: str, *, loosely: bool = False) -> str:
    """`text` as a regular expression that both Python and PostgreSQL read; `loosely` also as JSON would spell it."""
    return _GAP.join("".join(_letters(word, loosely)) for word in text.split())


def _letters(word: str, loosely: bool) -> Iterable[str]:
    for letter in word:
        if letter == "@":
            yield "(?:@|%40)"
        elif letter in "\"\\'" and loosely:
            yield ".{1,2}"
        elif letter.isascii():
            yield letter if letter.isalnum() or letter in "_" else f"\\{letter}"
        else:
            # A database may fold the case of plain letters only.
            forms = {form for form in (letter, letter.lower(), letter.upper()) if len(form) == 1}
            yield f"[{''.join(sorted(forms))}]"
