"""Cash by day, week and month: what adds up, what is in order, what moves together, and what scenarios change."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.forecasting import engine
from hub.forecasting.book import DAYS, WHOLE, Book, make_book
from hub.forecasting.cash import MOST, cash_flow, expected_by_day, periods_of, receipts
from hub.forecasting.curves import paid_by
from hub.forecasting.days import to_date, to_day
from hub.forecasting.joint import draw_cash
from hub.forecasting.results import Dependence
from hub.forecasting.scenarios import Draft, compare
from hub.sdk.forecaster import Curves
from plugins.models.naive.plugin import NaiveBackend
from tests.unit.forecasting.forecast_ledgers import FIRST_DAY, made_up_ledger

AS_OF = to_date(FIRST_DAY + 240)
DEPENDENT = Dependence(common=0.2, week=0.1, customer=0.1, run=0.2)
ALONE = Dependence(common=0.0, week=0.0, customer=0.0, run=0.0)


def make_book_of(seed: int, invoices: int, as_of: int = to_day(date(2026, 3, 26))) -> Book:
    """A book of invoices with any chances, three customers and two currencies."""
    rng = np.random.default_rng(seed)
    monday = as_of + 1 - (as_of + 4) % 7
    chance = np.cumsum(rng.exponential(1, (invoices, DAYS)) * (rng.random((invoices, DAYS)) < 0.1), axis=1)
    chance[:, : as_of + 1 - monday] = 0
    chance = np.maximum(chance - chance[:, [as_of - monday]], 0)
    chance *= rng.uniform(0.5, 1, (invoices, 1)) / np.maximum(chance[:, -1:], 1e-9)
    return Book(
        as_of=as_of,
        invoice_id=np.frombuffer(rng.bytes(16 * invoices), dtype="V16"),
        customer=rng.integers(0, 3, invoices).astype(np.int32),
        customer_id=("a", "b", "c"),
        currency=rng.integers(0, 2, invoices).astype(np.int16),
        currencies=("EUR", "USD"),
        due=(as_of + rng.integers(-30, 60, invoices)).astype(np.int32),
        amount=rng.lognormal(6, 1, invoices),
        paid_by=np.maximum.accumulate(np.rint(chance * WHOLE), axis=1).astype(np.uint16),
    )


@pytest.fixture(scope="module")
def forecast_ledger():
    """A ledger and its open book as the naive backend forecasts it."""
    frame = made_up_ledger()
    model = engine.train(frame, AS_OF, NaiveBackend, NaiveBackend)
    return frame, engine.forecast(model, frame, AS_OF)


books = st.builds(
    make_book_of,
    st.integers(0, 1000),
    st.integers(1, 40),
    st.integers(to_day(date(2026, 1, 1)), to_day(date(2026, 12, 31))),
)


def receipts_of(book, by, draws=50):
    (drawn,) = draw_cash(book, DEPENDENT, draws)
    return receipts(book, periods_of(book, by), expected_by_day(book), drawn, 1.0)


@settings(max_examples=12, deadline=None)
@given(books)
def test_days_add_up_to_weeks_and_to_months(book):
    days, weeks, months = (receipts_of(book, by) for by in ("day", "week", "month"))
    for currency in book.currencies:
        by_day = dict(zip(days.starts, days.expected[currency], strict=True))
        for found in (weeks, months):
            for start, end, expected in zip(found.starts, found.ends, found.expected[currency], strict=True):
                span = [start + timedelta(days=k) for k in range((end - start).days + 1)]
                if span[-1] <= days.ends[-1]:
                    assert sum(by_day.get(day, 0.0) for day in span) == pytest.approx(expected, abs=1e-6)


@settings(max_examples=12, deadline=None)
@given(books, st.sampled_from(["day", "week", "month"]))
def test_ranges_are_in_order_and_periods_follow_each_other(book, by):
    found = receipts_of(book, by)
    assert len(found.starts) == MOST[by]
    assert found.starts[0] <= to_date(book.as_of + 1) <= found.ends[0]
    assert all(end + timedelta(days=1) == start for end, start in zip(found.ends, found.starts[1:], strict=False))
    for currency in book.currencies:
        assert (found.p10[currency] >= 0).all()
        assert (found.p10[currency] <= found.p50[currency]).all()
        assert (found.p50[currency] <= found.p90[currency]).all()


@settings(max_examples=12, deadline=None)
@given(books)
def test_a_book_reads_the_same_draws_every_time_and_each_invoice_as_forecast(book):
    (once,), (again,) = draw_cash(book, DEPENDENT, 50), draw_cash(book, DEPENDENT, 50)
    np.testing.assert_array_equal(once, again)
    (many,) = draw_cash(book, DEPENDENT, 2000)
    mean = expected_by_day(book)
    for code in range(len(book.currencies)):
        owed = book.amount[book.currency == code].sum()
        np.testing.assert_allclose(many.mean(axis=0)[code].cumsum(), mean[code].cumsum(), atol=0.06 * owed + 1e-9)


def test_currencies_are_never_mixed():
    book = make_book_of(1, 40)
    in_euro = np.flatnonzero(book.currency == 0)
    richer = replace(book, amount=np.where(book.currency == 0, book.amount * 10, book.amount))
    (plain,), (changed,) = draw_cash(book, DEPENDENT, 50), draw_cash(richer, DEPENDENT, 50)
    np.testing.assert_array_equal(plain[:, 1], changed[:, 1])
    np.testing.assert_allclose(plain[:, 0] * 10, changed[:, 0])
    assert len(in_euro) and plain[:, 0].sum() > 0


def test_what_is_shared_widens_the_range():
    book = replace(make_book_of(2, 400), customer=np.zeros(400, dtype=np.int32), currency=np.zeros(400, dtype=np.int16))
    widths = []
    for dependence in (ALONE, DEPENDENT):
        (drawn,) = draw_cash(book, dependence, 400)
        found = receipts(book, periods_of(book, "week", 4), expected_by_day(book), drawn, 1.0)
        widths.append((found.p90["EUR"] - found.p10["EUR"]).sum())
    assert widths[1] > 1.5 * widths[0]


def test_days_of_a_book_are_read_off_the_curves(forecast_ledger):
    frame, forecasts = forecast_ledger
    book = make_book(frame, forecasts)
    for column in (0, 3, 10, 40, 200):
        day = np.full(len(book), book.monday + column, dtype=np.int32)
        read = paid_by(forecasts.curves, forecasts.start, day)
        np.testing.assert_allclose(book.paid_by[:, column] / WHOLE, read, atol=2e-5)


def test_curves_of_pieces_of_any_length_are_read_the_same(forecast_ledger):
    frame, forecasts = forecast_ledger
    n = len(forecasts)
    ends = forecasts.start[:, None] + np.array([0, 0, 5, 30, 400], dtype=np.int32)
    chance = np.tile(np.array([0.1, 0.1, 0.4, 0.8, 0.95], dtype=np.float32), (n, 1))
    forecasts = replace(forecasts, curves=Curves(ends=ends.astype(np.int32), paid_by=chance))
    book = make_book(frame, forecasts)
    for column in range(0, DAYS, 9):
        day = np.full(n, book.monday + column, dtype=np.int32)
        np.testing.assert_allclose(
            book.paid_by[:, column] / WHOLE, paid_by(forecasts.curves, forecasts.start, day), atol=2e-5
        )


def test_an_empty_book_brings_nothing(forecast_ledger):
    frame, forecasts = forecast_ledger
    none = np.zeros(len(forecasts), dtype=bool)
    empty = replace(
        forecasts,
        **{name: getattr(forecasts, name)[none] for name in ("as_of", "row", "start")},
        curves=forecasts.curves.take(none),
    )
    assert cash_flow(make_book(frame, empty), empty, weeks=4).weeks == ()


# Scenarios


def compared(book, draft, by="week", count=13, draws=80):
    (found,) = compare(book, DEPENDENT, [draft.change()], by, count, draws)
    return found


@settings(max_examples=10, deadline=None)
@given(books)
def test_a_scenario_without_a_change_equals_the_base(book):
    for draft in (Draft(book), Draft(book)):
        draft.postpone(draft.select(), 0)
        found = compared(book, draft)
        for name in ("expected", "p10", "p50", "p90"):
            for currency in book.currencies:
                np.testing.assert_allclose(
                    getattr(found.base, name)[currency], getattr(found.scenario, name)[currency], atol=1e-6
                )
                np.testing.assert_allclose(getattr(found.difference, name)[currency], 0.0, atol=1e-6)
    untouched = compared(book, Draft(book))
    for currency in book.currencies:
        np.testing.assert_array_equal(untouched.base.p90[currency], untouched.scenario.p90[currency])


@settings(max_examples=10, deadline=None)
@given(books, st.sampled_from("abc"))
def test_a_customer_that_stops_paying_takes_away_exactly_its_cash(book, customer):
    draft = Draft(book)
    rows = draft.select(customers=frozenset([customer]))
    draft.stop_paying(rows)
    found = compared(book, draft, "day", 60)
    theirs = periods_of(book, "day", 60).add_up(expected_by_day(replace(book, amount=np.where(rows, book.amount, 0.0))))
    for code, currency in enumerate(book.currencies):
        np.testing.assert_allclose(-found.difference.expected[currency], theirs[code], atol=1e-6)
        assert (found.difference.p90[currency] <= 1e-6).all()
        assert (found.scenario.p10[currency] >= 0).all()


def test_later_terms_move_the_cash_by_as_many_days():
    book = make_book_of(3, 40)
    draft = Draft(book)
    draft.postpone(draft.select(), 7)
    found = compared(book, draft, "week", 20)
    for currency in book.currencies:
        moved, base = found.scenario.expected[currency], found.base.expected[currency]
        np.testing.assert_allclose(moved[1:], base[:-1], atol=1e-3)


@pytest.mark.parametrize("share", [1.0, 0.4])
def test_a_push_brings_cash_sooner_and_none_in_the_past(share):
    book = make_book_of(4, 40)
    draft = Draft(book)
    draft.postpone(draft.select(currency="EUR"), -10, share)
    found = compared(book, draft, "week", 26)
    effect = found.difference.expected
    assert (effect["USD"] == 0).all()
    assert (effect["EUR"].cumsum() >= -1e-2 * book.amount.sum() / WHOLE).all() and effect["EUR"][0] > 0
    assert (draft.book.paid_by[:, : book.as_of + 1 - book.monday] == 0).all()


def test_an_invoice_paid_on_a_day_comes_on_that_day_for_certain():
    book = make_book_of(5, 40)
    draft = Draft(book)
    rows = draft.select(invoice_id=book.invoice_id[7].tobytes())
    assert rows.sum() == 1
    draft.pay_on(rows, book.as_of + 20)
    found = compared(book, draft, "day", 60)
    currency = book.currencies[book.currency[7]]
    alone = expected_by_day(replace(book, amount=np.where(rows, book.amount, 0.0)))[book.currency[7]]
    today = book.as_of + 1 - book.monday
    wanted = -alone[today : today + 60]
    wanted[19] += book.amount[7]
    np.testing.assert_allclose(found.difference.expected[currency], wanted, atol=1e-6)


def test_an_invoice_added_brings_its_amount_and_moves_no_other():
    book = make_book_of(6, 40)
    draft = Draft(book)
    delays = np.array([-2, 0, 3, 9])
    issued = book.as_of + 10
    draft.add(customer="new", currency="CHF", amount=1e6, issued=issued, due=issued + 14, delays=delays)
    draft.add(customer="a", currency="EUR", amount=5e5, issued=issued - 60, due=issued - 30, delays=delays)
    found = compared(book, draft, "day", 90)
    assert found.difference.expected["CHF"].sum() == pytest.approx(1e6)
    assert found.difference.expected["EUR"].sum() == pytest.approx(5e5)
    assert (found.difference.expected["USD"] == 0).all() and (found.difference.p90["USD"] == 0).all()
    first = next(day for day, cash in zip(found.base.starts, found.difference.expected["CHF"], strict=True) if cash)
    assert to_day(first) == issued + 12
    assert (found.base.expected["CHF"] == 0).all()


def test_scenarios_do_not_depend_on_each_other():
    book = make_book_of(7, 40)
    drafts = [Draft(book) for _ in range(3)]
    drafts[0].stop_paying(drafts[0].select(customers=frozenset("a")))
    drafts[1].add(customer="b", currency="USD", amount=1e4, issued=1, due=book.as_of, delays=np.arange(30))
    drafts[2].postpone(drafts[2].select(), 5)
    changes = [draft.change() for draft in drafts]
    together = compare(book, DEPENDENT, changes, "week", 8, 60)
    for change, found in zip(changes, together, strict=True):
        (alone,) = compare(book, DEPENDENT, [change], "week", 8, 60)
        for currency in book.currencies:
            np.testing.assert_array_equal(alone.scenario.p90[currency], found.scenario.p90[currency])


def test_the_base_stays_as_it_is():
    book = make_book_of(8, 20)
    before = book.paid_by.copy()
    draft = Draft(book)
    draft.stop_paying(draft.select())
    draft.postpone(draft.select(), 3)
    np.testing.assert_array_equal(book.paid_by, before)
