"""The query language of QuickBooks in a box: the subset that Intuit documents, and its refusals.

After "Query operations and syntax": SELECT of one entity, conditions joined by AND alone, values in apostrophes with
\\' inside them, ORDERBY in one word, STARTPOSITION from 1, MAXRESULTS up to 1000 (100 without it). There is no OR,
no join, no grouping.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal
from zoneinfo import ZoneInfo

DEFAULT_RESULTS, MOST_RESULTS = 100, 1000

_TOKENS = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*')|(?P<operator><=|>=|<|>|=)|(?P<mark>[(),*])"
    r"|(?P<word>[A-Za-z][A-Za-z0-9_.]*)|(?P<number>-?\d+(?:\.\d+)?))",
    re.DOTALL,
)
_OPERATORS = ("<=", ">=", "<", ">", "=", "IN", "LIKE")
_CLAUSES = ("WHERE", "ORDERBY", "STARTPOSITION", "MAXRESULTS")


class QueryError(Exception):
    """What QuickBooks says of a query that it does not take: code 4000 for its grammar, 4001 for its meaning."""

    def __init__(self, detail: str, code: int = 4000) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison; IN has several values, the others one."""

    name: str
    operator: str
    values: list[str]


@dataclass(slots=True)
class Query:
    """A query as it was understood. `columns` is None for all of them, and empty for COUNT(*)."""

    entity: str
    columns: list[str] | None = None
    conditions: list[Condition] = field(default_factory=list)
    order: list[tuple[str, bool]] = field(default_factory=list)
    start: int = 1
    most: int = DEFAULT_RESULTS

    @property
    def is_count(self) -> bool:
        """Whether only the number is asked for."""
        return self.columns == []


@dataclass(slots=True)
class _Tokens:
    found: list[tuple[str, str]]
    at: int = 0

    @classmethod
    def of(cls, text: str) -> "_Tokens":
        found, at = [], 0
        while at < len(text.rstrip()):
            match = _TOKENS.match(text, at)
            if match is None:
                raise QueryError(f'QueryParserError: Encountered "{text[at : at + 12].strip()}" at column {at + 1}')
            found.append((str(match.lastgroup), match[str(match.lastgroup)]))
            at = match.end()
        return cls(found)

    def peek(self) -> str:
        return self.found[self.at][1].upper() if self.at < len(self.found) else ""

    def take(self, *kinds: str) -> str:
        if self.at < len(self.found) and (not kinds or self.found[self.at][0] in kinds):
            self.at += 1
            return self.found[self.at - 1][1]
        raise self.unexpected()

    def accept(self, word: str) -> bool:
        if self.peek() == word:
            self.at += 1
            return True
        return False

    def expect(self, word: str) -> None:
        if not self.accept(word):
            raise self.unexpected()

    def unexpected(self) -> QueryError:
        found = self.found[self.at][1] if self.at < len(self.found) else "<EOF>"
        return QueryError(f'QueryParserError: Encountered " {found[:20]} " at line 1')


def parse(text: str) -> Query:
    """A query from its text. Keywords in any case; raises QueryError for what the grammar does not have."""
    tokens = _Tokens.of(text)
    tokens.expect("SELECT")
    columns = _columns(tokens)
    tokens.expect("FROM")
    query = Query(tokens.take("word"), columns)
    if tokens.accept("WHERE"):
        query.conditions.append(_condition(tokens))
        while tokens.accept("AND"):
            query.conditions.append(_condition(tokens))
    if tokens.accept("ORDERBY"):
        query.order = _order(tokens)
    if tokens.accept("STARTPOSITION"):
        query.start = int(tokens.take("number"))
    if tokens.accept("MAXRESULTS"):
        query.most = int(tokens.take("number"))
    if tokens.at < len(tokens.found):
        raise tokens.unexpected()
    if query.start < 1:
        raise QueryError("QueryValidationError: STARTPOSITION must be 1 or more", 4001)
    if not 0 < query.most <= MOST_RESULTS:
        raise QueryError(f"QueryValidationError: value {query.most} is not between 1 and {MOST_RESULTS}", 4001)
    return query


def _columns(tokens: _Tokens) -> list[str] | None:
    if tokens.accept("*"):
        return None
    if tokens.accept("COUNT"):
        for mark in "(*)":
            tokens.expect(mark)
        return []
    columns = [tokens.take("word")]
    while tokens.accept(","):
        columns.append(tokens.take("word"))
    return columns


