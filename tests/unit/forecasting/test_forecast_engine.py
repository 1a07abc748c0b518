"""The verbs of the room with the real backends, on a made-up ledger small enough for a second."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from hub.forecasting import engine
from hub.forecasting.artifact import CorruptModelError
from hub.forecasting.days import NEVER, to_date, to_day
from hub.forecasting.frame import LedgerFrame
from hub.sdk.risk import LEVELS
from plugins.models.naive.plugin import NaiveBackend
from plugins.models.xgboost_hazard.plugin import XGBoostHazardBackend
from tests.unit.forecasting.forecast_ledgers import FIRST_DAY, made_up_ledger

AS_OF = to_date(FIRST_DAY + 240)
BACKENDS = {backend.slug: backend for backend in (NaiveBackend, XGBoostHazardBackend)}


@pytest.fixture(scope="module")
def frame() -> LedgerFrame:
    return made_up_ledger()


@pytest.fixture(scope="module")
def model(frame: LedgerFrame) -> engine.TrainedModel:
    return engine.train(frame, AS_OF, XGBoostHazardBackend, NaiveBackend)


def test_training_keeps_a_backtest_beside_the_baselines(model: engine.TrainedModel):
    assert model.backend == "xgboost_hazard"
    assert model.backtest.promoted
    assert model.backtest.model.mae < model.backtest.customer_median.mae < model.backtest.due_date.mae
    assert model.backtest.trained_until < model.backtest.scored_until <= AS_OF
    assert sum(one.n for one in model.backtest.errors[:2]) == model.backtest.model.n
    assert model.backtest.why == model.note
    assert f"{model.backtest.model.mae:.2f} days off" in model.note


@pytest.mark.parametrize("include_upcoming", [False, True])
def test_a_forecast_is_coherent(frame: LedgerFrame, model: engine.TrainedModel, include_upcoming: bool):
    found = engine.forecast(model, frame, AS_OF, include_upcoming=include_upcoming)
    day = to_day(AS_OF)
    issued, due = frame.issued[found.row], frame.due[found.row]
    assert set(found.row) == set(np.flatnonzero((frame.paid > day) & ((issued.max() > day) | (frame.issued <= day))))
    assert (issued > day).any() == include_upcoming
    first_possible = np.maximum(issued, day + 1)
    for earlier, later in ((first_possible, found.p10), (found.p10, found.p50), (found.p50, found.p90)):
        assert (earlier <= later).all()
    assert ((found.p10 <= found.expected) & (found.expected <= found.p90)).all()
    for p in (found.p_paid_by_due, found.p_late30):
        assert ((p >= 0) & (p <= 1)).all()
    assert (found.p_paid_by_due[due <= day] == 0).all()
    assert (found.p_paid_by_due + found.p_late30 <= 1 + 1e-6).all()
    np.testing.assert_allclose(found.p_paid_by(NEVER) >= found.p_paid_by(day + 30), True)
    assert (found.p_paid_by(day) == 0).all()
    assert set(found.risk_level) <= set(LEVELS)


def test_what_comes_after_the_day_changes_nothing(frame: LedgerFrame, model: engine.TrainedModel):
    parts = frame.settlements
    later = parts.day > to_day(AS_OF)
    cut_off = replace(frame, settlements=parts.take(~later))
    again = engine.train(cut_off, AS_OF, XGBoostHazardBackend, NaiveBackend)
    assert again.backtest == model.backtest
    one, other = (engine.forecast(m, f, AS_OF) for m, f in ((model, frame), (again, cut_off)))
    np.testing.assert_array_equal(one.p_paid_by_due, other.p_paid_by_due)
    np.testing.assert_array_equal(one.expected, other.expected)


def test_rolling_forecasts_see_only_what_was_known_on_the_day_of_issue(frame: LedgerFrame):
    train_until = to_date(FIRST_DAY + 200)
    _, found = engine.backtest_from(frame, train_until, XGBoostHazardBackend, NaiveBackend)
    assert set(found.row) == set(np.flatnonzero(frame.issued > to_day(train_until)))
    assert (found.as_of == frame.issued[found.row] - 1).all()
    half_way = FIRST_DAY + 250
    known = replace(frame, settlements=frame.settlements.take(frame.settlements.day < half_way))
    _, then = engine.backtest_from(known, train_until, XGBoostHazardBackend, NaiveBackend)
    until = frame.issued[found.row] <= half_way
    np.testing.assert_array_equal(found.p_paid_by_due[until], then.p_paid_by_due[until])
    np.testing.assert_array_equal(found.expected[until], then.expected[until])


def test_a_stored_model_forecasts_the_same(frame: LedgerFrame, model: engine.TrainedModel):
    stored = engine.load(engine.dump(model), BACKENDS)
    assert (stored.backend, stored.as_of, stored.note, stored.n_payments) == (
        model.backend, model.as_of, model.note, model.n_payments,
    )  # fmt: skip
    assert stored.backtest == model.backtest
    one, other = (engine.forecast(each, frame, AS_OF) for each in (model, stored))
    np.testing.assert_array_equal(one.curves.paid_by, other.curves.paid_by)
    np.testing.assert_array_equal(one.p90, other.p90)


def test_a_damaged_model_is_refused_wherever_the_damage_is(model: engine.TrainedModel):
    data = engine.dump(model)
    rng = np.random.default_rng(0)
    places = {0, 25, len(data) - 1, *rng.integers(0, len(data), 40).tolist()}
    for place in places:
        damaged = bytearray(data)
        damaged[place] ^= 0x20
        with pytest.raises(CorruptModelError):
            engine.load(bytes(damaged), BACKENDS)
    with pytest.raises(CorruptModelError, match="damaged"):
        engine.load(data[:-100], BACKENDS)
    with pytest.raises(CorruptModelError, match="not a stored model"):
        engine.load(b"", BACKENDS)


def test_a_model_of_a_missing_backend_is_named(model: engine.TrainedModel):
    with pytest.raises(CorruptModelError, match="'xgboost_hazard', which is not installed"):
        engine.load(engine.dump(model), {})


def test_a_small_ledger_gets_the_naive_backend_and_is_told_so(frame: LedgerFrame):
    model = engine.train(frame, to_date(FIRST_DAY + 50), XGBoostHazardBackend, NaiveBackend)
    assert model.backend == "naive"
    assert model.backtest is None
    assert "too few for xgboost_hazard, which needs 300" in model.note
    found = engine.forecast(model, frame, to_date(FIRST_DAY + 50))
    assert (found.p10 <= found.p90).all()


def test_a_ledger_without_payments_is_refused(frame: LedgerFrame):
    with pytest.raises(engine.TooLittleHistoryError, match="No invoice of this ledger was paid by"):
        engine.train(frame, to_date(FIRST_DAY), XGBoostHazardBackend, NaiveBackend)


class LateBackend(NaiveBackend):
    """Says that everything is paid a year late."""

    slug = "late"

    def predict(self, cases):
        curves = super().predict(cases)
        return replace(curves, ends=curves.ends + 365)


def test_a_model_worse_than_the_customer_median_is_not_promoted(frame: LedgerFrame):
    model = engine.train(frame, AS_OF, LateBackend, NaiveBackend)
    assert model.backend == "naive"
    assert not model.backtest.promoted
    assert "late did not beat it" in model.note


def test_expected_cash_adds_up_and_lies_in_its_range(frame: LedgerFrame, model: engine.TrainedModel):
    found = engine.forecast(model, frame, AS_OF)
    cash = engine.cash_flow(frame, found, weeks=26, draws=200)
    known = frame.as_of(to_day(AS_OF))
    for code, currency in enumerate(frame.currencies):
        owed = known.open_amount[known.is_open & (known.currency == code)].sum()
        assert cash.expected[currency].sum() == pytest.approx(owed, rel=0.02)
        busy = cash.expected[currency] > 0.05 * owed
        assert busy.any()
        assert (cash.p10[currency][busy] <= cash.expected[currency][busy]).all()
        assert (cash.expected[currency][busy] <= cash.p90[currency][busy]).all()
    assert cash.weeks[0] <= AS_OF + timedelta(days=1) < cash.weeks[1]
    assert cash.weeks[0].weekday() == 0


def test_reasons_name_what_is_known(frame: LedgerFrame, model: engine.TrainedModel):
    rows = engine.forecast(model, frame, AS_OF).row[:30]
    found = engine.explain(model, frame, AS_OF, rows, most=2)
    assert len(found) == 30
    for row, reasons in zip(rows, found, strict=True):
        assert 1 <= len(reasons) <= 2
        if to_day(AS_OF) > frame.due[row]:
            assert reasons[0].sentence.endswith("overdue already")
        else:
            assert abs(reasons[0].contribution) >= abs(reasons[-1].contribution)
        assert all(reason.sentence[0].isupper() and "nan" not in reason.sentence for reason in reasons)
    assert any("usually pays" in reason.sentence for reasons in found for reason in reasons)
    assert engine.explain(model, frame, AS_OF, rows[:0]) == []


def test_progress_never_falls_and_ends_at_one(frame: LedgerFrame):
    shares: list[float] = []
    engine.train(frame, AS_OF, XGBoostHazardBackend, NaiveBackend, progress=lambda share, _: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
