"""The risk backends by their contract, and the forest against scikit-learn itself."""

import io
import json

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from hub.sdk.risk import Fates, Snapshots, rarer
from plugins.models.naive_risk.plugin import UNKNOWN, NaiveRiskBackend
from plugins.models.random_forest_risk import plugin as forest_plugin
from plugins.models.random_forest_risk.forest import Forest
from plugins.models.random_forest_risk.plugin import RandomForestRiskBackend
from plugins.models.xgboost_risk.plugin import XGBoostRiskBackend

BACKENDS = (NaiveRiskBackend, XGBoostRiskBackend, RandomForestRiskBackend)
NAMES = ("oldest_overdue", "own_late30_share", "delay_p90", "noise")


def made_up(count=900, seed=0):
    """Customers that go late the more, the longer they are overdue; a tenth of all values is unknown."""
    rng = np.random.default_rng(seed)
    values = np.stack(
        [
            rng.integers(0, 60, count) * (rng.random(count) < 0.5),
            rng.random(count) * 0.5,
            rng.normal(5, 10, count),
            rng.normal(0, 1, count),
        ],
        axis=1,
    ).astype(np.float32)
    odds = -2.5 + 0.06 * values[:, 0] + 4 * values[:, 1]
    p = 1 / (1 + np.exp(-odds))
    late = np.stack([rng.random(count) < p * share for share in (1.0, 0.5, 0.05)], axis=1)
    late = np.logical_and.accumulate(late, axis=1).astype(np.int8)
    late[-50:, 2] = -1
    values[:, 2:] = np.where(rng.random((count, 2)) < 0.1, np.nan, values[:, 2:])
    snapshots = Snapshots(
        names=NAMES,
        values=values,
        customer=(np.arange(count) % 200).astype(np.int32),
        day=np.full(count, 18_000, dtype=np.int32),
    )
    return snapshots, Fates(late=late, share=np.where(late == 1, 0.6, 0.0))


@pytest.fixture(scope="module", params=BACKENDS, ids=lambda backend: backend.slug)
def fitted(request):
    snapshots, fates = made_up()
    backend = request.param(threads=1)
    backend.fit(snapshots, fates, lambda share, words: None)
    return backend


def test_probabilities_never_rise_along_a_row_and_know_who_is_late(fitted):
    snapshots, fates = made_up(seed=1)
    p = fitted.predict(snapshots)
    assert p.shape == (len(snapshots), 3) and ((p >= 0) & (p <= 1)).all()
    assert (np.diff(p, axis=1) <= 0).all()
    late = fates.late[:, 0] == 1
    assert p[late, 0].mean() > 1.3 * p[~late, 0].mean()
    assert abs(p[:, 0].mean() - late.mean()) < 0.06


def test_the_same_input_gives_the_same_model(fitted):
    snapshots, fates = made_up()
    again = type(fitted)(threads=1)
    again.fit(snapshots, fates, lambda share, words: None)
    np.testing.assert_array_equal(again.predict(snapshots), fitted.predict(snapshots))


def test_loaded_models_say_the_same(fitted):
    snapshots, _ = made_up(seed=2)
    loaded = type(fitted).load(fitted.dump())
    np.testing.assert_array_equal(loaded.predict(snapshots), fitted.predict(snapshots))
    np.testing.assert_array_equal(loaded.explain(snapshots).values, fitted.explain(snapshots).values)


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]\n", b"null", b'{"names": ["a"], "shares": [null], "lengths": [3]}\nabc', b"\x80\x04K\x01."],
)
def test_what_is_no_model_is_refused(fitted, data):
    with pytest.raises(ValueError):
        type(fitted).load(data)


