"""Xero's view of the one ledger that all connectors have to reach."""

from typing import Any

import pytest

from hub.sdk.records import Record
from plugins.connectors.xero.plugin import XeroConnector
from tests.normal_form import examples, expected_ledger, normal_form


def test_reaches_the_expected_ledger():
    connector = XeroConnector({}, api=None)
    records = [
        record
        for stream, item in connector.unpack(examples("xero", "ledger_examples"))
        for record in connector.map(stream, item)
    ]

    found, expected = _by_number(normal_form(records)), expected_ledger()

    # Xero keeps the total of a void invoice; the expected ledger has QuickBooks's view of it.
    void = next(each for each in found["invoices"] if each["status"] == "void")
    assert void["total"] == "77.00"
    void["total"] = "0.00"
    assert found == expected
    assert found["open_balance_home"] == "4565.50"


@pytest.mark.parametrize("reverse", [False, True])
def test_answers_may_come_in_any_order_and_more_than_once(reverse):
    connector = XeroConnector({}, api=None)
    answers = examples("xero", "ledger_examples")
    answers = [*answers, *answers][:: -1 if reverse else 1]
    records: list[Record] = []
    for stream, item in connector.unpack(answers):
        records += connector.map(stream, item)

    assert normal_form(records)["open_balance_home"] == "4565.50"


def _by_number(ledger: Any) -> Any:
    """The ledger with the numbers that its GUIDs end in."""
    if isinstance(ledger, dict):
        return {key: _by_number(value) for key, value in ledger.items()}
    if isinstance(ledger, list):
        return [_by_number(each) for each in ledger]
    if isinstance(ledger, str) and ledger.count("-") == 4:
        return ledger.rpartition("-")[2].lstrip("0")
    return ledger
