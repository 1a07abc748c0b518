"""The small ledger that every connector has to reach, in NetSuite's own words."""

import random
from types import SimpleNamespace

from plugins.connectors.netsuite.plugin import NetSuiteConnector
from tests.normal_form import examples, expected_ledger, normal_form


def mapped(payloads):
    connector = NetSuiteConnector({}, SimpleNamespace(account={}))
    return [record for stream, item in connector.unpack(payloads) for record in connector.map(stream, item)]


def test_the_order_of_the_answers_does_not_matter():
    payloads = examples("netsuite")
    for seed in range(5):
        random.Random(seed).shuffle(payloads)
        assert normal_form(mapped(payloads)) == expected_ledger()
