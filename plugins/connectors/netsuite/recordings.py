"""Answers of SuiteQL that were recorded: which query each is the answer of is told by its columns."""

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import date
from itertools import chain
from typing import Any

from hub.sdk.errors import ConfigError
from plugins.connectors.netsuite.cells import order_of, parse_day
from plugins.connectors.netsuite.documents import Row, joined, without_copies

_KINDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("links", frozenset({"previousdoc", "nextdoc"})),
    ("deletions", frozenset({"recordid"})),
    ("lines", frozenset({"transaction", "line"})),
    ("customers", frozenset({"id", "entityid"})),
    ("customers", frozenset({"id", "companyname"})),
    ("transactions", frozenset({"id", "type"})),
    ("transactions", frozenset({"trandate"})),
    ("currencies", frozenset({"id", "symbol"})),
)


def unpacked(payloads: Iterable[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The stream and item of each record in the answers. Raises ConfigError for an answer that it does not know."""
    answers: dict[str, list[list[Row]]] = {name: [] for name, _ in _KINDS}
    for payload in payloads:
        rows, odd = _rows(payload)
        yield from (("transactions", each) for each in odd)
        kinds = [_kind(row.keys()) or _kind({*chain(*rows)}) for row in rows]
        if None in kinds:
            columns = ", ".join(sorted({*chain(*rows)}))[:200] or "(none)"
            raise ConfigError(f"no answer that is known has the columns {columns}")
        for name in dict.fromkeys(kind for kind in kinds if kind):
            answers[name].append([row for row, kind in zip(rows, kinds, strict=True) if kind == name])
    order = order_of(row for found in answers.values() for rows in found for row in rows)
    shared = {"dateorder": order} if order else {}
    symbols = {str(row["id"]): row["symbol"] for row in chain(*answers["currencies"]) if {"id", "symbol"} <= row.keys()}

    def known(row: Row) -> dict[str, Any]:
        symbol = symbols.get(str(row.get("currency")))
        return {**row, **shared, **({"currencysymbol": symbol} if symbol and "currencysymbol" not in row else {})}

    for name in ("customers", "transactions", "deletions"):
        rows = [known(row) for found in answers[name] for row in found]
        if name != "deletions":
            rows.sort(key=lambda row: _changed_on(row, order))  # what was changed last comes last, and counts
        if name == "transactions":
            rows = [*joined(rows, without_copies(answers["links"]), without_copies(answers["lines"]))]
        yield from ((name, row) for row in rows)


def _changed_on(row: Row, order: str | None) -> tuple[date, str, bool]:
    """What orders the versions of a row: its last change; at one time it is void last, as nothing comes after that."""
    text, is_void = str(row.get("lastmodifieddate") or ""), row.get("voided") == "T"
    try:
        return parse_day(text, order or "mdy"), text if "T" in text else "", is_void
    except ValueError:
        return date.min, "", is_void


def _rows(payload: Any) -> tuple[list[Row], list[Any]]:
    """The rows of an answer without their empty cells, and what is among them and no row."""
    found = payload["items"] or [] if isinstance(payload, Mapping) and "items" in payload else payload
    if not isinstance(found, list) or (found and not any(isinstance(each, Mapping) for each in found)):
        raise ConfigError('an answer of SuiteQL has "items", a list of rows; this has none')
    rows = [
        {key.lower(): value for key, value in row.items() if key != "links" and value is not None}
        for row in found
        if isinstance(row, Mapping)
    ]
    return rows, [each for each in found if not isinstance(each, Mapping)]


def _kind(columns: Set[str]) -> str | None:
    """What rows with these columns are; a single row lacks those that are empty."""
    return next((name for name, needed in _KINDS if needed <= columns), None)
