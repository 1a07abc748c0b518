"""What is promised is likelier about its day, by as much as the customer has kept so far, and only once it is known."""

from dataclasses import replace
from functools import cache
from uuid import UUID

import numpy as np
import pytest

from hub.forecasting import engine
from hub.forecasting.book import WHOLE, make_book
from hub.forecasting.curves import paid_by
from hub.forecasting.days import NEVER, to_date
from hub.forecasting.explainer import find_case, pack_explained
from hub.forecasting.history import History
from hub.forecasting.holds import Holds
from hub.forecasting.known_cases import known_cases
from hub.forecasting.promises import ALL_COUNT, ASSUMED, ASSUMED_COUNTS, PROFILE, Promises, mixed
from hub.forecasting.reasons import explain_cases
from hub.forecasting.results import Forecasts
from hub.sdk.forecaster import Curves
from plugins.models.naive.plugin import NaiveBackend
from tests.unit.forecasting.forecast_ledgers import made_up_ledger

FRAME = made_up_ledger()
BASE = int(FRAME.issued.min()) + 250
"""The last day known."""


@cache
def model() -> engine.TrainedModel:
    return engine.train(FRAME, to_date(BASE), NaiveBackend, NaiveBackend)


def promises(*made: tuple) -> Promises:
    """(row, made, settled, promised, until, amount, kept) with days counted from BASE; settled None: open."""
    columns = [
        (row, BASE + made, NEVER if settled is None else BASE + settled, BASE + on, BASE + until, amount, kept)
        for row, made, settled, on, until, amount, kept in made
    ]
    return Promises.of_columns(*zip(*columns, strict=True))


def standing(row: int, *, made: int = -3, on: int = 20, until: int = 22, share: float = 1.0, settled=None) -> tuple:
    return row, made, settled, on, until, share * float(FRAME.amount[row]), None


def forecast(found: Promises, holds: Holds | None = None) -> Forecasts:
    return engine.forecast(model(), replace(FRAME, promises=found, holds=holds or Holds()), to_date(BASE))


def seen(frame, rows) -> tuple:
    """A history and rows of it as they are seen the day after BASE."""
    return History(frame.as_of(BASE, include_upcoming=True)), rows, np.full(len(rows), BASE + 1, dtype=np.int32)


def waiting(frame) -> np.ndarray:
    """The rows that wait for payment at the end of BASE."""
    known = frame.as_of(BASE, include_upcoming=True)
    return np.flatnonzero(known.is_open & (known.issued <= BASE) & ~known.draft)


def chance(found: Forecasts, row: int, day: int) -> float:
    return float(found.p_paid_by(BASE + day)[found.row == row][0])


@pytest.fixture
def row() -> int:
    """An invoice that is expected within a few days."""
    found = forecast(Promises())
    return int(found.row[np.argmin(found.p90)])


def test_a_promise_mixes_its_day_in_by_what_is_assumed_where_nothing_is_known(row):
    free, found = forecast(Promises()), forecast(promises(standing(row)))
    # Before the promised day only the model's part has come in, by the end of its grace all of the promise's.
    assert chance(found, row, 18) == pytest.approx((1 - ASSUMED) * chance(free, row, 18), abs=1e-5)
    assert chance(found, row, 22) == pytest.approx(ASSUMED + (1 - ASSUMED) * chance(free, row, 22), abs=1e-5)
    assert found.p50[found.row == row] > free.p50[free.row == row]
    others = found.row != row
    for name in ("p10", "p50", "p90", "p_paid_by_due", "p_late30"):
        assert np.array_equal(getattr(found, name)[others], getattr(free, name)[others])


