"""Reasons in days: of the same sign and order as the model's own contributions, and adding up to what they explain."""

from itertools import pairwise

import numpy as np
import pytest

from hub.forecasting.history import History
from hub.forecasting.reason_days import expected_day, in_days
from hub.forecasting.reasons import explain_cases
from hub.forecasting.samples import training_sample
from hub.sdk.forecaster import Contributions
from plugins.models.naive.plugin import NaiveBackend
from plugins.models.sklearn_quantile.plugin import SklearnQuantileBackend
from plugins.models.xgboost_aft.plugin import XGBoostAftBackend
from plugins.models.xgboost_hazard.plugin import XGBoostHazardBackend
from tests.unit.forecasting.forecast_ledgers import FIRST_DAY, made_up_ledger

BACKENDS = (NaiveBackend, XGBoostHazardBackend, XGBoostAftBackend, SklearnQuantileBackend)


@pytest.fixture(scope="module", params=BACKENDS, ids=lambda backend: backend.slug)
def learnt(request):
    sample = training_sample(History(made_up_ledger().as_of(FIRST_DAY + 240)))
    fitted = request.param()
    fitted.fit(sample.cases, sample.observed, lambda share, words: None)
    some = np.zeros(len(sample.cases), dtype=bool)
    some[::15] = True
    return fitted, sample.cases.take(some)


def test_days_have_the_sign_and_the_order_of_the_contributions(learnt):
    fitted, cases = learnt
    found = fitted.explain(cases)
    days = in_days(found, cases, fitted.predict(cases))
    assert (np.sign(days) == np.sign(found.values)).all()
    for row in range(len(cases)):
        order = np.argsort(found.values[row], kind="stable")
        assert (np.diff(days[row, order]) >= -1e-12).all()


def test_days_add_up_to_the_difference_from_the_typical_case(learnt):
    fitted, cases = learnt
    found, curves = fitted.explain(cases), fitted.predict(cases)
    days = in_days(found, cases, curves)
    total = found.values.astype(np.float64).sum(axis=1)
    if found.unit == "days":
        np.testing.assert_allclose(days.sum(axis=1), total)
    else:
        without = expected_day(cases, curves, total)
        whole = expected_day(cases, curves, np.zeros(len(cases)))
        clear = np.abs(total) > 0.05
        np.testing.assert_allclose(days.sum(axis=1)[clear], (whole - without)[clear], atol=1e-6)


def test_what_is_told_and_the_rest_add_up(learnt):
    fitted, cases = learnt
    for each in explain_cases(fitted, cases, 3):
        assert sum(reason.days for reason in each.reasons) + each.other_days == pytest.approx(each.days)
        assert 1 <= len(each.reasons) <= 3
        assert all(reason.days * reason.contribution >= 0 for reason in each.reasons)


def test_the_expected_day_falls_as_payment_gets_likelier(learnt):
    fitted, cases = learnt
    curves = fitted.predict(cases)
    means = [expected_day(cases, curves, np.full(len(cases), step)) for step in (-3.0, -0.5, 0.0, 0.5, 3.0)]
    assert all((later >= sooner - 1e-6).all() for later, sooner in pairwise(means))
    assert (means[-1] >= cases.start - 1).all()


def test_a_customer_that_pays_late_is_told_so_in_days():
    """Whose usual delay is ten days longer than the ledger's is expected about ten days later by the naive backend."""
    sample = training_sample(History(made_up_ledger().as_of(FIRST_DAY + 240)))
    fitted = NaiveBackend()
    fitted.fit(sample.cases, sample.observed, lambda share, words: None)
    found = fitted.explain(sample.cases)
    assert isinstance(found, Contributions) and found.unit == "days"
    (first, *_) = explain_cases(fitted, sample.cases.take(np.arange(len(sample.cases)) < 1), 3)
    assert first.days == pytest.approx(float(found.values[0].sum()))
