"""Pages by keyset: an opaque cursor holds the sort keys of the last row seen, never an offset.

A sort is a whitelisted list of columns ending in the id; the next page starts where the row comparison
`(a, b) > (:a, :b)` says, which the planner can use as an index bound (the same condition written with OR cannot be).
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from hub.errors import InvalidError

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("no text that the database could hold")
    return value


_PARSERS: dict[str, Any] = {
    "date": date.fromisoformat,
    "timestamptz": datetime.fromisoformat,
    "uuid": UUID,
    "numeric": Decimal,
    "text": _text,
    "int": int,
    "float": float,
}


@dataclass(frozen=True, slots=True)
class Key:
    """One column of a sort: the field of an item that holds its value, the SQL expression, and its type.

    `field` may lead into an object of the item: `prediction.expected_on`. Where the item has no such value, the SQL
    expression has `absent`.
    """

    field: str
    sql: str
    kind: str
    absent: Any = None

    def of(self, item: Mapping[str, Any]) -> Any:
        """The value of an item, by which the page after it starts."""
        found: Any = item
        for name in self.field.split("."):
            found = None if found is None else found[name]
        return self.absent if found is None else found


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of a list. All keys run in one direction; none may be null."""

    name: str
    keys: tuple[Key, ...]
    descending: bool = False

    @property
    def order_by(self) -> str:
        """The ORDER BY list."""
        return ", ".join(f"{key.sql} {'desc' if self.descending else 'asc'}" for key in self.keys)

    @property
    def after(self) -> str:
        """The condition of the rows after the cursor's, with parameters after_0, after_1, ..."""
        left = ", ".join(key.sql for key in self.keys)
        right = ", ".join(f"%(after_{place})s::{key.kind}" for place, key in enumerate(self.keys))
        return f"({left}) {'<' if self.descending else '>'} ({right})"

    def cursor(self, item: Mapping[str, Any]) -> str:
        """The cursor of the page after `item`, the last one of a page."""
        values = [key.of(item) for key in self.keys]
        return base64.urlsafe_b64encode(orjson.dumps([self.name, *values], default=str)).rstrip(b"=").decode()

    def position(self, cursor: str) -> dict[str, Any]:
        """The parameters of `after` from a cursor. Raises InvalidError if it is no cursor of this sort."""
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            name, *values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            if name != self.name or len(values) != len(self.keys):
                raise ValueError("made for another order")
            return {
                f"after_{place}": _PARSERS[key.kind](value)
                for place, (key, value) in enumerate(zip(self.keys, values, strict=True))
            }
        except (ValueError, TypeError, ArithmeticError, binascii.Error) as error:
            message = "Use `next_cursor` of an earlier page of the same list in the same order, unchanged."
            raise InvalidError("The cursor cannot be used.", fields={"cursor": message}) from error


def sorts(*choices: tuple[str, Sequence[Key]]) -> dict[str, Sort]:
    """Each choice both ways: `name` ascending and `-name` descending."""
    both = {}
    for name, keys in choices:
        both[name] = Sort(name, tuple(keys))
        both[f"-{name}"] = Sort(f"-{name}", tuple(keys), descending=True)
    return both


def page_body(rows: Sequence[str], limit: int, sort: Sort, extra: bytes = b"") -> bytes:
    """The body of a page from rows that are JSON text already, of which one more than `limit` was asked for.

    `extra` is further members of the object, as JSON text starting with a comma.
    """
    more = len(rows) > limit
    shown = rows[:limit]
    cursor = orjson.dumps(sort.cursor(orjson.loads(shown[-1]))) if more else b"null"
    return b'{"items":[' + ",".join(shown).encode() + b'],"next_cursor":' + cursor + extra + b"}"
