"""Answers of SuiteQL that were recorded: which query each is the answer of is told by its columns."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hub.sdk.errors import ConfigError
from plugins.connectors.netsuite.cells import order_of
from plugins.connectors.netsuite.documents import Row, joined, without_copies

_KINDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("links", frozenset({"previousdoc", "nextdoc"})),
    ("deletions", frozenset({"recordid", "deleteddate"})),
    ("lines", frozenset({"transaction", "line"})),
    ("transactions", frozenset({"id", "type", "trandate"})),
    ("customers", frozenset({"id", "entityid"})),
    ("currencies", frozenset({"id", "symbol"})),
)


def unpacked(payloads: Iterable[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The stream and item of each record in the answers. Raises ConfigError for an answer that it does not know."""
    answers: dict[str, list[list[Row]]] = {name: [] for name, _ in _KINDS}
    for payload in payloads:
        rows = _rows(payload)
        for name in dict.fromkeys(_kind(row) for row in rows):
            answers[name].append([row for row in rows if _kind(row) == name])
    order = order_of(row for found in answers.values() for rows in found for row in rows)
    shared = {"dateorder": order} if order else {}
    symbols = {str(row["id"]): row["symbol"] for rows in answers["currencies"] for row in rows}

    def known(row: Row) -> dict[str, Any]:
        symbol = symbols.get(str(row.get("currency")))
        return {**row, **shared, **({"currencysymbol": symbol} if symbol and "currencysymbol" not in row else {})}

    for name in ("customers", "transactions", "deletions"):
        rows = [known(row) for found in answers[name] for row in found]
        if name == "transactions":
            rows = [*joined(rows, without_copies(answers["links"]), without_copies(answers["lines"]))]
        yield from ((name, row) for row in rows)


def _rows(payload: Any) -> list[Row]:
    rows = payload.get("items") if isinstance(payload, Mapping) else payload
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise ConfigError('an answer of SuiteQL has "items", a list of rows; this has none')
    return [{key.lower(): value for key, value in row.items() if key != "links" and value is not None} for row in rows]


def _kind(row: Row) -> str:
    for name, columns in _KINDS:
        if columns <= row.keys():
            return name
    raise ConfigError(f"no answer that is known has the columns {', '.join(sorted(row))[:200] or '(none)'}")
