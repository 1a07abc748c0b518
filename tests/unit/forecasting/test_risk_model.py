"""A ledger's risk model: chosen on later answers, calibrated, with levels, honest words, and safe to store."""

from datetime import timedelta

import numpy as np
import pytest

from hub.forecasting import artifact, risk_model
from hub.forecasting.artifact import CorruptModelError
from hub.forecasting.days import NEVER, to_date
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.risk_calibration import RiskCalibration, calibrate
from hub.forecasting.risk_model import past_days, train_risk
from hub.forecasting.risk_snapshots import take_snapshots
from plugins.models.naive_risk.plugin import NaiveRiskBackend
from plugins.models.xgboost_risk.plugin import XGBoostRiskBackend
from tests.unit.forecasting.forecast_ledgers import FIRST_DAY, made_up_ledger

BACKENDS = (XGBoostRiskBackend,)


def late_ledger(customers=120, days=420, per_day=8.0, seed=0):
    """One customer in four often pays weeks too late, the others about when due."""
    rng = np.random.default_rng(seed)
    count = int(days * per_day)
    customer = rng.integers(0, customers, count)
    issued = FIRST_DAY + np.sort(rng.integers(0, days, count))
    due = issued + 20
    slow = (customer % 4 == 0) & (rng.random(count) < 0.7)
    paid = due + np.rint(np.where(slow, rng.gamma(6, 9, count), rng.normal(2, 3, count))).astype(int)
    paid = np.maximum(paid, issued + 1)
    today = FIRST_DAY + days
    settled = np.flatnonzero(paid <= today)
    amount = np.round(rng.lognormal(6, 0.5, count), 2)
    return LedgerFrame.from_columns(
        day=today,
        invoice_id=[f"I{row}" for row in range(count)],
        number=[f"{row}" for row in range(count)],
        customer=customer,
        customer_id=[f"C{row}" for row in range(customers)],
        customer_name=[f"Customer {row}" for row in range(customers)],
        currency=["EUR"] * count,
        issued=issued,
        due=due,
        amount=amount,
        status=["open"] * count,
        terms=[""] * count,
        disputed=[False] * count,
        settled_row=settled,
        settled_kind=["payment"] * len(settled),
        settled_amount=amount[settled],
        applied=paid[settled],
        reversed_=[NEVER] * len(settled),
    )


@pytest.fixture(scope="module")
def frame():
    return late_ledger()


@pytest.fixture(scope="module")
def model(frame):
    return train_risk(frame, to_date(frame.day), BACKENDS, NaiveRiskBackend)


def test_the_model_knows_the_slow_payers(frame, model):
    snapshots = take_snapshots(frame, frame.day)
    p = model.predict(snapshots)
    assert (np.diff(p, axis=1) <= 0).all()
    slow = snapshots.customer % 4 == 0
    assert p[slow, 0].mean() > 3 * p[~slow, 0].mean()
    levels = np.array(model.level(p))
    assert (levels[slow] == "high").mean() > 0.5 and (levels[~slow] == "low").mean() > 0.5
    assert 0 < model.medium < model.high <= 0.5
    assert set(model.scores) == {"naive_risk", "xgboost_risk"}
    assert model.scores["xgboost_risk"].ece < 0.1


def test_levels_by_hand(model):
    p = np.array([[0.0, 0, 0], [model.medium, 0, 0], [model.high - 1e-6, 0, 0], [model.high, 0, 0], [1.0, 1, 1]])
    assert model.level(p) == ["low", "medium", "medium", "high", "high"]


def test_the_future_changes_nothing(frame, model):
    as_of = to_date(frame.day - 100)
    parts = frame.settlements
    moved = np.where(parts.day > frame.day - 100, parts.day + 37, parts.day).astype(np.int32)
    other = LedgerFrame.as_of(
        type(frame)(
            **{
                name: getattr(frame, name)
                for name, field in frame.__dataclass_fields__.items()
                if field.init and name != "settlements"
            },
            settlements=type(parts)(parts.row, moved, parts.amount, parts.means),
        ),
        NEVER,
        include_upcoming=True,
    )
    found = [train_risk(each, as_of, BACKENDS, NaiveRiskBackend) for each in (frame, other)]
    asked = take_snapshots(frame, frame.day - 100)
    np.testing.assert_array_equal(found[0].predict(asked), found[1].predict(asked))
    assert risk_model.dump(found[0]) == risk_model.dump(found[1])


