from dataclasses import replace

import numpy as np
import pytest

from hub.forecasting.calibration import Answers, Calibration, calibrate
from hub.forecasting.curves import day_of, paid_by
from hub.forecasting.days import monday_of
from hub.forecasting.planning import plan_days
from hub.sdk.forecaster import Cases, Curves

START = np.array([100, 100], dtype=np.int32)
CURVES = Curves(
    ends=np.array([[100, 101, 111], [102, 102, 110]], dtype=np.int32),
    paid_by=np.array([[0.2, 0.5, 1.0], [0.3, 0.3, 0.7]], dtype=np.float32),
)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (99, [0.0, 0.0]),  # before it can be paid
        (100, [0.2, 0.1]),  # the first piece of the second row is three days long
        (102, [0.55, 0.3]),
        (106, [0.75, 0.5]),
        (500, [1.0, 0.7]),  # nothing is known beyond the curve
    ],
)
def test_paid_by(day: int, expected: list[float]):
    np.testing.assert_allclose(paid_by(CURVES, START, np.full(2, day, dtype=np.int32)), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("probability", "expected"),
    [(0.05, [100, 100]), (0.2, [100, 101]), (0.5, [101, 106]), (0.75, [106, 110]), (1.0, [111, 110])],
)
def test_day_of(probability: float, expected: list[int]):
    assert day_of(CURVES, START, probability).tolist() == expected


def test_day_of_is_the_first_day_with_the_probability():
    for probability in np.linspace(0.01, 0.69, 40):
        day = day_of(CURVES, START, probability)
        assert (paid_by(CURVES, START, day) >= probability - 1e-5).all()
        assert (paid_by(CURVES, START, day - 1) < probability).all()


def spiky_curves(count: int) -> Curves:
    """Half of the payments come on one day, the others spread over ten days around it."""
    shares = np.array([0.05] * 5 + [0.5] + [0.05] * 5)
    ends = np.tile(np.arange(1000, 1011, dtype=np.int32), (count, 1))
    return Curves(ends=ends, paid_by=np.tile(np.cumsum(shares), (count, 1)).astype(np.float32))


def cases_of(count: int, *, payments: int = 50, late: int = 0) -> Cases:
    """Cases that may be paid from day 1000 on, due so many days before, of customers with so many payments."""
    start = np.full(count, 1000, dtype=np.int32)
    return Cases(
        names=("amount_log",),
        values=np.linspace(0, 1, count, dtype=np.float32)[:, None],
        customer=np.arange(count, dtype=np.int32),
        seen=start,
        start=start,
        issued=start - 30,
        due=(start - late + (5 if late == 0 else 0)).astype(np.int32),
        profiles={"delay": np.full((count, 1), payments, dtype=np.float32)},
    )


def test_calibration_narrows_intervals_that_hold_too_much():
    rng = np.random.default_rng(0)
    curves, cases = spiky_curves(2000), cases_of(2000)
    paid = (1000 + rng.choice(11, 2000, p=[0.05] * 5 + [0.5] + [0.05] * 5)).astype(np.int32)
    found = calibrate(curves, cases, paid)
    held = (paid >= day_of(curves, cases.start, found.low)) & (paid <= day_of(curves, cases.start, found.high))
    assert found.low > 0.1
    assert abs(held.mean() - 0.8) < 0.06
    assert (found.slope, found.shift) == (1.0, 0.0)


def test_groups_whose_payments_scatter_more_get_wider_intervals():
    rng = np.random.default_rng(0)
    known, new = cases_of(1500), cases_of(500, payments=2)
    cases = replace(
        known,
        **{name: np.concatenate([getattr(known, name), getattr(new, name)]) for name in
           ("values", "customer", "seen", "start", "issued", "due")},
        profiles={"delay": np.concatenate([known.profiles["delay"], new.profiles["delay"]])},
    )  # fmt: skip
    paid = np.concatenate([rng.integers(1003, 1008, 1500), rng.integers(1000, 1011, 500)]).astype(np.int32)
    found = calibrate(spiky_curves(2000), cases, paid)
    low, high = found.tails(cases)
    assert low[-1] < low[0]
    assert high[-1] > high[0]
    assert (found.tails(cases_of(3, late=40))[0] == found.groups["overdue"][0]).all()


