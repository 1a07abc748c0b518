"""Amounts of several currencies beside each other, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from hub.forecasting.exchange import comparable, home_rates
from tests.unit.forecasting.test_risk_snapshots import DAY, ledger

NAN = np.nan


def frame_of(*invoices, rates):
    """Invoices as (issued, amount, currency), all open, with the rates stated for them."""
    found = ledger([(0, issued, 30, amount, currency) for issued, amount, currency in invoices], customers=1)
    return replace(found.as_of(DAY), rate=np.array(rates))


def test_rates_are_those_of_the_invoice_else_the_newest_of_its_currency():
    frame = frame_of(
        (-9, 1.0, "JPY"),
        (-5, 1.0, "JPY"),
        (-2, 1.0, "JPY"),
        (-1, 1.0, "EUR"),
        rates=[0.005, 0.006, NAN, NAN],
    )
    assert home_rates(frame).tolist() == [0.005, 0.006, 0.006, 1.0]


def test_with_rates_amounts_are_compared_in_home_currency():
    frame = frame_of((-9, 900_000.0, "JPY"), (-9, 7_000.0, "GBP"), (-9, 6_000.0, "EUR"), rates=[0.006, 1.2, NAN])
    assert comparable(frame, np.arange(3)) == pytest.approx([5_400, 8_400, 6_000])


def test_without_rates_each_counts_by_what_is_usual_in_its_currency():
    frame = frame_of(
        (-9, 900_000.0, "JPY"), (-9, 100_000.0, "JPY"), (-9, 3_000.0, "EUR"), (-9, 1_000.0, "EUR"), rates=[NAN] * 4
    )
    found = comparable(frame, np.arange(4))
    assert found == pytest.approx([1.8, 0.2, 1.5, 0.5])
    assert np.argsort(-found).tolist() == [0, 2, 3, 1], "not all the yen before any euro"


def test_one_currency_alone_is_left_as_it_is():
    frame = frame_of((-9, 70.0, "JPY"), (-9, 30.0, "JPY"), rates=[NAN, NAN])
    assert comparable(frame, np.array([1])).tolist() == [30.0]


def test_of_no_invoices_there_is_nothing_to_compare():
    frame = frame_of((-9, 70.0, "JPY"), rates=[NAN])
    assert comparable(frame, np.array([], dtype=np.int64)).tolist() == []