def test_a_word_that_was_kept_weighs_more_than_one_that_was_broken(row):
    customer = FRAME.customer[row]
    own = np.flatnonzero((FRAME.customer == customer) & (np.arange(len(FRAME)) != row))[:4]
    kept = [(int(each), -60, -40, -50, -48, 1.0, 1.0) for each in own]
    broken = [(*each[:-1], 0.0) for each in kept]
    weights = {}
    for name, past in (("kept", kept), ("broken", broken)):
        found = forecast(promises(*sorted([*past, standing(row)])))
        weights[name] = 1 - chance(found, row, 18) / chance(forecast(Promises()), row, 18)
    all_kept = (4 + ASSUMED_COUNTS * ASSUMED) / (4 + ASSUMED_COUNTS)
    assert weights["kept"] == pytest.approx((4 + ALL_COUNT * all_kept) / (4 + ALL_COUNT), abs=1e-4)
    all_broken = ASSUMED_COUNTS * ASSUMED / (4 + ASSUMED_COUNTS)
    assert weights["broken"] == pytest.approx(ALL_COUNT * all_broken / (4 + ALL_COUNT), abs=1e-4)


@pytest.mark.parametrize("late", [0, 5])
def test_what_became_of_a_promise_counts_from_the_day_after_it_was_known(row, late):
    other = int(np.flatnonzero(FRAME.customer == FRAME.customer[row])[0])
    past = (other, -60, late, -50, -48, 1.0, 0.0)
    found = forecast(promises(*sorted([past, standing(row)])))
    profile = replace(FRAME, promises=promises(*sorted([past, standing(row)]))).as_of(BASE).promises
    assert len(profile.row) == 2
    weight = 1 - chance(found, row, 18) / chance(forecast(Promises()), row, 18)
    assert (weight < ASSUMED - 0.05) == (late == 0)


@pytest.mark.parametrize(
    "unknown",
    [{"made": 1}, {"settled": 0}, {"on": -5, "until": -3}],
    ids=["not made yet", "no longer open", "its days have passed"],
)
def test_a_promise_counts_only_while_it_is_known_to_stand(row, unknown):
    free, found = forecast(Promises()), forecast(promises(standing(row, **unknown)))
    assert np.array_equal(found.p50, free.p50) and np.array_equal(found.p90, free.p90)


def test_a_promise_is_believed_less_as_its_days_pass(row):
    def weight(on):
        frame = replace(FRAME, promises=promises(standing(row, on=on, until=on + 2)))
        profile = known_cases(*seen(frame, np.array([row]))).profiles[PROFILE]
        return float(profile[0, 0])

    # Of the four days about it, from the day before to the end of its grace, none, one, two and three have passed.
    odds = ASSUMED / (1 - ASSUMED)
    expected = [odds * left / (1 + odds * left) for left in (1, 3 / 4, 2 / 4, 1 / 4)]
    assert [weight(on) for on in (2, 1, 0, -1)] == pytest.approx(expected, abs=1e-6)


def test_of_a_part_only_that_part_is_moved(row):
    free = forecast(Promises())
    found = forecast(promises(standing(row, share=0.25)))
    assert chance(found, row, 18) == pytest.approx((1 - 0.25 * ASSUMED) * chance(free, row, 18), abs=1e-5)


def test_cash_follows(row):
    found = promises(standing(row))
    frame = replace(FRAME, promises=found)
    forecasts = engine.forecast(model(), frame, to_date(BASE))
    book = make_book(frame, forecasts)
    at = int(np.flatnonzero(forecasts.row == row)[0])
    assert book.paid_by[at, BASE + 18 - book.monday] / WHOLE == pytest.approx(chance(forecasts, row, 18), abs=1e-3)
    cash = engine.cash_flow(frame, forecasts, weeks=8)
    free = engine.cash_flow(FRAME, forecast(Promises()), weeks=8)
    mine = FRAME.currencies[FRAME.currency[row]]
    assert sum(cash.expected[mine][:2]) < sum(free.expected[mine][:2])


def test_before_a_dispute_ends_nothing_is_expected_whatever_was_promised(row):
    holds = Holds.of_columns([row], [BASE - 2], [NEVER], [BASE + 40], [None])
    assert chance(forecast(promises(standing(row)), holds), row, 40) == 0.0


