"""Expected cash by day, week and month, with ranges from draws in which customers and months are slow as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.book import DAYS, WHOLE, Book, make_book
from hub.forecasting.days import to_date
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.joint import DRAWS, draw_cash, draws_for
from hub.forecasting.results import SUMMED_WEEKS, CashFlow, Forecasts, Receipts

Floats = NDArray[np.float64]
By = Literal["day", "week", "month"]
MOST: Mapping[By, int] = {"day": 182, "week": 26, "month": 6}
"""How many periods there are at most, the running one first."""


@dataclass(frozen=True, slots=True)
class Periods:
    """Columns of a book's days that are counted together: from `begin` up to, not including, `end`."""

    begin: NDArray[np.int64]
    end: NDArray[np.int64]

    def add_up(self, by_day: Floats) -> Floats:
        """The sum of each period along the last axis."""
        total = np.zeros((*by_day.shape[:-1], DAYS + 1))
        np.cumsum(by_day, axis=-1, out=total[..., 1:])
        added: Floats = total[..., self.end] - total[..., self.begin]
        return added


def periods_of(book: Book, by: By, count: int | None = None) -> Periods:
    """The next `count` days, calendar weeks or calendar months, from that of the first day forecast on."""
    count = MOST[by] if count is None else count
    today = book.as_of + 1 - book.monday
    if by == "day":
        begin = today + np.arange(count)
        return Periods(begin, begin + 1)
    if by == "week":
        begin = 7 * np.arange(count)
        return Periods(begin, begin + 7)
    first = to_date(book.as_of + 1)
    months = [first.year * 12 + first.month - 1 + k for k in range(count + 1)]
    edges = np.array([(date(month // 12, month % 12 + 1, 1) - to_date(book.monday)).days for month in months])
    # Nothing is forecast of what has passed of the month.
    return Periods(np.maximum(edges[:-1], 0), edges[1:])


def expected_by_day(book: Book) -> Floats:
    """The mean cash per currency and day."""
    cash = np.zeros((len(book.currencies), DAYS))
    for code in range(len(book.currencies)):
        mine = book.currency == code
        total = book.amount[mine] @ book.paid_by[mine].astype(np.float64) / WHOLE
        cash[code] = np.diff(total, prepend=0.0)
    return cash


def ranges(drawn: Floats, widen: float, least: float = 0.0) -> tuple[Floats, Floats, Floats]:
    """p10, p50 and p90 along the first axis, the outer two moved away from the middle `widen` times as far."""
    low, middle, high = np.quantile(drawn, (0.1, 0.5, 0.9), axis=0)
    return np.maximum(middle - widen * (middle - low), least), middle, middle + widen * (high - middle)


def receipts(
    book: Book, periods: Periods, expected: Floats, drawn: Floats, widen: float, least: float = 0.0
) -> Receipts:
    """The cash of a book per currency and period, from the mean and the draws per day; no end is below `least`."""
    mean = periods.add_up(expected)
    low, middle, high = ranges(periods.add_up(drawn), widen, least)
    monday = to_date(book.monday)

    def named(values: Floats) -> dict[str, Floats]:
        return {currency: values[code] for code, currency in enumerate(book.currencies)}

    return Receipts(
        starts=tuple(monday + timedelta(days=int(day)) for day in periods.begin),
        ends=tuple(monday + timedelta(days=int(day) - 1) for day in periods.end),
        expected=named(mean),
        p10=named(low),
        p50=named(middle),
        p90=named(high),
    )


def cash_flow(book: Book, forecasts: Forecasts, *, weeks: int, draws: int | None = None) -> CashFlow:
    """Cash of what is in the book, for up to 26 calendar weeks from that of the first day forecast, per currency."""
    if len(book) == 0:
        return CashFlow(weeks=())
    dependence = forecasts.dependence
    expected = expected_by_day(book)
    (drawn,) = draw_cash(book, dependence, draws or draws_for(len(book)))
    by_week = receipts(book, periods_of(book, "week", min(weeks, MOST["week"])), expected, drawn, dependence.widen)
    summed = receipts(book, Periods(np.array([0]), np.array([7 * SUMMED_WEEKS])), expected, drawn, dependence.widen)
    return CashFlow(
        weeks=by_week.starts,
        expected=by_week.expected,
        p10=by_week.p10,
        p50=by_week.p50,
        p90=by_week.p90,
        days=receipts(book, periods_of(book, "day"), expected, drawn, dependence.widen),
        months=receipts(book, periods_of(book, "month"), expected, drawn, dependence.widen),
        total={
            currency: (
                float(summed.expected[currency][0]),
                float(summed.p10[currency][0]),
                float(summed.p90[currency][0]),
            )
            for currency in book.currencies
        },
        dependence=dependence,
    )


def weekly_cash(frame: LedgerFrame, forecasts: Forecasts, *, weeks: int, draws: int = DRAWS) -> CashFlow:
    """As `cash_flow`, of the ledger's invoices that were forecast."""
    return cash_flow(make_book(frame, forecasts), forecasts, weeks=weeks, draws=min(draws, draws_for(len(forecasts))))
