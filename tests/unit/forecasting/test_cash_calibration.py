"""How far the cash's range is stretched is learnt from weeks of the ledger's own past, and from nothing later."""

from dataclasses import replace

import numpy as np
import pytest

from hub.forecasting import cash_calibration
from hub.forecasting.backtest import newest_part
from hub.forecasting.cash_calibration import LEAST, MOST, calibrate_cash
from hub.forecasting.days import weekday
from hub.forecasting.history import History
from hub.forecasting.results import Dependence
from hub.forecasting.samples import training_sample
from plugins.models.naive.plugin import NaiveBackend
from tests.unit.forecasting.forecast_ledgers import FIRST_DAY, made_up_ledger

UNTIL = FIRST_DAY + 260


@pytest.fixture(scope="module")
def frame():
    return made_up_ledger()


@pytest.fixture(scope="module")
def fitted(frame):
    backend = NaiveBackend()
    sample = training_sample(History(frame.as_of(newest_part(frame.as_of(UNTIL)).trained_until)))
    backend.fit(sample.cases, sample.observed, lambda share, words: None)
    return backend


def test_it_is_bounded_counts_its_weeks_and_is_the_same_again(frame, fitted):
    known = frame.as_of(UNTIL)
    found = calibrate_cash(fitted, known, newest_part(known).trained_until)
    assert LEAST <= found.widen <= MOST and found.weeks >= 4
    assert replace(found, widen=1.0, weeks=0) == Dependence()
    assert calibrate_cash(fitted, known, newest_part(known).trained_until) == found


def test_what_comes_after_the_day_changes_nothing(frame, fitted):
    until = newest_part(frame.as_of(UNTIL)).trained_until
    shuffled = frame.settlements
    later = shuffled.day > UNTIL
    rng = np.random.default_rng(0)
    day = shuffled.day.copy()
    day[later] = rng.permutation(day[later])
    changed = replace(frame, settlements=replace(shuffled, day=day))
    assert calibrate_cash(fitted, frame.as_of(UNTIL), until) == calibrate_cash(fitted, changed.as_of(UNTIL), until)


def test_a_ledger_that_shows_no_whole_week_keeps_what_others_taught(frame, fitted):
    assert calibrate_cash(fitted, frame.as_of(UNTIL), UNTIL - 3) == Dependence()
    assert calibrate_cash(fitted, frame.as_of(UNTIL), UNTIL) == Dependence()


def test_forecasts_that_miss_are_stretched(frame, fitted):
    """When all that comes comes a month later than ever before, the range that held is not believed any more."""
    known = frame.as_of(UNTIL)
    until = newest_part(known).trained_until
    usual = calibrate_cash(fitted, known, until)
    day = np.where(known.settlements.day > until, known.settlements.day + 28, known.settlements.day).astype(np.int32)
    late = replace(known, settlements=replace(known.settlements, day=day))
    assert calibrate_cash(fitted, late, until).widen > usual.widen


def test_it_looks_from_the_cut_and_from_the_ends_of_weeks():
    days = cash_calibration._origins(FIRST_DAY + 2, FIRST_DAY + 40)
    assert days[0] == FIRST_DAY + 2 and len(days) <= cash_calibration.MOST_ORIGINS
    assert all(weekday(np.int32(day)) == 6 for day in days[1:])
    assert max(days) + 7 <= FIRST_DAY + 40
