"""Cash drawn from the joint distribution: invoices of one payment run come together, and some months all are slow.

Each invoice's luck is a normal number, in part its own, in part that of its payment run (one customer, one week of due
dates), of its customer, of all that is due in its week, and of everybody. Its own curve says on which day that luck
has it paid: whatever is shared, each invoice is paid when its forecast says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.book import DAYS, WHOLE, Book
from hub.forecasting.results import Dependence

Floats = NDArray[np.float64]
Steps = NDArray[np.intp]

DRAWS, LEAST_DRAWS = 400, 100
_MOST_WORK = 20_000_000
_STEPS = 255
"""Steps of luck that are told apart: as many as a byte holds, with one to spare."""
_WIDEST = 3.2
"""Luck beyond this many standard deviations counts as this."""
_POOL = 1 << 20
_WEEKS_AROUND = 520
_SEED = 20


@dataclass(frozen=True, slots=True)
class Change:
    """What a scenario makes of a book: its invoices `rows` are now those of `book`, in the same order.

    Rows beyond the book's end are new invoices. `customer` of the changed book counts as in the whole one.
    """

    rows: NDArray[np.int64]
    book: Book


def draws_for(invoices: int) -> int:
    """How many draws to make: with more invoices chance evens out, and fewer say as much."""
    return int(np.clip(_MOST_WORK // max(invoices, 1), LEAST_DRAWS, DRAWS))


def draw_cash(
    book: Book, dependence: Dependence, draws: int, changes: Sequence[Change] = ()
) -> list[NDArray[np.float64]]:
    """Cash per draw, currency and day of the book, then the same for each change of it.

    The draws are the same for all of them and for every call, so that what differs is the change and not chance. An
    added invoice may be in a currency of its own, so each counts the currencies as its own book does.
    """
    currencies = len(book.currencies)
    whole = _Payments(book, np.arange(len(book)), currencies)
    before = [_Payments(_take(book, change.rows), change.rows, len(change.book.currencies)) for change in changes]
    after = [_Payments(change.book, change.rows, len(change.book.currencies)) for change in changes]
    found = [np.empty((draws, currencies, DAYS))]
    found += [np.zeros((draws, len(change.book.currencies), DAYS)) for change in changes]
    for draw, luck in enumerate(_luck(book, changes, dependence, draws)):
        found[0][draw] = whole.cash(luck)
        for place, (old, new) in enumerate(zip(before, after, strict=True), 1):
            found[place][draw, :currencies] = found[0][draw]
            if len(new.rows):
                found[place][draw] += new.cash(luck) - old.cash(luck)
    return found


class _Payments:
    """When the invoices of a book, the rows `rows` of the whole one, are paid with which luck."""

    def __init__(self, book: Book, rows: NDArray[np.int64], currencies: int) -> None:
        self.rows = rows[: len(book)]
        self._amount, self._currencies = book.amount, currencies
        self._paid_on = _days_by_luck(book.paid_by).ravel()
        self._begin = np.arange(len(book)) * _STEPS
        self._cell = book.currency.astype(np.intp) * (DAYS + 1)

    def cash(self, luck: Steps) -> Floats:
        """Cash per currency and day."""
        day = self._paid_on[self._begin + luck[self.rows]]
        size = self._currencies * (DAYS + 1)
        paid = np.bincount(self._cell + day, weights=self._amount, minlength=size).astype(np.float64, copy=False)
        return paid.reshape(self._currencies, DAYS + 1)[:, :DAYS]


def _take(book: Book, rows: NDArray[np.int64]) -> Book:
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
    steps = np.zeros((len(paid_by), DAYS + 2), dtype=np.uint8)
    steps[:, 1:-1] = steps_of[paid_by]
    steps[:, -1] = _STEPS
    more = np.diff(steps, axis=1).ravel()
    some = np.flatnonzero(more)
    day = (some % (DAYS + 1)).astype(np.uint8)
    return np.repeat(day, more[some]).reshape(len(paid_by), _STEPS)


def _luck(book: Book, changes: Sequence[Change], dependence: Dependence, draws: int) -> Iterator[Steps]:
    """Per draw, the step of luck of each row. An invoice keeps its luck by its row, whatever else there is."""
    added = max((int(change.rows.max(initial=-1)) + 1 - len(book) for change in changes), default=0)
    longest = max(changes, key=lambda change: int(change.rows.max(initial=-1)), default=None)
    customer = book.customer
    due_week = (book.due - book.monday) // 7
    _, first, group = np.unique(
        customer.astype(np.int64) << 32 | (due_week + _WEEKS_AROUND), return_index=True, return_inverse=True
    )
    owner, week = customer[first], due_week[first]
    if added > 0 and longest is not None:
        # New invoices are runs of their own, at the end, so that no other row's luck is moved.
        owner = np.concatenate([owner, longest.book.customer[-added:]])
        week = np.concatenate([week, (longest.book.due[-added:] - book.monday) // 7])
        group = np.concatenate([group, len(first) + np.arange(added)])
    week = np.clip(week, -_WEEKS_AROUND, _WEEKS_AROUND) + _WEEKS_AROUND
    customers, runs, rows = int(owner.max(initial=-1)) + 1, len(owner), len(group)
    pools = [np.random.default_rng((_SEED, k)).standard_normal(_POOL, dtype=np.float32) for k in range(4)]
    sizes = (customers, runs, rows, 2 * _WEEKS_AROUND + 1)
    of_customers, of_runs, of_rows, of_weeks = (
        np.concatenate([pool, np.resize(pool, size)]) for pool, size in zip(pools, sizes, strict=True)
    )
    rng = np.random.default_rng(_SEED)
    begin = rng.integers(0, _POOL, (draws, 4))
    # Spread evenly over the normal curve, so that few draws of what all share serve as well as many.
    normal = NormalDist()
    common = rng.permutation([normal.inv_cdf((draw + 0.5) / draws) for draw in range(draws)]).astype(np.float32)
    own = 1.0 - dependence.common - dependence.week - dependence.customer - dependence.run
    shares = (dependence.common, dependence.week, dependence.customer, dependence.run, own)
    scale = np.float32(_STEPS / (2 * _WIDEST))
    by_common, by_week, by_customer, by_run, by_row = (scale * np.sqrt(np.float32(share)) for share in shares)
    for draw in range(draws):
        a, b, c, d = begin[draw]
        shared = by_customer * of_customers[a : a + customers][owner]
        shared += by_run * of_runs[b : b + runs]
        shared += by_week * of_weeks[d : d + 2 * _WEEKS_AROUND + 1][week]
        shared += by_common * common[draw] + np.float32(_STEPS / 2)
        luck = shared[group]
        luck += by_row * of_rows[c : c + rows]
        yield np.clip(luck, 0, _STEPS - 1).astype(np.intp)