def test_half_a_model_is_refused(fitted):
    data = fitted.dump()
    with pytest.raises(ValueError):
        type(fitted).load(data[: len(data) // 2])


def test_contributions_point_at_what_matters(fitted):
    snapshots, _ = made_up(seed=1)
    found = fitted.explain(snapshots)
    overdue = found.values[:, found.names.index("oldest_overdue")]
    long = snapshots.column("oldest_overdue") > 45
    assert overdue[long].mean() > overdue[snapshots.column("oldest_overdue") == 0].mean()
    if "noise" in found.names:
        assert np.abs(overdue).mean() > np.abs(found.values[:, found.names.index("noise")]).mean()


def test_forest_equals_scikit_learn():
    snapshots, fates = made_up()
    classifier = RandomForestClassifier(n_estimators=60, n_jobs=1, **forest_plugin.PARAMETERS)
    classifier.fit(snapshots.values, fates.late[:, 0])
    asked, _ = made_up(count=500, seed=9)
    forest = Forest.from_bytes(Forest.of(classifier).to_bytes(), len(NAMES))
    expected = classifier.predict_proba(asked.values)[:, 1]
    np.testing.assert_allclose(forest.predict(asked.values), expected, rtol=0, atol=1e-12)
    roots = forest.value[forest.root].mean()
    np.testing.assert_allclose(roots + forest.contributions(asked.values).sum(axis=1), expected, atol=1e-9)


def test_a_forest_that_would_run_in_circles_is_refused():
    snapshots, fates = made_up()
    backend = RandomForestRiskBackend()
    backend.fit(snapshots, fates, lambda share, words: None)
    forest = backend.heads[0]
    arrays = {name: getattr(forest, name).copy() for name in Forest.__dataclass_fields__}
    arrays["left"][int(np.flatnonzero(forest.feature >= 0)[0])] = 0
    file = io.BytesIO()
    np.savez(file, **arrays)
    with pytest.raises(ValueError, match="do not make trees"):
        Forest.from_bytes(file.getvalue(), len(NAMES))


def test_a_pickle_is_never_opened():
    file = io.BytesIO()
    arrays = dict.fromkeys(Forest.__dataclass_fields__, np.array([object()], dtype=object))
    np.savez(file, allow_pickle=True, **arrays)
    with pytest.raises(ValueError, match=r"pickle|Object arrays"):
        Forest.from_bytes(file.getvalue(), 4)


def test_rare_terms_are_a_share_of_the_term_before():
    snapshots, fates = made_up()
    backend = XGBoostRiskBackend()
    backend.fit(snapshots, fates, lambda share, words: None)
    assert backend.heads[2] == rarer(fates, 2)
    p = backend.predict(snapshots)
    np.testing.assert_allclose(p[:, 2], p[:, 1] * rarer(fates, 2))
    assert json.loads(backend.dump().partition(b"\n")[0])["shares"][2] == backend.heads[2]


def test_more_delay_is_never_better():
    snapshots, fates = made_up()
    backend = XGBoostRiskBackend()
    backend.fit(snapshots, fates, lambda share, words: None)
    values = np.tile(snapshots.values[:1], (60, 1))
    values[:, 0] = np.arange(60)
    row = Snapshots(names=NAMES, values=values, customer=snapshots.customer[:60], day=snapshots.day[:60])
    assert (np.diff(backend.predict(row)[:, 0]) >= -1e-7).all()


def test_rates_by_hand_and_before_anything_is_known():
    snapshots, _ = made_up(count=10)
    backend = NaiveRiskBackend()
    assert backend.predict(snapshots)[0].tolist() == list(UNKNOWN)
    values = np.zeros((20, 4), dtype=np.float32)
    same = Snapshots(
        names=NAMES, values=values, customer=np.arange(20, dtype=np.int32), day=np.zeros(20, dtype=np.int32)
    )
    late = np.zeros((20, 3), dtype=np.int8)
    late[:5, 0] = 1
    backend.fit(same, Fates(late=late, share=late * 0.5), lambda share, words: None)
    base = (5 + 15 * 0.10) / 35
    band = (5 + 15 * base) / 35
    cell = (5 + 15 * band) / 35
    assert backend.predict(same)[0, 0] == pytest.approx((5 + 15 * cell) / 35)
