"""Minor units, rounding and rates."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from hub.sdk.testing.currencies import Rates, minor_units, rounded


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [("1.005", "USD", "1.01"), ("-1.005", "EUR", "-1.01"), ("10.5", "JPY", "11"), ("1.0005", "KWD", "1.001")],
)
def test_rounds_to_the_minor_unit(amount, currency, expected):
    assert str(rounded(Decimal(amount), currency)) == expected


def test_minor_units():
    assert [minor_units(currency) for currency in ("JPY", "USD", "KWD")] == [0, 2, 3]


def test_a_rate_is_the_same_for_ever_and_moves_by_the_day():
    rates, others = Rates("USD"), Rates("USD")
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(60)]
    euro = [rates["EUR", day] for day in reversed(days)][::-1]
    assert euro == [others["EUR", day] for day in days]
    assert len(set(euro)) > 50
    assert all(Decimal("0.9") < rate < Decimal("1.3") for rate in euro)
    assert all(abs(a / b - 1) < Decimal("0.02") for a, b in pairwise(euro))
    assert rates["USD", days[0]] == 1
    assert 0 < rates["JPY", days[0]] < Decimal("0.01")


def test_rates_of_another_home():
    assert Rates("EUR")["USD", date(2026, 1, 1)] < 1
