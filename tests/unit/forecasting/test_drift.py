"""Drift: what has shifted is told, and chance is not."""

import numpy as np
import pytest

from hub.forecasting import drift
from hub.forecasting.drift import Verdicts
from tests.unit.forecasting.forecast_ledgers import FIRST_DAY, made_up_ledger


@pytest.fixture(scope="module")
def frame():
    return made_up_ledger(days=400)


@pytest.fixture(scope="module")
def profile(frame):
    return drift.profile(frame.as_of(FIRST_DAY + 300))


def test_the_same_business_has_not_shifted(frame, profile):
    found = drift.input_shift(profile, frame.as_of(FIRST_DAY + 400), FIRST_DAY + 300)
    assert not found["alarm"] and found["n"] > 400
    assert drift.alarms(found, None) == []


def test_another_business_has(profile):
    other = made_up_ledger(days=400, customers=400, seed=3)
    found = drift.input_shift(profile, other.as_of(FIRST_DAY + 400), FIRST_DAY + 300)
    assert found["alarm"]
    (said,) = drift.alarms(found, None)
    assert "have shifted" in said and found["shifted"][0] in said


def test_too_little_says_nothing(frame, profile):
    known = frame.as_of(FIRST_DAY + 400)
    assert drift.input_shift(profile, known, FIRST_DAY + 395) is None
    assert drift.input_shift(None, known, FIRST_DAY) is None
    assert drift.profile(frame.as_of(FIRST_DAY + 5)) is None
    other = {**profile, "shares": {"something": [1.0]}}
    assert drift.input_shift(other, known, FIRST_DAY + 300) is None


def test_the_index_is_the_textbook_one():
    p, q = np.array([0.5, 0.5]), np.array([0.25, 0.75])
    assert drift.stability(p, q) == pytest.approx(-0.25 * np.log(0.5) + 0.25 * np.log(1.5))
    assert drift.stability(p, p) == 0
    assert drift.shares(np.array([0.0, 1.0, 2.0, np.nan]), np.array([0.5])).tolist() == [0.25, 0.5, 0.25]


def verdicts(error, naive, customers=40, each=10):
    rng = np.random.default_rng(1)
    n = customers * each
    return Verdicts(
        error=rng.gamma(2, error / 2, n), naive_error=rng.gamma(2, naive / 2, n), customer=np.arange(n) % customers
    )


@pytest.mark.parametrize(
    ("error", "naive", "backtest", "alarm", "worse"),
    [
        (2.0, 3.0, 0.7, False, False),  # as promised
        (2.0, 2.1, 0.6, True, False),  # no worse than naive, but far from what was promised
        (4.0, 3.0, 0.7, True, True),
        (3.0, 3.0, None, False, False),  # as good as naive is not worse beyond noise
    ],
)
def test_errors_are_held_against_the_backtest_and_naive(error, naive, backtest, alarm, worse):
    found = drift.error_shift(verdicts(error, naive), backtest)
    assert (found["alarm"], found["worse_than_naive"]) == (alarm, worse)
    assert bool(drift.alarms(None, found)) == (alarm or worse)


def test_one_bad_customer_is_not_a_bad_model():
    live = verdicts(2.0, 3.0)
    live.error[live.customer == 7] = 200.0
    found = drift.error_shift(live, 0.7)
    assert found["ratio"] > 1.02 and not found["worse_than_naive"]


def test_few_answers_say_nothing():
    assert drift.error_shift(verdicts(9.0, 3.0, customers=9), 0.7) is None
