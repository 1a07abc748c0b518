"""The normal form in which four connectors' views of one small ledger are compared: what the records add up to."""

import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hub.ledger.folding import Books, summary
from hub.sdk.records import Record

CONTRACTS = Path(__file__).parents[2] / "shared" / "contracts"


def examples(provider: str, folder: str = "examples") -> list[Any]:
    """The example answers of one provider, by file name; skips the test where they do not lie beside the project."""
    paths = sorted((CONTRACTS / provider / folder).glob("*.json"))
    if not paths:
        pytest.skip(f"the example answers are not at {CONTRACTS}")
    return [json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal) for path in paths]


def expected_ledger() -> dict[str, Any]:
    """What every connector has to reach."""
    path = CONTRACTS / "expected_ledger.json"
    if not path.exists():
        pytest.skip(f"the expected ledger is not at {path}")
    return _comparable(json.loads(path.read_text(encoding="utf-8")))


def normal_form(records: Iterable[Record]) -> dict[str, Any]:
    """The records as that ledger: documents by id, what is open and where payments and credit memos went."""
    books = Books()
    books.add(records)
    return _comparable(summary(books))


def _comparable(ledger: dict[str, Any]) -> dict[str, Any]:
    """Without what a view may say in its own way: how a payment's allocations are dated, what was deleted."""
    return {
        "invoices": sorted(ledger["invoices"], key=lambda each: each["external_id"]),
        "payments": [
            {**payment, "allocations": [_only(each, "invoice", "amount") for each in payment["allocations"]]}
            for payment in sorted(ledger["payments"], key=lambda each: each["external_id"])
        ],
        "credits": [
            {**credit, "allocations": [_only(each, "invoice", "amount", "date") for each in credit["allocations"]]}
            for credit in sorted(ledger["credits"], key=lambda each: each["external_id"])
        ],
        "home_currency": ledger["home_currency"],
        "open_balance_home": ledger["open_balance_home"],
    }


def _only(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: values[name] for name in names}
