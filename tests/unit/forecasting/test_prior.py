"""What is shipped to lean on while a ledger knows little, and what leans on it."""

import numpy as np
import pytest

from hub.forecasting.features import build_cases
from hub.forecasting.history import History
from hub.forecasting.prior import prior, terms_bucket
from hub.sdk.forecaster import DELAYS
from tests.unit.forecasting.forecast_ledgers import FIRST_DAY, made_up_ledger


def test_the_prior_is_a_distribution_for_all_terms():
    longest, shares, means = prior()
    assert (np.diff(longest) > 0).all()
    assert shares.shape == (len(longest), len(DELAYS))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    assert (shares >= 0).all()
    assert (np.abs(means[:, 0]) < 15).all()
    assert ((means[:, 2] > 0.3) & (means[:, 2] < 0.6)).all()
    assert terms_bucket(np.array([-3, 0, 7, 8, 30, 90, 10**6], dtype=np.int32)).tolist() == [0, 0, 0, 1, 2, 4, 4]


def test_a_segment_leans_on_the_ledger_and_the_ledger_on_the_prior():
    frame = made_up_ledger()
    history = History(frame)
    early, late = np.int32(FIRST_DAY), np.int32(FIRST_DAY + 250)
    row = np.array([0, 0])
    cases = build_cases(history, row, np.array([early, late]))
    _, shares, _ = prior()
    bucket = terms_bucket(frame.due[:1] - frame.issued[:1])[0]
    segment = cases.profiles["segment"]
    np.testing.assert_allclose(segment[0], shares[bucket], atol=1e-6)
    np.testing.assert_allclose(segment.sum(axis=1), 1.0, rtol=1e-5)
    assert np.abs(segment[1] - shares[bucket]).sum() > 0.2


def test_new_customers_of_another_country_are_not_forecast_alike():
    frame = made_up_ledger(customers=60)
    german = frame.country[frame.customer] == "DE"
    day = FIRST_DAY + 250
    frame = frame.as_of(day)
    german = frame.country[frame.customer] == "DE"
    rows = np.array([np.flatnonzero(german)[-1], np.flatnonzero(~german)[-1]])
    cases = build_cases(History(frame), rows, np.full(2, day + 1, dtype=np.int32), np.array([True, True]))
    assert cases.profiles["delay"].sum() == 0
    assert cases.column("delay_mean")[0] != pytest.approx(cases.column("delay_mean")[1], abs=1e-3)
