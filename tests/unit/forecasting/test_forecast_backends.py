"""What the built-in backends promise by themselves; the engine's tests cover them on a ledger."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from hub.forecasting.curves import day_of, paid_by
from hub.forecasting.days import to_day
from hub.forecasting.history import History
from hub.forecasting.samples import training_sample
from hub.sdk.forecaster import HOLIDAY_DELAYS, Cases, ForecastBackend
from plugins.models.naive.plugin import NaiveBackend
from plugins.models.sklearn_quantile.plugin import SklearnQuantileBackend
from plugins.models.sklearn_quantile.trees import Trees, pack, unpack
from plugins.models.xgboost_aft.plugin import XGBoostAftBackend
from plugins.models.xgboost_aft.scatter import OFFSETS, kaplan_meier
from plugins.models.xgboost_hazard import plugin
from plugins.models.xgboost_hazard.grid import SINGLE, Calendar, count_open, lay_grid, next_open, open_weekdays
from plugins.models.xgboost_hazard.plugin import XGBoostHazardBackend
from tests.unit.forecasting.forecast_ledgers import FIRST_DAY, made_up_ledger

BACKENDS = (NaiveBackend, XGBoostHazardBackend, XGBoostAftBackend, SklearnQuantileBackend)
WEEKDAYS = np.array([True] * 5 + [False] * 2)
FRIDAY = to_day(date(2026, 3, 6))


def fitted(backend: ForecastBackend) -> tuple[ForecastBackend, object]:
    sample = training_sample(History(made_up_ledger(days=200).as_of(FIRST_DAY + 160)))
    backend.fit(sample.cases, sample.observed, lambda share, words: None)
    return backend, sample


@pytest.fixture(scope="module", params=BACKENDS, ids=lambda backend: backend.slug)
def learnt(request: pytest.FixtureRequest) -> tuple[ForecastBackend, object]:
    return fitted(request.param())


def test_curves_never_fall_and_begin_at_the_start(learnt: tuple[ForecastBackend, object]):
    backend, sample = learnt
    curves = backend.predict(sample.cases)
    assert curves.ends.shape == curves.paid_by.shape == (len(sample.cases), curves.ends.shape[1])
    assert (np.diff(curves.ends, axis=1) >= 0).all()
    assert (np.diff(curves.paid_by, axis=1) >= 0).all()
    assert ((curves.paid_by >= 0) & (curves.paid_by <= 1)).all()
    before_start = curves.ends < sample.cases.start[:, None]
    assert (curves.paid_by[before_start] == 0).all()


def test_an_invoice_overdue_for_years_still_has_a_curve(learnt: tuple[ForecastBackend, object]):
    backend, sample = learnt
    some = np.zeros(len(sample.cases), dtype=bool)
    some[:20] = True
    cases = sample.cases.take(some)
    cases.start[:] = cases.due + 1000
    curves = backend.predict(cases)
    assert (curves.ends[:, -1] > cases.start).all()
    assert (curves.paid_by[:, -1] > 0).all()


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b'{"ledger": [1]}', b"{}\nxx", b"\xff\x00"])
@pytest.mark.parametrize("backend", BACKENDS, ids=lambda backend: backend.slug)
def test_what_is_no_model_is_refused(backend: type[ForecastBackend], data: bytes):
    with pytest.raises(ValueError):
        backend.load(data)


def test_medians_are_not_far_off(learnt: tuple[ForecastBackend, object]):
    backend, sample = learnt
    curves = backend.predict(sample.cases)
    error = np.abs(day_of(curves, sample.cases.start, 0.5) - sample.observed.last)[sample.observed.paid]
    assert error.mean() < 5.0
    held = paid_by(curves, sample.cases.start, sample.observed.last)[sample.observed.paid]
    assert ((held > 0.05) & (held < 0.98)).mean() > 0.7


def test_a_stored_model_is_the_same_and_learning_again_too(learnt: tuple[ForecastBackend, object]):
    backend, sample = learnt
    known = backend.predict(sample.cases)
    for other in (type(backend).load(backend.dump()), fitted(type(backend)())[0]):
        again = other.predict(sample.cases)
        np.testing.assert_array_equal(again.ends, known.ends)
        np.testing.assert_array_equal(again.paid_by, known.paid_by)


def test_contributions_are_named_after_features(learnt: tuple[ForecastBackend, object]):
    backend, sample = learnt
    some = np.arange(len(sample.cases)) < 10
    found = backend.explain(sample.cases.take(some))
    assert found.values.shape == (10, len(found.names))
    assert np.isfinite(found.values).all()


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda backend: backend.slug)
def test_what_a_ledger_never_says_is_no_obstacle(backend: type[ForecastBackend]):
    frame = replace(made_up_ledger(days=120), electronic=np.full(720, np.nan))
    sample = training_sample(History(frame.as_of(FIRST_DAY + 120)))
    silent = backend()
    silent.fit(sample.cases, sample.observed, lambda share, words: None)
    assert np.isfinite(silent.predict(sample.cases).paid_by).all()
    assert np.isfinite(silent.explain(sample.cases.take(np.arange(len(sample.cases)) < 3)).values).all()


def test_forged_trees_are_refused():
    backend, _ = fitted(SklearnQuantileBackend())
    whole = unpack(backend.dump())
    inner = int(np.flatnonzero(whole["is_leaf"] == 0)[0])
    forgeries = {
        "left": 0,  # round in a circle
        "right": 10**6,
        "feature": 10**4,
        "value": np.inf,
        "threshold": np.nan,
    }
    for name, bad in forgeries.items():
        forged = whole[name].copy()
        forged[inner] = bad
        with pytest.raises(ValueError):
            SklearnQuantileBackend.load(pack(whole | {name: forged}))
    for name in ("begins", "ensemble", "base", "names"):
        with pytest.raises(ValueError):
            SklearnQuantileBackend.load(pack(whole | {name: whole[name][:-1]}))
        with pytest.raises(ValueError):
            SklearnQuantileBackend.load(pack({key: array for key, array in whole.items() if key != name}))


def test_arrays_with_objects_in_them_are_never_unpickled():
    with pytest.raises(ValueError):
        SklearnQuantileBackend.load(pack({"names": np.array([{"a": 1}], dtype=object)}))


def test_trees_answer_as_scikit_learn_does():
    from sklearn.ensemble import HistGradientBoostingRegressor

    rng = np.random.default_rng(0)
    values = rng.normal(size=(500, 4)).astype(np.float32)
    values[rng.random(values.shape) < 0.1] = np.nan
    wanted = np.nan_to_num(values[:, 0]) + rng.normal(size=500)
    fitted_trees = [
        HistGradientBoostingRegressor(loss="quantile", quantile=q, max_iter=20).fit(values, wanted) for q in (0.2, 0.8)
    ]
    found = Trees.of(fitted_trees, 4).predict(values)
    for column, one in enumerate(fitted_trees):
        np.testing.assert_allclose(found[:, column], one.predict(values))


def test_the_open_ones_make_the_scatter_later():
    error = np.array([0.0, 0.0, 10.0, 10.0])
    all_paid = kaplan_meier(error, np.array([True] * 4))
    some_open = kaplan_meier(error, np.array([True, False, True, False]))
    at = OFFSETS.tolist().index(0)
    assert all_paid[at] == 0.5
    assert some_open[at] == 0.25
    assert (some_open <= all_paid).all()
    assert all_paid[-1] == some_open[-1] == 1.0
    assert (np.diff(kaplan_meier(error, np.zeros(4, dtype=bool))) >= 0).all()


def test_thinned_out_rows_keep_their_weight():
    was_paid = np.arange(2_000_000) % 100 == 0
    kept, weight = plugin._thin_out(was_paid)
    assert was_paid[kept].sum() == was_paid.sum()
    assert len(kept) == pytest.approx(plugin.MOST_ROWS, rel=0.02)
    assert weight.sum() == pytest.approx(len(was_paid), rel=0.01)
    few, even = plugin._thin_out(was_paid[:1000])
    assert len(few) == 1000
    assert (even == 1).all()


def test_open_days_are_counted_to_the_day():
    first = FRIDAY + np.arange(14)
    for length in range(20):
        expected = [sum(WEEKDAYS[(day + 3) % 7] for day in range(begin, begin + length + 1)) for begin in first]
        assert count_open(first, first + length, WEEKDAYS).tolist() == expected
    assert count_open(first, first - 1, WEEKDAYS).sum() == 0


def test_the_next_open_day_after_a_weekend_is_monday():
    assert (next_open(FRIDAY + np.arange(4), WEEKDAYS) - FRIDAY).tolist() == [0, 3, 3, 3]
    assert (next_open(FRIDAY + np.arange(3), np.ones(7, dtype=bool)) - FRIDAY).tolist() == [0, 1, 2]


def test_a_weekday_with_hardly_a_payment_counts_as_closed():
    days = np.repeat(FRIDAY + np.arange(7), [1000, 3, 0, 1000, 1000, 1000, 1000])
    assert open_weekdays(days).tolist() == WEEKDAYS.tolist()


def test_pieces_cover_every_open_day_once_from_the_start():
    start = np.array([FRIDAY - 200, FRIDAY, FRIDAY + 10, FRIDAY + 500], dtype=np.int32)
    due = np.full(4, FRIDAY, dtype=np.int32)
    holiday = np.zeros((4, len(HOLIDAY_DELAYS)), dtype=np.float32)
    cases = Cases(
        names=(),
        values=np.empty((4, 0), dtype=np.float32),
        customer=np.zeros(4, dtype=np.int32),
        seen=start,
        start=start,
        issued=start,
        due=due,
        profiles={"holiday": holiday},
    )
    last = np.maximum(due + 365, start + 90)
    whole = count_open(start, last, WEEKDAYS)
    grid = lay_grid(cases, Calendar(WEEKDAYS, on_holidays=False))
    assert grid.open_days.sum(axis=1).tolist() == whole.tolist()
    holiday[:, HOLIDAY_DELAYS == 4] = 1.0  # a Tuesday, which two of the cases have ahead of them
    with_holiday = lay_grid(cases, Calendar(WEEKDAYS, on_holidays=False))
    is_ahead = start <= FRIDAY + 4
    assert with_holiday.open_days.sum(axis=1).tolist() == (whole - is_ahead).tolist()
    after = SINGLE.start + int(np.flatnonzero(HOLIDAY_DELAYS == 5)[0])
    assert (with_holiday.shut_before[:, after] == 1).all() and (grid.shut_before[:, after] == 0).all()
    assert (with_holiday.shut_before[:, after - 2] == 2).all()  # Monday, after a weekend
    with_payments_on_holidays = lay_grid(cases, Calendar(WEEKDAYS, on_holidays=True))
    assert with_payments_on_holidays.open_days.tolist() == grid.open_days.tolist()
