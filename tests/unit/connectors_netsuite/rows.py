"""Rows as SuiteQL answers them, and what the connector makes of them."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from hub.ledger.folding import Books
from hub.sdk.errors import RecordError
from hub.sdk.records import Record
from plugins.connectors.netsuite.plugin import NetSuiteConnector

Row = dict[str, Any]

CURRENCIES = [{"id": "1", "symbol": "USD"}, {"id": "2", "symbol": "EUR"}, {"id": "3", "symbol": "JPY"}]
CURRENCIES += [{"id": "4", "symbol": "KWD"}]


def answer(*rows: Row) -> dict[str, Any]:
    """An answer with rows, each with the empty links that every row has."""
    items = [{"links": [], **row} for row in rows]
    return {"links": [], "count": len(items), "hasMore": False, "items": items, "offset": 0, "totalResults": len(items)}


def document(key: int | str, kind: str = "CustInvc", total: str | None = "100.00", **columns: Any) -> Row:
    """A transaction. A column that is None is left out, as SuiteQL does it."""
    row = {
        "id": str(key),
        "type": kind,
        "tranid": f"{kind}{key}",
        "entity": "7",
        "trandate": "2026-03-02",
        "currency": "1",
        "exchangerate": "1",
        "foreigntotal": total,
        "voided": "F",
        "posting": "T",
        "lastmodifieddate": "2026-03-02T10:00:00",
    } | columns
    return {name: value for name, value in row.items() if value is not None}


def link(previous: int, previous_kind: str, following: int, kind: str, amount: str | None, **columns: Any) -> Row:
    """An application: `previous` is owed, or what a refund pays back; `following` settles it."""
    row = {
        "previousdoc": str(previous),
        "previoustype": previous_kind,
        "nextdoc": str(following),
        "nexttype": kind,
        "linktype": "Payment",
        "foreignamount": amount,
    } | columns
    return {name: value for name, value in row.items() if value is not None}


def connector(known: dict[str, str] | None = None, **config: Any) -> NetSuiteConnector:
    """A connector that calls nobody."""
    return NetSuiteConnector(config, SimpleNamespace(account=known or {}, addresses={}))


def items(*answers: Any, **config: Any) -> list[tuple[str, Row]]:
    """The stream and item of each record in the answers."""
    return [*connector(**config).unpack([*answers, answer(*CURRENCIES)])]


def mapped(*answers: Any, **config: Any) -> list[Record]:
    """The records in answers."""
    return [record for stream, item in items(*answers, **config) for record in connector(**config).map(stream, item)]


def books(*answers: Any, **config: Any) -> Books:
    """What the records in answers add up to."""
    found = Books()
    found.add(mapped(*answers, **config))
    return found


def problem(*answers: Any) -> RecordError:
    """Why the one item in the answers cannot be used."""
    try:
        mapped(*answers)
    except RecordError as error:
        return error
    raise AssertionError("it can be used")


def only(records: Iterable[Record], kind: type) -> list[Any]:
    """The records of one kind."""
    return [record for record in records if isinstance(record, kind)]
