"""Answers as JSON: exact money as strings, dates as dates, instants as RFC 3339 UTC."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from flask import Response

JSON = "application/json"


def dumps(value: Any) -> bytes:
    """JSON of plain values, dataclasses, dates, aware datetimes, UUIDs and Decimals (as strings)."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS)


def answer(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`document` as a JSON response; what the endpoint's schema documents, a contract test compares."""
    return Response(dumps(document), status, headers, content_type=JSON)


def raw_answer(body: bytes) -> Response:
    """A body that is JSON already."""
    return Response(body, 200, content_type=JSON)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset, tuple)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