def _condition(tokens: _Tokens) -> Condition:
    name = tokens.take("word")
    operator = tokens.take("operator", "word").upper()
    if operator not in _OPERATORS or name.upper() in _CLAUSES:
        raise tokens.unexpected()
    if operator != "IN":
        return Condition(name, operator, [_value(tokens)])
    tokens.expect("(")
    values = [_value(tokens)]
    while tokens.accept(","):
        values.append(_value(tokens))
    tokens.expect(")")
    return Condition(name, operator, values)


def _value(tokens: _Tokens) -> str:
    text = tokens.take("text", "number", "word")
    if text.startswith("'"):
        return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)
    if tokens.found[tokens.at - 1][0] == "word" and text.casefold() not in ("true", "false"):
        raise tokens.unexpected()
    return text


def _order(tokens: _Tokens) -> list[tuple[str, bool]]:
    order = []
    while True:
        name = tokens.take("word")
        descends = tokens.accept("DESC")
        if not descends:
            tokens.accept("ASC")
        order.append((name, descends))
        if not tokens.accept(","):
            return order


def matcher(query: Query, value_of: Callable[[Any, str], Any], zone: ZoneInfo) -> Callable[[Any], bool]:
    """Whether a row meets all conditions of a query."""
    tests = [_test(each, value_of, zone) for each in query.conditions]
    return lambda row: all(test(row) for test in tests)


def _test(condition: Condition, value_of: Callable[[Any, str], Any], zone: ZoneInfo) -> Callable[[Any], bool]:
    name, operator = condition.name, condition.operator
    known: dict[type, list[Any]] = {}

    def wanted(value: Any) -> list[Any]:
        if type(value) not in known:
            known[type(value)] = [_as_type(value, text, name, zone) for text in condition.values]
        return known[type(value)]

    def test(row: Any) -> bool:
        value = value_of(row, name)
        if value is None:
            return False
        if operator == "LIKE":
            return _is_like(str(value), condition.values[0])
        return _compare(value, operator, wanted(value))

    return test


def _compare(value: Any, operator: str, wanted: list[Any]) -> bool:
    match operator:
        case "IN" | "=":
            return value in wanted
        case "<":
            return bool(value < wanted[0])
        case ">":
            return bool(value > wanted[0])
        case "<=":
            return bool(value <= wanted[0])
    return bool(value >= wanted[0])


def _as_type(value: Any, text: str, name: str, zone: ZoneInfo) -> Any:
    """The text of a condition as what the field holds."""
    try:
        if isinstance(value, bool):
            return text.casefold() == "true"
        if isinstance(value, int | Decimal):
            return Decimal(text)
        if isinstance(value, datetime):
            return instant(text, zone)
        if isinstance(value, date):
            return date.fromisoformat(text)
    except (ValueError, InvalidOperation):
        raise QueryError(f"QueryValidationError: Property {name} cannot be compared with {text!r}", 4001) from None
    return text


def instant(text: str, zone: ZoneInfo) -> datetime:
    """A time in a request. Without an offset it is taken in the company's own zone. Raises ValueError."""
    stamp = datetime.fromisoformat(text)
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=zone)


def _is_like(value: str, pattern: str) -> bool:
    parts = (re.escape(each) for each in pattern.casefold().split("%"))
    return re.fullmatch(".*".join(parts), value.casefold(), re.DOTALL) is not None


def latest(query: Query, zone: ZoneInfo) -> datetime | None:
    """The time after which nothing can meet the conditions; None where they set none."""
    for each in query.conditions:
        if each.name.casefold() == "metadata.lastupdatedtime" and each.operator in ("<", "<="):
            try:
                return instant(each.values[0], zone)
            except ValueError:
                return None
    return None


def ordered(rows: Iterable[Any], query: Query, value_of: Callable[[Any, str], Any]) -> list[Any]:
    """The rows in the order that a query asks for; by id where it does not."""
    found = sorted(rows, key=lambda row: value_of(row, "Id"))
    for name, descends in reversed(query.order):
        found.sort(key=lambda row: _comparable(value_of(row, name)), reverse=descends)
    return found


def _comparable(value: Any) -> tuple[Literal[0, 1], Any]:
    return (0, 0) if value is None else (1, value)
