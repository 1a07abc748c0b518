"""The open book as a cash flow needs it: what is owed by whom, and for each day how likely it is to be paid by then."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.days import Days
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.results import Forecasts

WEEKS = 29
DAYS = WEEKS * 7
"""Days of a book, from the Monday of the first day forecast on: six calendar months, whichever day that is."""
WHOLE = 65_535
"""What stands for certainty in `paid_by`."""
_CHUNK = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Invoices waiting for payment, one row each, as one run forecast them.

    `as_of` is the last day known. `paid_by[:, k]` is the probability, in parts of WHOLE, of payment by the end of the
    day `monday` + k; it never falls along a row and is 0 up to `as_of`. `customer` indexes `customer_id`, `currency`
    indexes `currencies`. `amount` is what is still to be paid, in the invoice's own currency.
    """

    as_of: int
    invoice_id: NDArray[Any]
    customer: NDArray[np.int32]
    customer_id: tuple[str, ...]
    currency: NDArray[np.int16]
    currencies: tuple[str, ...]
    due: Days
    amount: NDArray[np.float64]
    paid_by: NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.amount)

    @property
    def monday(self) -> int:
        """The day of the first column of `paid_by`."""
        return self.as_of + 1 - (self.as_of + 4) % 7


def make_book(frame: LedgerFrame, forecasts: Forecasts) -> Book:
    """The book of these forecasts; invoices that can be paid only later have no chance of payment before."""
    as_of = int(forecasts.as_of.min()) if len(forecasts) else frame.day
    rows = forecasts.row
    known = frame.as_of(int(forecasts.as_of.max()) if len(forecasts) else frame.day, include_upcoming=True)
    customers, customer = np.unique(frame.customer[rows], return_inverse=True)
    currencies, currency = np.unique(frame.currency[rows], return_inverse=True)
    book = Book(
        as_of=as_of,
        invoice_id=frame.invoice_id[rows],
        customer=customer.astype(np.int32),
        customer_id=tuple(str(frame.customer_id[each]) for each in customers),
        currency=currency.astype(np.int16),
        currencies=tuple(frame.currencies[each] for each in currencies),
        due=frame.due[rows],
        amount=known.open_amount[rows],
        paid_by=np.zeros((len(rows), DAYS), dtype=np.uint16),
    )
    for begin in range(0, len(rows), _CHUNK):
        chunk = slice(begin, begin + _CHUNK)
        ends, paid_by = forecasts.curves.ends[chunk], forecasts.curves.paid_by[chunk]
        book.paid_by[chunk] = _day_by_day(ends, paid_by, forecasts.start[chunk], book.monday)
    if (part := forecasts.undisputed) is not None:
        # Of an amount of which a part is held, as much is expected by a day as of both parts together.
        free = _day_by_day(part.curves.ends, part.curves.paid_by, part.start, book.monday)
        both = part.share[:, None] * free + (1.0 - part.share[:, None]) * book.paid_by[part.at]
        book.paid_by[part.at] = np.rint(both).astype(np.uint16)
    return book


def _day_by_day(ends: Days, paid_by: NDArray[np.float32], start: Days, monday: int) -> NDArray[np.uint16]:
    """Curves read at the end of every day of a book, as `curves.paid_by` reads them."""
    before = np.concatenate([start[:, None] - 1, np.maximum(ends[:, :-1], start[:, None] - 1)], axis=1)
    length = np.maximum(ends - before, 1)
    per_day = np.diff(paid_by.astype(np.float64), axis=1, prepend=0.0) / length
    row = np.arange(len(ends))[:, None] * (DAYS + 1)
    first = np.clip(before + 1 - monday, 0, DAYS)
    after = np.clip(before + 1 + length - monday, 0, DAYS)
    size = len(ends) * (DAYS + 1)
    change = np.bincount((row + first).ravel(), per_day.ravel(), size)
    change -= np.bincount((row + after).ravel(), per_day.ravel(), size)
    chance = np.cumsum(np.cumsum(change.reshape(-1, DAYS + 1)[:, :DAYS], axis=1), axis=1)
    counted = np.rint(np.clip(chance, 0.0, 1.0) * WHOLE).astype(np.uint16)
    return np.maximum.accumulate(counted, axis=1)
