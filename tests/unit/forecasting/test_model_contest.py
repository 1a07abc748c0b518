"""Which backend forecasts a ledger: the incumbent, unless another is better beyond noise."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from hub.forecasting import contest, engine
from hub.forecasting.contest import Tally, compare, decide
from hub.forecasting.days import to_date
from hub.forecasting.features import NAMES
from hub.forecasting.record import FEATURE_VERSION, OtherDataError, canonical, digest, from_json, taken, to_json
from hub.forecasting.training import Candidate, retrain, rolling, train_best
from plugins.models.naive.plugin import NaiveBackend
from plugins.models.xgboost_hazard.plugin import XGBoostHazardBackend
from tests.unit.forecasting.forecast_ledgers import FIRST_DAY, made_up_ledger

AS_OF = to_date(FIRST_DAY + 280)
SHOWN = np.repeat(np.arange(40), 10)


class Twin(NaiveBackend):
    """As good as naive, to the day."""

    slug = "twin"


class Late(NaiveBackend):
    """Says 20 days too much of everything."""

    slug = "late"

    def predict(self, cases):
        found = super().predict(cases)
        return replace(found, ends=found.ends + 20)


class Broken(NaiveBackend):
    slug = "broken"

    def fit(self, cases, observed, progress):
        raise RuntimeError("no luck today")


def candidate(backend):
    return Candidate(slug=backend.slug, version="1.0.0", backend=backend)


def candidates(*backends):
    return [candidate(each) for each in (NaiveBackend, *backends)]


@pytest.fixture(scope="module")
def frame():
    return made_up_ledger()


def tally(**losses):
    found = Tally()
    for slug, each in losses.items():
        for days in each:
            found.losses.setdefault(slug, []).append(days)
            found.errors.setdefault(slug, []).append(days)
            found.customers.setdefault(slug, []).append(SHOWN)
    return found


@pytest.mark.parametrize(
    ("better_by", "customers", "expected"),
    [
        (0.10, 40, "new"),  # better for everybody
        (0.005, 40, "old"),  # better for everybody, but not worth a change
        (0.10, 1, "old"),  # much better for one customer alone: that may be chance
        (-0.10, 40, "old"),
    ],
)
def test_a_challenger_takes_over_only_when_better_beyond_noise(better_by, customers, expected):
    old = [np.random.default_rng(seed).gamma(2.0, 1.0, len(SHOWN)) for seed in range(3)]
    gain = better_by * 40 / customers
    new = [day * np.where(customers > SHOWN, 1 - gain if customers > 1 else 0.2, 1.0) for day in old]
    found = decide(tally(old=old, new=new), "old", [1, 2, 3], {})
    assert found.chosen == expected and found.incumbent == "old"
    assert ("takes over" in found.why) == (expected == "new") and "3 days" in found.why


def test_a_challenger_has_to_win_on_most_days():
    old = [np.full(len(SHOWN), 1.0) for _ in range(3)]
    once = [np.full(len(SHOWN), 0.1), np.full(len(SHOWN), 1.1), np.full(len(SHOWN), 1.1)]
    assert decide(tally(old=old, once=once), "old", [1, 2, 3], {}).chosen == "old"


def test_how_sure_a_difference_is_counts_customers_not_invoices():
    base = np.ones(400)
    one = np.where(SHOWN == 0, 0.0, 1.0)
    assert compare(base, one, SHOWN)[1] < 0.95  # ten invoices, but one customer: a third of the draws lack it
    assert compare(base, one, np.arange(400))[1] > 0.99
    assert compare(base, base, SHOWN) == (0.0, 0.0)


def test_the_better_backend_takes_over_and_the_failed_one_is_named(frame):
    found = train_best(frame, AS_OF, candidates(Late, Broken), incumbent="late")
    assert found.champion.model.backend == "naive" and found.champion.status == "champion"
    assert "takes over from late" in found.champion.reason
    assert found.failures == {"broken": "broken could not be trained: no luck today"}
    assert [each.model.backend for each in found.others] == ["late"] and found.others[0].status == "rejected"
    assert len(found.contest.origins) == contest.ORIGINS
    assert [each.failure is not None for each in found.contest.entrants] == [False, False, True]


def test_an_equal_does_not_take_over(frame):
    found = train_best(frame, AS_OF, candidates(Twin), incumbent="twin")
    assert found.contest.chosen == "twin" and "twin stays" in found.contest.why
    again = train_best(frame, AS_OF, candidates(Twin), incumbent="naive")
    assert again.champion.model.backend == "naive"


def test_with_too_short_a_history_nobody_competes(frame):
    day = to_date(FIRST_DAY + 60)
    found = train_best(frame, day, candidates(Late), incumbent="naive")
    assert found.contest is None and found.champion.model.backend == "naive"
    with pytest.raises(engine.TooLittleHistoryError):
        train_best(frame, to_date(FIRST_DAY - 1), candidates())


def test_what_comes_later_changes_no_contest(frame):
    one = train_best(frame, AS_OF, candidates(Twin), incumbent="twin")
    other = train_best(frame.as_of(FIRST_DAY + 280), AS_OF, candidates(Twin), incumbent="twin")
    assert one.contest == other.contest and one.champion.data == other.champion.data


def test_a_big_ledger_competes_with_some_of_its_customers(frame):
    part, customers = taken(frame, 400)
    assert 0 < len(part) <= 400 and 0 < customers < 30
    assert len(set(part.customer.tolist())) <= customers
    found = train_best(frame, AS_OF, candidates(Twin), contest_invoices=1_200)
    assert found.champion.data.customers is None and found.champion.data.invoices > 1_300
    assert found.others[0].data.customers is not None and found.others[0].data.invoices <= 1_200


def test_training_again_from_the_record_gives_the_same_predictions_to_the_byte(frame):
    """Of the champion, trained on everything, and of the challengers, trained on some customers up to a cut."""
    found = train_best(frame, AS_OF, candidates(XGBoostHazardBackend), most_origins=1, contest_invoices=1_200)
    assert found.others
    later = made_up_ledger(days=300)  # the same ledger, read later and in its own objects
    for trained in (found.champion, *found.others):
        backend = {each.slug: each for each in (NaiveBackend, XGBoostHazardBackend)}[trained.model.backend]
        data = from_json(to_json(trained.data))
        assert data == trained.data
        again = replace(trained.model, fitted=retrain(later, backend, data, trained.seed, threads=1))
        one, other = (engine.forecast(each, later, AS_OF) for each in (trained.model, again))
        assert engine.dump(again) == engine.dump(trained.model)
        for name in ("expected", "p10", "p90", "p_paid_by_due", "p_late30"):
            assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name


def test_a_changed_past_is_told_from_the_record(frame):
    found = train_best(frame, AS_OF, candidates(), incumbent="naive").champion
    amount = frame.amount.copy()
    amount[3] += 1.0
    with pytest.raises(OtherDataError, match="differ from"):
        retrain(replace(frame, amount=amount), NaiveBackend, found.data, found.seed, threads=1)


def test_new_customers_and_currencies_do_not_change_the_digest_of_the_past(frame):
    then = canonical(frame.as_of(FIRST_DAY + 100))
    order = np.argsort(frame.customer_id[::-1].astype(str))  # as if newcomers had been sorted in between
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    moved = replace(
        frame,
        customer=place[frame.customer],
        customer_id=frame.customer_id[order],
        customer_name=frame.customer_name[order],
        country=frame.country[order],
        industry=frame.industry[order],
        currencies=("CHF", *frame.currencies),
        currency=frame.currency + np.int16(1),
    )
    assert digest(canonical(moved.as_of(FIRST_DAY + 100))) == digest(then)


def test_later_invoices_are_forecast_from_their_own_day(frame):
    day = to_date(FIRST_DAY + 200)
    model = train_best(frame, day, candidates()).champion.model
    found = rolling(model, frame, day)
    assert (frame.issued[found.row] > FIRST_DAY + 200).all() and len(found) > 100
    assert (found.as_of == frame.issued[found.row] - 1).all()


def test_features_do_not_change_their_names_without_a_new_version():
    """Whoever adds or renames a feature counts FEATURE_VERSION up, and writes the new names' digest here."""
    assert (FEATURE_VERSION, hashlib.sha256(" ".join(NAMES).encode()).hexdigest()[:12]) == (6, "da5fa3f8acaf")
