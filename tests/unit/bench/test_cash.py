"""The weeks that the cash benchmark compares, on a made-up ledger, and what it holds them to."""

from datetime import date

import numpy as np
import pytest

from bench import cash
from bench.cash import Week, compare, coverage, error_of, forecast_days, judge
from bench.product import train_only
from bench.real_ledgers import Ledger
from hub.forecasting import engine
from hub.forecasting.days import monday_of, to_date
from tests.unit.forecasting.forecast_ledgers import FIRST_DAY, made_up_ledger

CUT = FIRST_DAY + 200
BOOK = Ledger(file="made up", ends=to_date(FIRST_DAY + 260), cuts=(to_date(CUT),), look_ahead=40, ripe=30)


@pytest.fixture(scope="module")
def weeks():
    frame = made_up_ledger()
    model = train_only("naive", frame, to_date(CUT))
    forecasts = engine.forecast(model, frame, to_date(CUT))
    return frame, forecasts, list(compare(frame, BOOK, to_date(CUT), forecasts, forecasts))


def test_only_weeks_that_the_ledger_shows_to_their_end_are_compared(weeks):
    _, _, found = weeks
    assert {week.currency for week in found} == {"EUR", "USD"}
    monday = int(monday_of(np.int32(CUT + 1)))
    assert max(week.ahead for week in found) < (FIRST_DAY + 260 + 1 - monday) // 7


def test_the_cash_that_came_is_that_of_the_invoices_forecast(weeks):
    frame, forecasts, found = weeks
    dollars = frame.currency[forecasts.row] == frame.currencies.index("USD")
    paid = frame.paid[forecasts.row]
    first_week = dollars & (monday_of(paid) == monday_of(np.int32(CUT + 1)))
    (week,) = [each for each in found if each.ahead == 0 and each.currency == "USD"]
    assert week.actual == pytest.approx(frame.amount[forecasts.row][first_week].sum())
    assert week.expected == week.naive and week.p10 <= week.p90


def test_the_whole_open_book_falls_due_or_is_overdue(weeks):
    frame, forecasts, _ = weeks
    on_due = cash.cash_on_due(frame, forecasts, int(monday_of(np.int32(CUT + 1))))
    assert on_due.sum() == pytest.approx(frame.as_of(CUT).open_amount[forecasts.row].sum())


def week(actual, currency="USD", cut=date(2026, 1, 31), expected=10.0):
    return Week(
        cut=cut,
        currency=currency,
        ahead=0,
        actual=actual,
        expected=expected,
        p10=5.0,
        p50=9.0,
        p90=15.0,
        naive=8.0,
        on_due=0.0,
    )


def test_currencies_are_never_added():
    weeks = [week(10.0, expected=5.0), week(1000.0, "EUR", expected=1000.0)]
    assert error_of(weeks, "expected") == pytest.approx((0.5 + 0.0) / 2)


def test_a_range_that_holds_too_little_or_too_much_is_missed():
    half = [week(10.0), week(20.0)]
    assert coverage(half) == 0.5
    held, against_naive, against_due = judge("cash made up", half)
    assert not held["met"] and held["above_p90"] == 0.5 and held["below_p10"] == 0.0
    assert against_naive["met"] and against_due["met"]
    assert not judge("cash made up", [week(10.0)] * 9)[0]["met"]
    assert judge("cash made up", [week(10.0)] * 8 + half)[0]["ratio"] == pytest.approx(0.9)
    assert judge("cash made up", [week(10.0)] * 3 + [week(1.0)])[0]["met"]


def test_forecasts_are_made_on_the_cut_and_at_the_ends_of_the_weeks_after_it():
    found = forecast_days(date(2019, 7, 31))
    assert found == [date(2019, 7, 31), date(2019, 8, 4), date(2019, 8, 11), date(2019, 8, 18)]
    assert forecast_days(date(2019, 8, 4))[1] == date(2019, 8, 11)
