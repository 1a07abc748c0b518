"""The small ledger that every connector has to reach, in QuickBooks' own words."""

import random
from datetime import date
from decimal import Decimal

from plugins.connectors.quickbooks.reports import totals_of
from tests.normal_form import examples, expected_ledger, normal_form
from tests.unit.connectors_quickbooks.entities import map_all


def test_the_order_of_the_answers_does_not_matter():
    payloads = examples("quickbooks")
    for seed in range(5):
        random.Random(seed).shuffle(payloads)
        assert normal_form(map_all(*payloads)) == expected_ledger()


def test_the_recorded_report_ties_out():
    (report,) = [each for each in examples("quickbooks") if isinstance(each, dict) and "Rows" in each]
    totals = totals_of(report, None)
    assert (totals.as_of, totals.home_currency, totals.home) == (date(2026, 11, 15), "USD", Decimal("4565.50"))
    assert totals.home_customers == {"1": Decimal("580.40"), "2": Decimal("4320.00"), "3": Decimal("-334.90")}
    assert totals.receivable == {}
