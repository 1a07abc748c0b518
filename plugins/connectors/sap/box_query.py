"""OData V2 system query options over rows in memory, after "OData Version 2.0: URI Conventions", sections 4 and 6.

Rows are dicts of plain values: str, bool, Decimal, date or None. Errors are those that SAP Gateway answers.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import reduce
from typing import Any

Row = Mapping[str, Any]
Test = Callable[[Row], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<datetime>datetime'[^']*')|(?P<string>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?[mMdDfFlL]?)"
    r"|(?P<word>[A-Za-z_][\w/]*)|(?P<sign>[(),]))"
)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: a is not None and b is not None and a > b,
    "ge": lambda a, b: a is not None and b is not None and a >= b,
    "lt": lambda a, b: a is not None and b is not None and a < b,
    "le": lambda a, b: a is not None and b is not None and a <= b,
}
_FUNCTIONS = ("substringof", "startswith", "endswith")


class QueryError(Exception):
    """What the gateway answers 400 for."""


def compiled(text: str, types: Mapping[str, type], entity_type: str) -> list[tuple[str, Test]]:
    """A $filter as tests of rows that all have to hold, each with its text.

    Raises QueryError for what is unknown, misshapen or of another type.
    """
    parser = _Parser(_tokens(text), types, entity_type)
    tests = parser.conditions()
    if parser.peek()[0] != "end":
        raise QueryError(f"Invalid expression detected at {parser.peek()[1]!r}")
    return tests


def ordered(rows: Sequence[Row], text: str, types: Mapping[str, type], entity_type: str) -> list[Row]:
    """Rows by $orderby; what is null comes first."""
    keys = []
    for part in filter(None, text.split(",")):
        name, _, direction = part.strip().partition(" ")
        if direction.strip() not in ("", "asc", "desc"):
            raise QueryError(f"Invalid token {direction!r} in $orderby")
        keys.append((_known(name, types, entity_type), direction.strip() == "desc"))
    found = list(rows)
    for name, is_descending in reversed(keys):
        found.sort(
            key=lambda row, name=name: (False,) if row[name] is None else (True, row[name]), reverse=is_descending
        )
    return found


def selected(text: str, types: Mapping[str, type], entity_type: str) -> list[str]:
    """The properties of a $select; empty where there is none."""
    return [_known(name.strip(), types, entity_type) for name in text.split(",") if name.strip()]


def whole(text: str | None, name: str, most: int | None = None) -> int | None:
    """$top, $skip or $skiptoken."""
    if text is None:
        return most
    if not text.isdecimal():
        raise QueryError(f"Invalid system query option value {text!r} for {name}")
    return int(text)


def on_the_wire(value: Any) -> Any:
    """A value in verbose JSON: decimals and dates are strings, dates are milliseconds of midnight UTC."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        midnight = datetime(value.year, value.month, value.day, tzinfo=UTC)
        return f"/Date({int(midnight.timestamp()) * 1000})/"
    return value


def _known(name: str, types: Mapping[str, type], entity_type: str) -> str:
    if name not in types:
        raise QueryError(f"Property {name} not found in type '{entity_type}'")
    return name


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise QueryError(f"Invalid token detected at position {at}")
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return [*found, ("end", "")]


class _Parser:
    """Recursive descent over `or`, `and`, `not`, parentheses, comparisons and three functions."""

    def __init__(self, tokens: list[tuple[str, str]], types: Mapping[str, type], entity_type: str) -> None:
        self._tokens, self._types, self._entity_type = tokens, types, entity_type
        self._at = 0

    def peek(self) -> tuple[str, str]:
        return self._tokens[self._at]

    def conditions(self) -> list[tuple[str, Test]]:
        """The conditions that `and` joins outermost; one where `or` does."""
        found = []
        while not found or self._takes("and"):
            start = self._at
            test = self._one()
            found.append((" ".join(text for _, text in self._tokens[start : self._at]), test))
        if self.peek()[1] != "or":
            return found
        self._at = 0
        return [("", self.either())]

    def either(self) -> Test:
        tests = [self._both()]
        while self._takes("or"):
            tests.append(self._both())
        return reduce(lambda one, other: lambda row: one(row) or other(row), tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._takes("and"):
            tests.append(self._one())
        return reduce(lambda one, other: lambda row: one(row) and other(row), tests)

    def _one(self) -> Test:
        if self._takes("not"):
            inner = self._one()
            return lambda row: not inner(row)
        if self._takes("("):
            inner = self.either()
            self._needs(")")
            return inner
        if self.peek()[1] in _FUNCTIONS:
            return self._function()
        return self._comparison()

    def _function(self) -> Test:
        name = self._next()[1]
        self._needs("(")
        first = self._operand(None)
        self._needs(",")
        second = self._operand(None)
        self._needs(")")
        if self._takes("eq"):
            self._needs("true")
        if name == "substringof":
            return lambda row: str(first(row)) in str(second(row) or "")
        if name == "startswith":
            return lambda row: str(first(row) or "").startswith(str(second(row)))
        return lambda row: str(first(row) or "").endswith(str(second(row)))

    def _comparison(self) -> Test:
        kind, name = self._next()
        if kind != "word":
            raise QueryError(f"Invalid token {name!r}: a property was expected")
        _known(name, self._types, self._entity_type)
        operator = self._next()[1]
        if operator not in _COMPARISONS:
            raise QueryError(f"Invalid operator {operator!r}")
        compare, value = _COMPARISONS[operator], self._literal(self._types[name], name)
        return lambda row: compare(row[name], value)

    def _operand(self, wanted: type | None) -> Callable[[Row], Any]:
        kind, text = self.peek()
        if kind == "word":
            name = _known(self._next()[1], self._types, self._entity_type)
            return lambda row: row[name]
        value = self._literal(wanted, text)
        return lambda row: value

    def _literal(self, wanted: type | None, name: str) -> Any:
        kind, text = self._next()
        value: Any
        if text in ("true", "false"):
            value = text == "true"
        elif text == "null":
            return None
        elif kind == "string":
            value = text[1:-1].replace("''", "'")
        elif kind == "datetime":
            try:
                value = datetime.fromisoformat(text[9:-1]).date()
            except ValueError as error:
                raise QueryError(f"Invalid datetime literal {text}") from error
        elif kind == "number":
            value = Decimal(text.rstrip("mMdDfFlL"))
        else:
            raise QueryError(f"Invalid token {text!r}: a value was expected")
        if wanted is not None and not isinstance(value, wanted):
            raise QueryError(f"Invalid parametertype used at function 'eq' for property {name}")
        return value

    def _next(self) -> tuple[str, str]:
        found = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return found

    def _takes(self, word: str) -> bool:
        if self.peek()[1] == word and self.peek()[0] in ("word", "sign"):
            self._at += 1
            return True
        return False

    def _needs(self, word: str) -> None:
        if not self._takes(word):
            raise QueryError(f"{word!r} expected at {self.peek()[1]!r}")
