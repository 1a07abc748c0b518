"""One small ledger as four providers state it: every connector reaches the same normal form, and 4,565.50."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from hub import registry
from hub.cli import group
from hub.sdk.records import Allocation, AllocationsComplete, Customer, Invoice, Payment, Record
from tests.normal_form import CONTRACTS, examples, expected_ledger, normal_form

FOLDERS = {"quickbooks": "examples", "xero": "ledger_examples", "netsuite": "examples", "sap": "examples"}


@pytest.mark.parametrize("slug", FOLDERS)
def test_every_view_reaches_the_same_ledger(slug):
    connector = registry.load().make(slug, {}, SimpleNamespace(account={}, addresses={}))
    answers = [each for each in examples(slug, FOLDERS[slug]) if "error" not in each]
    records = [record for stream, item in connector.unpack(answers) for record in connector.map(stream, item)]
    assert EVENED.get(slug, normal_form)(records) == expected_ledger()


@pytest.mark.parametrize("slug", FOLDERS)
def test_the_command_line_maps_it_to_the_cent(slug):
    paths = [str(path) for path in (CONTRACTS / slug / FOLDERS[slug]).glob("*.json") if "error" not in path.name]
    if not paths:
        pytest.skip(f"the example answers are not at {CONTRACTS}")
    told = CliRunner().invoke(group, ["connector", "map", slug, *paths])
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["ledger"]["open_balance_home"] == "4565.50"


def _xero(records: list[Record]) -> dict[str, Any]:
    """Xero keeps the total of a void invoice, and its ids are GUIDs that end in the numbers."""
    ledger: dict[str, Any] = _by_number(normal_form(records))
    void = next(each for each in ledger["invoices"] if each["status"] == "void")
    assert void["total"] == "77.00"
    void["total"] = "0.00"
    return ledger


def _by_number(ledger: Any) -> Any:
    """The ledger with the numbers that its GUIDs end in."""
    if isinstance(ledger, dict):
        return {key: _by_number(value) for key, value in ledger.items()}
    if isinstance(ledger, list):
        return [_by_number(each) for each in ledger]
    if isinstance(ledger, str) and ledger.count("-") == 4:
        return ledger.rpartition("-")[2].lstrip("0")
    return ledger


def _sap(records: list[Record]) -> dict[str, Any]:
    return normal_form(evened(records))


def evened(records: list[Record]) -> list[Record]:
    """The records with the short ids of the ledger, where SAP's view of it differs honestly.

    Its documents are named after them: 1800000101 is invoice 101, 1400002010 the first part of payment 201 (9 the part
    that is not applied). SAP keeps what a void invoice was, and no number of ours, so these are put in.
    """
    even: dict[object, Record] = {}
    for record in records:
        if isinstance(record, Invoice):
            id = _short(record.external_id)
            total = Decimal(0) if record.status == "void" else record.total
            record = replace(record, external_id=id, number=f"INV-{900 + int(id)}", total=total)
        elif isinstance(record, Allocation):
            source = _short(record.source_id) if record.source_id else None
            invoice = _short(record.invoice_id) if record.invoice_id else None
            record = replace(record, invoice_id=invoice, source_id=source)
        elif not isinstance(record, AllocationsComplete | Customer):
            id = _short(record.external_id)
            record = replace(record, external_id=id)
            if isinstance(record, Payment) and (held := even.get((Payment, id))):
                record = replace(record, amount=record.amount + held.amount)
            elif not isinstance(record, Payment):
                record = replace(record, number=f"CM-{int(id) - 300}")
        if not isinstance(record, AllocationsComplete):
            even[type(record), record.external_id] = record
    return [*even.values()]


def _short(line_id: str) -> str:
    document = line_id.split("/")[2]
    number = int(document[2:])
    return str(number if document.startswith("18") else number // 10)


EVENED: dict[str, Callable[[list[Record]], dict[str, Any]]] = {"xero": _xero, "sap": _sap}
"""Where a view of the ledger differs honestly, how it is read as the others."""
