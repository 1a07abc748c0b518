"""Xero's view of the one ledger that all connectors have to reach."""

import pytest

from hub.sdk.records import Record
from plugins.connectors.xero.plugin import XeroConnector
from tests.normal_form import examples, normal_form


@pytest.mark.parametrize("reverse", [False, True])
def test_answers_may_come_in_any_order_and_more_than_once(reverse):
    connector = XeroConnector({}, api=None)
    answers = examples("xero", "ledger_examples")
    answers = [*answers, *answers][:: -1 if reverse else 1]
    records: list[Record] = []
    for stream, item in connector.unpack(answers):
        records += connector.map(stream, item)

    assert normal_form(records)["open_balance_home"] == "4565.50"