def test_intervals_of_unknown_customers_are_learnt_from_known_ones_shown_as_new():
    rng = np.random.default_rng(0)
    paid = rng.integers(1004, 1007, 1000).astype(np.int32)  # a past without new customers
    scattered = Answers(cases_of(300, payments=0), spiky_curves(300), rng.integers(1000, 1011, 300).astype(np.int32))
    without = calibrate(spiky_curves(1000), cases_of(1000), paid)
    found = calibrate(spiky_curves(1000), cases_of(1000), paid, scattered)
    assert found.groups["unknown"][0] < without.groups["unknown"][0] == without.low
    assert {**found.groups, "unknown": None} == {**without.groups, "unknown": None}
    low, high = found.tails(scattered.cases)
    days = day_of(scattered.curves, scattered.cases.start, low), day_of(scattered.curves, scattered.cases.start, high)
    assert 0.75 < ((scattered.paid >= days[0]) & (scattered.paid <= days[1])).mean() < 0.9


@pytest.mark.parametrize(("payments", "group"), [(0, "unknown"), (3, "new"), (12, "young")])
def test_few_answers_of_a_group_lean_on_those_of_all(payments: int, group: str):
    rng = np.random.default_rng(0)
    tails, shares = {}, np.array([0.05] * 5 + [0.5] + [0.05] * 5)
    for count in (0, 4, 400):  # of a group whose payments lie at both ends
        paid = np.concatenate([1000 + rng.choice(11, 2000, p=shares), np.resize([1000, 1010], count)])
        known = np.repeat([50, payments], [2000, count]).astype(np.float32)
        cases = replace(cases_of(2000 + count), profiles={"delay": known[:, None]})
        tails[count] = calibrate(spiky_curves(2000 + count), cases, paid.astype(np.int32)).groups[group][0]
    assert tails[400] < tails[4] <= tails[0]


def test_odds_that_promise_too_much_are_corrected_as_far_as_is_known():
    rng = np.random.default_rng(0)
    paid = np.where(rng.random(4000) < 0.5, 1005, 1009).astype(np.int32)  # the curves say 0.75 by then
    found = calibrate(spiky_curves(4000), cases_of(4000), paid)
    corrected = found.corrected(np.array([0.0, 0.75]))
    assert corrected[0] == 0
    assert corrected[1] == pytest.approx(0.5, abs=0.05)
    few = calibrate(spiky_curves(120), cases_of(120), paid[:120]).corrected(np.array([0.75]))
    assert corrected[1] < few[0] <= 0.75


def test_too_few_answers_do_not_outweigh_the_curves():
    found = calibrate(spiky_curves(20), cases_of(20), np.full(20, 1005))
    assert found == Calibration()
    assert found.corrected(np.array([0.3])) == 0.3
    assert (found.tails(cases_of(20))[0] == 0.1).all()


def even_curves(count: int) -> tuple[Curves, np.ndarray]:
    """Paid on any of fourteen days, so that all medians fall in the same week."""
    monday = int(monday_of(np.array([1000]))[0])
    start = np.full(count, monday, dtype=np.int32)
    ends = np.tile(start[0] + np.arange(14, dtype=np.int32), (count, 1))
    return Curves(ends=ends, paid_by=np.tile(np.arange(1, 15) / 14, (count, 1)).astype(np.float32)), start


def test_planned_weeks_add_up_to_the_expected_cash():
    curves, start = even_curves(40)
    amount, currency = np.full(40, 100.0), np.zeros(40, dtype=np.int16)
    medians = day_of(curves, start, 0.5)
    planned = plan_days(curves, start, start - 1, amount, currency)
    in_first_week = planned < start[0] + 7
    assert (medians < start[0] + 7).all()
    assert in_first_week.sum() == 20
    assert np.abs(planned - medians).max() <= 2


def test_each_currency_adds_up_by_itself():
    curves, start = even_curves(40)
    currency = np.repeat([0, 1], 20).astype(np.int16)
    planned = plan_days(curves, start, start - 1, np.full(40, 100.0), currency)
    assert [(planned[currency == code] < start[0] + 7).sum() for code in (0, 1)] == [10, 10]


def test_a_plan_does_not_know_later_forecasts():
    curves, start = even_curves(40)
    amount, currency = np.linspace(50, 150, 40), np.zeros(40, dtype=np.int16)
    as_of = np.where(np.arange(40) < 20, start - 2, start - 1).astype(np.int32)
    early = slice(0, 20)
    alone = plan_days(
        Curves(ends=curves.ends[early], paid_by=curves.paid_by[early]), start[early], as_of[early], amount[early],
        currency[early],
    )  # fmt: skip
    assert plan_days(curves, start, as_of, amount, currency)[early].tolist() == alone.tolist()