def test_the_promise_is_the_first_reason_with_its_days(row):
    frame = replace(FRAME, promises=promises(standing(row)))
    (reasons,) = engine.explain(model(), frame, to_date(BASE), np.array([row]))
    assert reasons[0].feature == "promise" and reasons[0].days > 3
    on = f"{to_date(BASE + 20):%d %B %Y}".removeprefix("0")
    assert reasons[0].sentence == (f"Payment is promised by {on}; no promise of this customer has come due before")
    assert "promise" not in [each.feature for each in reasons[1:]]
    (free,) = engine.explain(model(), FRAME, to_date(BASE), np.array([row]))
    assert "promise" not in [each.feature for each in free]


def test_the_reason_tells_how_much_was_kept(row):
    own = np.flatnonzero((FRAME.customer == FRAME.customer[row]) & (np.arange(len(FRAME)) != row))[:3]
    past = [(int(each), -60, -40, -50, -48, 1.0, kept) for each, kept in zip(own, (1.0, 0.5, None), strict=True)]
    frame = replace(FRAME, promises=promises(*sorted([*past, standing(row)])))
    (reasons,) = engine.explain(model(), frame, to_date(BASE), np.array([row]))
    assert reasons[0].sentence.endswith("; this customer has kept 1.5 of 2 promises")


def test_a_dispute_is_told_before_a_promise(row):
    holds = Holds.of_columns([row], [BASE - 2], [NEVER], [BASE + 10], [None])
    frame = replace(FRAME, promises=promises(standing(row)), holds=holds)
    (reasons,) = engine.explain(model(), frame, to_date(BASE), np.array([row]))
    assert [each.feature for each in reasons[:2]] == ["dispute", "promise"]


def test_the_days_of_the_reasons_still_add_up(row):
    frame = replace(FRAME, promises=promises(standing(row)))
    cases = known_cases(*seen(frame, np.array([row])))
    (found,) = explain_cases(model().fitted, cases, 3)
    assert sum(each.days for each in found.reasons) + found.other_days == pytest.approx(found.days)
    # What is kept for asking later says the same.
    kept = find_case(pack_explained(bytes(16), cases), UUID(int=0))
    assert kept is not None
    assert explain_cases(model().fitted, kept, 3) == [found]


def test_promises_follow_their_invoices_through_every_cut(row):
    frame = replace(FRAME, promises=promises(standing(row)))
    keep = np.arange(len(frame)) >= row
    assert frame.take(keep).promises.row.tolist() == [0]
    assert len(frame.take(~keep).promises.row) == 0


def test_mixed_curves_are_curves(row):
    frame = replace(FRAME, promises=promises(standing(row)))
    rows = waiting(frame)
    cases = known_cases(*seen(frame, rows))
    curves = model().fitted.predict(cases)
    found = mixed(curves, cases)
    assert found.ends.shape == found.paid_by.shape == (len(rows), curves.ends.shape[1] + 2)
    assert (np.diff(found.ends, axis=1) >= 0).all() and (np.diff(found.paid_by, axis=1) >= 0).all()
    assert found.paid_by.max() <= 1.0 and found.ends.dtype == np.int32 and found.paid_by.dtype == np.float32
    unpromised = cases.profiles[PROFILE][:, 0] == 0
    for day in range(0, 120, 7):
        days = np.full(len(rows), BASE + day, dtype=np.int32)
        before, after = (paid_by(each, np.asarray(cases.start), days) for each in (curves, found))
        assert np.allclose(before[unpromised], after[unpromised], atol=1e-6)


def test_curves_without_promises_are_left_alone():
    cases = known_cases(*seen(FRAME, waiting(FRAME)[:3]))
    curves = Curves(ends=np.zeros((3, 2), dtype=np.int32), paid_by=np.zeros((3, 2), dtype=np.float32))
    assert PROFILE not in cases.profiles and mixed(curves, cases) is curves
