"""How wide the range of the cash has to be taken: learnt from weeks of the tenant's own past, forecast as they came."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.book import Book, make_book
from hub.forecasting.calibration import Calibration
from hub.forecasting.cash import periods_of, ranges
from hub.forecasting.days import monday_of
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.history import History
from hub.forecasting.joint import draw_cash
from hub.forecasting.prediction import predict
from hub.forecasting.results import Dependence
from hub.forecasting.settlement import Means
from hub.sdk.forecaster import ForecastBackend

Floats = NDArray[np.float64]

AIM = 0.82
"""Aimed at on the past, to hold 80 % of what comes: the future strays a little from it."""
PRIOR_WEEKS = 26.0
"""The dependence found on other ledgers counts as much as so many weeks of the tenant's own."""
LEAST, MOST = 0.95, 2.5
"""Bounds of the stretch: that a few weeks went well is no reason to promise much more."""
WEEKS = 8
MOST_ORIGINS = 8
DRAWS = 200


def calibrate_cash(fitted: ForecastBackend, known: LedgerFrame, trained_until: int) -> Dependence:
    """The dependence of this ledger's payments, from the weeks after `trained_until` that it shows to their end.

    `fitted` knows nothing of what came later. It forecasts the open book on that day and on the Sundays after it; each
    forecast's weeks are compared with what came in on the same invoices.
    """
    prior = Dependence()
    stretch, weeks = [], set()
    for origin in _origins(trained_until, known.day):
        for week, needed in _needed(fitted, known, origin, prior):
            stretch.append(needed)
            weeks.add(week)
    if not stretch:
        return prior
    # Weeks of one calendar week are not independent of each other, however often they were forecast.
    trust = len(weeks) / (len(weeks) + PRIOR_WEEKS)
    found = float(np.clip(np.quantile(stretch, AIM), 0.1, 10.0))
    return replace(prior, widen=round(float(np.clip(found**trust, LEAST, MOST)), 3), weeks=len(weeks))


def _origins(first: int, last: int) -> list[int]:
    sundays = range(int(monday_of(np.int32(first + 1))) + 6, last - 6, 7)  # type: ignore[arg-type]
    days = sorted({first, *(day for day in sundays if day > first)})
    return [day for day in days if last - day >= 7][:MOST_ORIGINS]


def _needed(fitted: ForecastBackend, known: LedgerFrame, origin: int, prior: Dependence) -> Iterator[tuple[int, float]]:
    """Per week and currency: how far the range around the middle has to be stretched to hold what came."""
    then = known.as_of(origin)
    rows = np.flatnonzero(then.is_open)
    if len(rows) == 0:
        return
    seen = np.full(len(rows), origin + 1, dtype=np.int32)
    forecasts = predict(fitted, Calibration(), History(then), rows, seen, lambda _share, _words: None)
    book = make_book(then, forecasts)
    weeks = min(WEEKS, (known.day + 1 - book.monday) // 7)
    if weeks < 1:
        return
    (drawn,) = draw_cash(book, prior, DRAWS)
    low, middle, high = ranges(periods_of(book, "week", weeks).add_up(drawn), 1.0)
    came = _came(known, then, rows, book, weeks)
    for code in range(len(book.currencies)):
        for week in range(weeks):
            if high[code, week] > 0:
                off = came[code, week] - middle[code, week]
                side = high[code, week] - middle[code, week] if off > 0 else middle[code, week] - low[code, week]
                yield book.monday + 7 * week, float(abs(off) / max(side, 1e-9)) if off else 0.0


def _came(known: LedgerFrame, then: LedgerFrame, rows: NDArray[np.int64], book: Book, weeks: int) -> Floats:
    """What was paid later on these invoices, per currency and week."""
    # `then` holds the invoices issued by its day, in the order of `known`.
    place = np.full(len(known), -1)
    place[np.flatnonzero((known.issued <= then.day) & ~known.draft)[rows]] = np.arange(len(rows))
    parts = known.settlements
    week = (parts.day - book.monday) // 7
    counted = (place[parts.row] >= 0) & (parts.means == Means.CASH) & (parts.day > then.day) & (week < weeks)
    came = np.zeros((len(book.currencies), weeks))
    np.add.at(came, (book.currency[place[parts.row[counted]]], week[counted]), parts.amount[counted])
    return came