def test_stored_models_say_the_same(frame, model):
    backends = {each.slug: each for each in (XGBoostRiskBackend, NaiveRiskBackend)}
    loaded = risk_model.load(risk_model.dump(model), backends)
    snapshots = take_snapshots(frame, frame.day)
    np.testing.assert_array_equal(loaded.predict(snapshots), model.predict(snapshots))
    assert (loaded.note, loaded.scores, loaded.high, loaded.severity) == (
        model.note,
        model.scores,
        model.high,
        model.severity,
    )
    with pytest.raises(CorruptModelError, match="not installed"):
        risk_model.load(risk_model.dump(model), {})
    with pytest.raises(CorruptModelError, match="none of customers' risk"):
        risk_model.load(artifact.pack({"backend": "naive"}, b""), backends)
    with pytest.raises(CorruptModelError, match="cannot read"):
        risk_model.load(artifact.pack({"kind": "risk", "backend": "xgboost_risk"}, b"x"), backends)
    with pytest.raises(CorruptModelError):
        risk_model.load(risk_model.dump(model)[:-1], backends)


def test_small_ledgers_get_counted_rates_and_a_word_on_it():
    frame = made_up_ledger(days=150, per_day=1.0)
    model = train_risk(frame, to_date(FIRST_DAY + 150), BACKENDS, NaiveRiskBackend)
    assert model.backend == "naive_risk" and "too few to learn more" in model.note


def test_of_very_many_snapshots_those_of_some_customers_are_learnt_from(frame, monkeypatch):
    everything = risk_model.learnable(frame)[0]
    monkeypatch.setattr(risk_model, "MOST_SNAPSHOTS", len(everything) // 3)
    some, fates = risk_model.learnable(frame)
    assert len(some) == len(fates.late) and 0.2 < len(some) / len(everything) < 0.5
    for customer in np.unique(some.customer):
        assert (some.customer == customer).sum() == (everything.customer == customer).sum()


def test_a_fresh_ledger_gets_assumptions_and_says_so():
    frame = made_up_ledger(days=30)
    as_of = to_date(FIRST_DAY + 30)
    model = train_risk(frame, as_of, BACKENDS, NaiveRiskBackend)
    assert "assumptions, not measurements" in model.note and model.scores == {}
    p = model.predict(take_snapshots(frame, FIRST_DAY + 30))
    assert np.allclose(p, [0.10, 0.05, 0.03])
    assert past_days(frame.as_of(FIRST_DAY + 30)) == []
    assert as_of - timedelta(days=0) == model.as_of


def test_no_ledger_at_all():
    frame = made_up_ledger(days=30).as_of(FIRST_DAY - 400)
    model = train_risk(frame, to_date(FIRST_DAY), BACKENDS, NaiveRiskBackend)
    assert model.predict(take_snapshots(frame, FIRST_DAY)).shape == (0, 3)


def test_few_answers_leave_probabilities_as_they_are():
    assert calibrate(np.array([0.2, 0.4]), np.array([0, 1], dtype=np.int8)) == RiskCalibration()


@pytest.mark.parametrize("count", [400, 8000])
def test_overstated_probabilities_are_brought_down(count):
    rng = np.random.default_rng(4)
    true = rng.beta(1, 6, count)
    late = (rng.random(count) < true).astype(np.int8)
    curve = calibrate(np.sqrt(true), late)
    assert (np.diff(curve.said) > 0).all() and (np.diff(curve.meant) >= 0).all()
    assert np.abs(curve(np.sqrt(true)) - true).mean() < 0.04
    assert np.abs(np.sqrt(true) - true).mean() > 0.15
