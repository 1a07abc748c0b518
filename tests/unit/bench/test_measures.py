"""The figures of the accuracy tables, beside the same worked out by hand, and the fair teaching of the rivals."""

import importlib.util
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench import accuracy, accuracy_table
from bench.measures import Guess, Truth, concordance, figures, slices
from bench.real_ledgers import books, read
from bench.rivals import RIVALS, Lesson
from bench.rivals.lesson import from_delay
from bench.rivals.three_classes import ThreeClasses
from hub.forecasting.days import to_date, to_day
from hub.forecasting.features import build_cases
from hub.forecasting.history import History
from tests.unit.forecasting.forecast_ledgers import FIRST_DAY, made_up_ledger

LEDGERS = Path(os.environ.get("PAYPREDICT_LEDGERS", Path(__file__).parents[3] / ".." / "shared" / "data"))
JUDGE = LEDGERS.parent / "tools" / "evaluate_forecast.py"
CUT = FIRST_DAY + 200


def days(*values):
    return np.array(values, dtype=np.int32)


def test_figures_of_three_invoices():
    truth = Truth(paid=days(10, 25, 50), due=days(10, 20, 15), as_of=days(5, 5, 5), amount=np.array([1.0, 2.0, 1.0]))
    guess = Guess(
        expected=days(12, 25, 20),
        p_paid_by_due=np.array([0.9, 0.2, 0.4]),
        p10=days(10, 26, 18),
        p50=days(12, 25, 20),
        p90=days(14, 30, 60),
    )
    found = figures(truth, guess)
    assert found["mae"] == pytest.approx(32 / 3) and found["rmse"] == pytest.approx(np.sqrt((4 + 900) / 3))
    assert found["within3"] == found["within7"] == found["coverage"] == pytest.approx(2 / 3)
    assert found["width"] == pytest.approx((4 + 4 + 42) / 3)
    assert found["auc"] == 1.0 and found["brier"] == pytest.approx((0.01 + 0.04 + 0.16) / 3)
    assert found["auc_late30"] == 0.75  # of the two others, one is said as late as the one that was
    assert found["pinball"] == pytest.approx(np.mean([[0, 0.9, 3.2], [1, 0, 15], [0.4, 0.5, 1.0]]))


def test_what_has_no_answer_has_no_figure():
    truth = Truth(paid=days(60, 70), due=days(1, 2), as_of=days(50, 50), amount=np.ones(2))
    same = days(55, 55)
    found = figures(truth, Guess(expected=same, p_paid_by_due=np.zeros(2), p10=same, p50=same, p90=same))
    assert [found[name] for name in ("auc", "brier", "ece", "auc_late30")] == [None] * 4


def test_concordance_is_that_of_all_pairs():
    rng = np.random.default_rng(0)
    actual, said = rng.integers(-5, 9, 60), rng.integers(-4, 6, 60)
    good = total = 0.0
    for one in range(60):
        for other in range(60):
            if actual[one] != actual[other]:
                agreed = np.sign(actual[one] - actual[other]) * np.sign(said[one] - said[other])
                good += (agreed + 1) / 2
                total += 1
    assert concordance(actual, said) == pytest.approx(good / total)
    assert concordance(actual * 0, said) is None


@pytest.fixture(scope="module")
def asked():
    frame = made_up_ledger()
    known = frame.as_of(CUT)
    rows = np.flatnonzero(frame.as_of(CUT, include_upcoming=True).is_open)
    cases = build_cases(
        History(frame.as_of(CUT, include_upcoming=True)), rows, np.full(len(rows), CUT + 1, dtype=np.int32)
    )
    return Lesson.of(History(known), threads=1), cases


@pytest.mark.parametrize("rival", [each for each in RIVALS if each.needs != "flaml"], ids=lambda each: each.name)
def test_a_rival_says_no_day_that_is_past_and_orders_its_days(rival, asked):
    if rival.needs:
        pytest.importorskip(rival.needs)
    lesson, cases = asked
    taught = rival()
    taught.fit(lesson)
    guess = taught.guess(cases)
    assert (cases.start <= guess.p10).all() and (guess.p10 <= guess.p50).all() and (guess.p50 <= guess.p90).all()
    assert ((guess.p_paid_by_due >= 0) & (guess.p_paid_by_due <= 1)).all()
    assert (guess.p_paid_by_due[cases.due < cases.start] == 0).all()


def test_a_rival_is_taught_by_what_was_paid_by_the_cut_oldest_first(asked):
    lesson, _ = asked
    assert (lesson.cases.due + lesson.delay <= CUT).all()
    assert (np.diff(lesson.cases.issued) >= 0).all() and (lesson.cases.seen == lesson.cases.issued).all()


def test_a_delay_becomes_a_forecast_by_how_far_off_it_was(asked):
    _, cases = asked
    guess = from_delay(cases, np.zeros(len(cases)), np.arange(-10.0, 10.0))
    ahead = cases.due > cases.start + 10
    assert guess.p_paid_by_due[ahead] == pytest.approx(11 / 20) and guess.p_late30 == pytest.approx(0.0)
    assert (guess.p90[ahead] - guess.p10[ahead] == 15).all()


