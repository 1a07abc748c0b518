"""JSON with exact amounts: numbers keep their digits, in and out."""

import json
from decimal import Decimal
from typing import Any

import orjson


def exact_json(data: Any) -> bytes:
    """JSON in which a Decimal is a number with just its digits."""
    return orjson.dumps(data, default=_digits, option=orjson.OPT_NON_STR_KEYS)


def parsed(body: bytes) -> Any:
    """What `exact_json` wrote, fractions as Decimal. Raises ValueError for what is no JSON."""
    return json.loads(body, parse_float=Decimal)


def _digits(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    raise TypeError(f"{value!r} is no JSON")
