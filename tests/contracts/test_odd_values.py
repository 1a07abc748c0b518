"""Answers whose values are odd: written in another type, null, unknown or senseless. Nothing may end the command."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from hub.sdk.errors import ConfigError
from tests.contracts.test_odd_ledgers import VIEWS, check
from tests.contracts.views.ledgers import by_chance
from tests.contracts.views.telling import run

MISSING = object()
_TEXTS = ("", " ", "?", "1e400", "NaN", "\u0000", "\ud800")
_SENSELESS = (MISSING, MISSING, None, True, 0, -1, 10**30, 1.5, [], {}, [None], [[1]], {"value": None}, *_TEXTS)


def changed(answer: Any, change: Callable[[str, Any], Any], name: str = "") -> Any:
    """The answer with each value as `change` makes it of its name and itself."""
    if isinstance(answer, dict):
        answer = {key: changed(value, change, key) for key, value in answer.items()}
        answer = {key: value for key, value in answer.items() if value is not MISSING}
    elif isinstance(answer, list):
        answer = [each for value in answer if (each := changed(value, change, name)) is not MISSING]
    return change(name, answer)


def _ids_as_numbers(name: str, value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() and not value.startswith("0") else value


def _amounts_as_text(name: str, value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _amounts_as_numbers(name: str, value: Any) -> Any:
    if not isinstance(value, str) or value.startswith("0") or not value.replace(".", "", 1).lstrip("-").isdecimal():
        return value
    return json.loads(value)


def _more_fields(name: str, value: Any) -> Any:
    if isinstance(value, dict) and name not in ("", "QueryResponse", "d"):
        return {"BrandNew": {"of": [1, None]}, **value, "brand_new_too": None}
    return value


def _nulls(name: str, value: Any) -> Any:
    return None if value in ("", [], {}) else value


@pytest.mark.parametrize("slug", VIEWS)
@pytest.mark.parametrize("change", [_ids_as_numbers, _amounts_as_text, _amounts_as_numbers, _more_fields, _nulls])
def test_the_ledger_is_the_same_however_values_are_written(tmp_path, slug, change):
    for seed in range(3):
        ledger = by_chance(seed)
        check(tmp_path, slug, ledger, changed(VIEWS[slug].answers(ledger), change))


@pytest.mark.parametrize("slug", VIEWS)
@pytest.mark.parametrize("seed", range(30))
def test_senseless_values_cost_no_more_than_their_items(tmp_path, slug, seed):
    chance = random.Random(seed)

    def change(name: str, value: Any) -> Any:
        return chance.choice(_SENSELESS) if name and not name.endswith(".json") and chance.random() < 0.02 else value

    try:
        told = run(tmp_path, slug, changed(VIEWS[slug].answers(by_chance(seed)), change))
    except ConfigError as error:
        assert "none of the files is an answer" in str(error)
    else:
        assert told.code == bool(told.document["rejects"])