def test_three_classes_leave_out_what_can_no_longer_be(asked):
    lesson, cases = asked
    taught = ThreeClasses()
    taught.fit(lesson)
    late = cases.take(cases.start > cases.due)
    assert len(late) and (taught.guess(late).p_paid_by_due == 0).all()


def test_slices(asked):
    _, cases = asked
    amount = np.arange(len(cases), dtype=float)
    marks = slices(cases, CUT, amount, np.zeros(len(cases), dtype=bool), cases.seen - 1)
    assert marks["all"].all() and not marks["cold customers"].any()
    assert (marks["open at the cut"] ^ marks["issued later"]).all()
    depths = np.stack([marks[name] for name in ("0 payments", "1–5", "6–20", "21+")])
    assert (depths.sum(axis=0) == 1).all()
    assert marks["large"].mean() == pytest.approx(0.1, abs=0.01)


def test_a_slice_that_is_worse_beyond_chance_is_said():
    ours, reference = accuracy.Measured(), accuracy.Measured()
    for measured, error in ((ours, 3.0), (reference, 2.0)):
        measured.figures += [dict.fromkeys(("n", "mae", *_columns()), 1.0)] * 2
        measured.sizes |= {"all": 100, "large": 100, "few": 3}
        measured.held |= {"all": 80, "large": 71, "few": 3}
        measured.errors |= {
            "all": np.full(50, 1.0),
            "large": np.full(50, error) + np.eye(50)[0],
            "few": np.full(50, error),
        }
    whole, worst = accuracy.judge("accuracy some.csv static", {"PayPredict": ours, "customer median": reference})
    assert not whole["met"] and not worst["met"]
    assert worst["name"].endswith("worst slice: large") and worst["worse"].keys() == {"large"}
    assert "| PayPredict | 0.800 | 0.710 | 1.000 |" in whole["markdown"]
    assert "| too few |" in whole["markdown"] and "MISSED" in accuracy_table.document([whole, worst])


def test_each_slice_counts_what_its_intervals_held():
    frame = made_up_ledger(per_day=2.0)
    asked = accuracy.questions(frame, replace(books()[0], look_ahead=60, ends=to_date(FIRST_DAY + 300)), to_date(CUT))
    question = asked["static"]
    paid = question.truth.paid
    is_held = np.arange(len(paid)) % 4 > 0
    p10, p90 = np.where(is_held, paid, paid + 1), np.where(is_held, paid, paid + 2)
    guess = Guess(expected=paid, p_paid_by_due=np.zeros(len(paid)), p10=p10, p50=paid, p90=p90)
    measured = accuracy.Measured()
    accuracy.note(measured, question, guess)
    for name, mine in question.slices.items():
        assert measured.slice_coverage(name) == pytest.approx(is_held[mine].mean() if mine.any() else 0.0)


def _columns():
    return [name for columns in (accuracy_table.DAYS, accuracy_table.CHANCES) for name, _ in columns.values()]


def test_a_ledger_that_is_not_known_is_named():
    with pytest.raises(ValueError, match=r"no ledger named other.csv; there are ar_highradius.csv, ar_ibm.csv"):
        books(("other.csv",))


@pytest.mark.ledgers
@pytest.mark.skipif(not JUDGE.exists(), reason=f"there is no {JUDGE}; set PAYPREDICT_LEDGERS to the ledgers' folder")
@pytest.mark.parametrize("file", ["ar_ibm.csv", "ar_highradius.csv"])
def test_our_figures_are_those_of_the_independent_judge(file):
    pandas = pytest.importorskip("pandas")
    spec = importlib.util.spec_from_file_location("evaluate_forecast", JUDGE)
    judge = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(judge)
    (book,) = books((file,))
    cut = book.cuts[-1]
    frame = read(LEDGERS / file)
    asked = accuracy.questions(frame, book, cut)["static"]
    taught = ThreeClasses()
    taught.fit(Lesson.of(History(frame.as_of(to_day(cut))), threads=1))
    guess = taught.guess(asked.cases)

    def dates(column):
        return pandas.to_datetime([to_date(day) for day in column])

    theirs = judge.score(
        pandas.DataFrame(
            {
                "as_of": dates(asked.truth.as_of),
                "due_date": dates(asked.truth.due),
                "clear_date": dates(asked.truth.paid),
                "expected_date": dates(guess.expected),
                "p10_date": dates(guess.p10),
                "p50_date": dates(guess.p50),
                "p90_date": dates(guess.p90),
                "p_paid_by_due": guess.p_paid_by_due,
                "p_late30": guess.p_late30,
                "amount": asked.truth.amount,
            }
        )
    )
    ours = figures(asked.truth, guess)
    names = {
        **dict(mae="mae", rmse="rmse", within3="within3", within7="within7", c_index="c_index", pinball="pinball"),
        **dict(coverage="cover80", width="width80", cash="weekly_cash_wape", auc="auc_paid_by_due"),
        **dict(brier="brier_paid_by_due", ece="ece_paid_by_due", auc_late30="auc_late30"),
    }
    for mine, other in names.items():
        answer = np.nan if ours[mine] is None else ours[mine]
        assert answer == pytest.approx(theirs[other], abs=6e-5, nan_ok=True), mine
