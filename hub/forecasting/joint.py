"""Cash drawn from the joint distribution: invoices of one payment run come together, and some months all are slow.

Each invoice's luck is a normal number, in part its own, in part that of its payment run (one customer, one week of due
dates), of its customer, of all that is due in its week, and of everybody. Its own curve says on which day that luck
has it paid: whatever is shared, each invoice is paid when its forecast says.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.book import DAYS, WHOLE, Book
from hub.forecasting.days import Days
from hub.forecasting.results import Dependence

Floats = NDArray[np.float64]
Steps = NDArray[np.intp]

DRAWS, LEAST_DRAWS = 400, 100
_MOST_WORK = 10_000_000
_STEPS = 255
"""Steps of luck that are told apart: as many as a byte holds, with one to spare."""
_WIDEST = 3.2
"""Luck beyond this many standard deviations counts as this."""
_POOL = 1 << 20
_WEEKS = 1040
_SEED = 20
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Change:
    """What a scenario makes of a book: its invoices `rows` are now those of `book`, in the same order.

    Rows beyond the book's end are new invoices, and come last; their customers and currencies are counted on from the
    book's.
    """

    rows: NDArray[np.int64]
    book: Book


def draws_for(invoices: int) -> int:
    """How many draws to make: with more invoices chance evens out, and fewer say as much."""
    return int(np.clip(_MOST_WORK // max(invoices, 1), LEAST_DRAWS, DRAWS))


def draw_cash(book: Book, dependence: Dependence, draws: int, changes: Sequence[Change] = ()) -> list[Floats]:
    """Cash per draw, currency and day of the book, then the same for each change of it.

    The draws are the same for all of them and for every call, so that what differs is the change and not chance. An
    added invoice may be in a currency of its own, so each counts the currencies as its own book does.
    """
    whole = _Payments(book, _days_by_luck(book.paid_by))
    before = [whole.only(change.rows[change.rows < len(book)]) for change in changes]
    after = [_Payments(change.book, _days_by_luck(change.book.paid_by)) for change in changes]
    added = [take(change.book, np.flatnonzero(change.rows >= len(book))) for change in changes]
    found = [np.empty((draws, len(each.currencies), DAYS)) for each in (book, *(change.book for change in changes))]
    luck = _Luck(book, dependence, draws)
    for draw in range(draws):
        known = luck.of_book(draw)
        found[0][draw] = base = whole.cash(known)
        for place, (change, old, new, more) in enumerate(zip(changes, before, after, added, strict=True), 1):
            cash = found[place][draw]
            cash[: len(base)], cash[len(base) :] = base, 0.0
            kept = len(change.rows) - len(more)
            if kept == len(book):
                cash[:] = 0.0
            elif kept:
                cash[: len(base)] -= old.cash(known[change.rows[:kept]])
            if len(change.rows):
                mine = known[change.rows[:kept]]
                cash += new.cash(np.concatenate([mine, luck.of_added(draw, more)]) if len(more) else mine)
    return found


class _Payments:
    """When invoices of a book are paid, by their luck: `day` for each invoice and step of luck."""

    def __init__(self, book: Book, day: NDArray[np.uint8]) -> None:
        self._book, self._day = book, day.ravel()
        self._begin = np.arange(len(book)) * _STEPS
        self._cell = book.currency.astype(np.intp) * (DAYS + 1)
        self._amount = book.amount

    def only(self, rows: NDArray[np.int64]) -> "_Payments":
        """Of these invoices alone."""
        some = copy(self)
        some._begin, some._cell, some._amount = self._begin[rows], self._cell[rows], self._amount[rows]
        return some

    def cash(self, luck: Steps) -> Floats:
        """Cash per currency and day, with the luck of each invoice."""
        currencies = len(self._book.currencies)
        cell = self._cell + self._day[self._begin + luck]
        paid = np.bincount(cell, weights=self._amount, minlength=currencies * (DAYS + 1))
        return paid.astype(np.float64, copy=False).reshape(currencies, DAYS + 1)[:, :DAYS]


class _Luck:
    """The luck of a book's invoices, draw by draw: whatever else there is, an invoice keeps its own by its row.

    All of it is read from one long list of normal numbers, for each draw and kind of luck from another place on.
    """

    def __init__(self, book: Book, dependence: Dependence, draws: int) -> None:
        week = _week(book, book.due)
        key = book.customer.astype(np.int64) << 32 | week
        _, first, self._run = np.unique(key, return_index=True, return_inverse=True)
        self._book, self._runs = book, len(first)
        self._customer, self._week = book.customer[first], week[first]
        sizes = (len(book.customer_id), _WEEKS, self._runs, len(book))
        rng = np.random.default_rng(_SEED)
        pool = rng.standard_normal(_POOL, dtype=np.float32)
        self._pool = np.concatenate([pool, np.resize(pool, max(sizes))])
        self._begins = rng.integers(0, _POOL, (draws, len(sizes)))
        # Spread evenly over the normal curve, so that few draws of what all share serve as well as many.
        normal = NormalDist()
        self._common = rng.permutation([normal.inv_cdf((draw + 0.5) / draws) for draw in range(draws)])
        own = 1.0 - dependence.common - dependence.week - dependence.customer - dependence.run
        shares = (dependence.common, dependence.customer, dependence.week, dependence.run, own)
        scale = _STEPS / (2 * _WIDEST)
        self._by_common, *self._weights = (np.float32(scale * max(share, 0.0) ** 0.5) for share in shares)

    def of_book(self, draw: int) -> Steps:
        """The step of luck of each invoice of the book."""
        customers, weeks, runs, own = (self._pool[begin:] for begin in self._begins[draw])
        by_customer, by_week, by_run, by_own = self._weights
        shared = by_customer * customers[self._customer] + by_week * weeks[self._week] + by_run * runs[: self._runs]
        shared += self._of_all(draw)
        luck = shared[self._run]
        luck += by_own * own[: len(self._book)]
        return np.clip(luck, 0, _STEPS - 1).astype(np.intp)

    def of_added(self, draw: int, added: Book) -> Steps:
        """The step of luck of invoices that are new: runs of their own, of their customer and due week all the same."""
        number = np.arange(len(added))
        places = (added.customer, _week(self._book, added.due), self._runs + number, len(self._book) + number)
        luck = np.full(len(added), self._of_all(draw), dtype=np.float32)
        for begin, weight, place in zip(self._begins[draw], self._weights, places, strict=True):
            luck += weight * self._pool[(begin + place) % _POOL]
        return np.clip(luck, 0, _STEPS - 1).astype(np.intp)

    def _of_all(self, draw: int) -> np.float32:
        return np.float32(self._by_common * self._common[draw] + _STEPS / 2)


def _week(book: Book, due: Days) -> NDArray[np.int64]:
    """The week of due dates, counted so that those of ten years before and after the book's day are told apart."""
    return np.clip((due.astype(np.int64) - book.monday) // 7 + _WEEKS // 2, 0, _WEEKS - 1)


def take(book: Book, rows: NDArray[np.int64]) -> Book:
    """Only these rows of a book, those beyond its end left out."""
    known = rows[rows < len(book)]
    return Book(
        as_of=book.as_of,
        invoice_id=book.invoice_id[known],
        customer=book.customer[known],
        customer_id=book.customer_id,
        currency=book.currency[known],
        currencies=book.currencies,
        due=book.due[known],
        amount=book.amount[known],
        paid_by=book.paid_by[known],
    )


def _days_by_luck(paid_by: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Per invoice and step of luck, the day on which it is paid; DAYS where that is later."""
    normal = NormalDist()
    middles = (np.arange(_STEPS) + 0.5) / _STEPS * 2 * _WIDEST - _WIDEST
    chance = np.array([normal.cdf(middle) for middle in middles])
    steps_of = np.searchsorted(chance, np.arange(WHOLE + 1) / WHOLE).astype(np.uint8)
    days = np.empty((len(paid_by), _STEPS), dtype=np.uint8)
    for begin in range(0, len(paid_by), _AT_ONCE):
        chunk = paid_by[begin : begin + _AT_ONCE]
        steps = np.zeros((len(chunk), DAYS + 2), dtype=np.uint8)
        steps[:, 1:-1] = steps_of[chunk]
        steps[:, -1] = _STEPS
        more = np.diff(steps, axis=1).ravel()
        some = np.flatnonzero(more)
        days[begin : begin + _AT_ONCE] = np.repeat((some % (DAYS + 1)).astype(np.uint8), more[some]).reshape(-1, _STEPS)
    return days
