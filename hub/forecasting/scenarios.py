"""What if: a book of open invoices changed by what the caller supposes, beside the book as it is.

Pure: nothing is read and nothing is kept. Base and scenario are drawn with the same luck (`joint.py`), so that what
differs is the effect of the change and not chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.book import DAYS, WHOLE, Book
from hub.forecasting.cash import By, Periods, expected_by_day, periods_of, receipts
from hub.forecasting.days import Days
from hub.forecasting.joint import Change, draw_cash, draws_for, take
from hub.forecasting.results import Dependence, Receipts

Mask = NDArray[np.bool_]


class Draft:
    """A book to make changes to, one after the other; the book that it was made from stays as it is."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._touched = np.zeros(len(book), dtype=bool)
        self._is_copy = False

    def change(self) -> Change:
        """All that was changed, as a difference from the book that the draft was made from."""
        rows = np.flatnonzero(self._touched)
        return Change(rows, take(self.book, rows))

    def select(
        self, *, customers: frozenset[str] | None = None, currency: str | None = None, invoice_id: bytes | None = None
    ) -> Mask:
        """The invoices for which all holds that is given; all of them where nothing is."""
        book = self.book
        mine = np.ones(len(book), dtype=bool)
        if customers is not None:
            mine &= np.array([each in customers for each in book.customer_id], dtype=bool)[book.customer]
        if currency is not None:
            mine &= np.array([each == currency for each in book.currencies], dtype=bool)[book.currency]
        if invoice_id is not None:
            mine &= book.invoice_id == np.frombuffer(invoice_id, dtype="V16")[0]
        return mine

    def stop_paying(self, rows: Mask) -> None:
        """None of these invoices is paid."""
        self._set(rows, np.zeros((int(rows.sum()), DAYS), dtype=np.uint16))

    def postpone(self, rows: Mask, days: int, share: float = 1.0) -> None:
        """These invoices are paid `days` later (sooner where negative, but not before the first day forecast).

        With `share` below 1, that is so for each of them with this probability.
        """
        before = self.book.paid_by[rows]
        moved = self._moved(before, days)
        if share < 1.0:
            moved = np.rint(share * moved + (1.0 - share) * before).astype(np.uint16)
        self._set(rows, moved)

    def pay_on(self, rows: Mask, day: int) -> None:
        """These invoices are paid on that day, for certain."""
        paid = np.zeros((int(rows.sum()), DAYS), dtype=np.uint16)
        paid[:, max(day, self.book.as_of + 1) - self.book.monday :] = WHOLE
        self._set(rows, paid)

    def add(self, *, customer: str, currency: str, amount: float, issued: int, due: int, delays: Days) -> None:
        """One invoice more, which is paid as many days after due as one of `delays`, once it is issued."""
        book = self.book
        first = max(issued, book.as_of + 1)
        day = np.maximum(due + delays, first) - book.monday
        paid = np.bincount(np.minimum(day, DAYS), minlength=DAYS + 1)[:DAYS].cumsum() / len(delays)
        customers, currencies = (
            known if wanted in known else (*known, wanted)
            for known, wanted in ((book.customer_id, customer), (book.currencies, currency))
        )
        self.book = replace(
            book,
            invoice_id=np.append(book.invoice_id, np.zeros(1, dtype=book.invoice_id.dtype)),
            customer=np.append(book.customer, np.int32(customers.index(customer))),
            customer_id=customers,
            currency=np.append(book.currency, np.int16(currencies.index(currency))),
            currencies=currencies,
            due=np.append(book.due, np.int32(due)),
            amount=np.append(book.amount, amount),
            paid_by=np.concatenate([book.paid_by, np.rint(paid * WHOLE).astype(np.uint16)[None, :]]),
        )
        self._touched, self._is_copy = np.append(self._touched, True), True

    def _moved(self, paid_by: NDArray[np.uint16], days: int) -> NDArray[np.uint16]:
        column = np.clip(np.arange(DAYS) - days, -1, DAYS - 1)
        moved = np.where(column < 0, np.uint16(0), paid_by[:, np.maximum(column, 0)])
        moved[:, : self.book.as_of + 1 - self.book.monday] = 0
        return moved.astype(np.uint16)

    def _set(self, rows: Mask, paid_by: NDArray[np.uint16]) -> None:
        if not self._is_copy:
            self.book = replace(self.book, paid_by=self.book.paid_by.copy())
            self._is_copy = True
        self.book.paid_by[rows] = paid_by
        self._touched |= rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A scenario's cash beside the base's, per period and currency.

    `difference` is scenario less base: its p10, p50 and p90 are those of the effect itself, and may be negative.
    """

    base: Receipts
    scenario: Receipts
    difference: Receipts


def compare(
    book: Book,
    dependence: Dependence,
    changes: Sequence[Change],
    by: By,
    count: int,
    draws: int | None = None,
) -> list[Compared]:
    """Each change of the book beside the book as it is."""
    base, *others = draw_cash(book, dependence, draws or draws_for(len(book)), changes)
    periods = periods_of(book, by, count)
    mean = expected_by_day(book)
    return [
        _compare(book, change, dependence.widen, periods, (mean, base), other)
        for change, other in zip(changes, others, strict=True)
    ]


def _compare(
    book: Book,
    change: Change,
    widen: float,
    periods: Periods,
    base: tuple[NDArray[np.float64], NDArray[np.float64]],
    drawn: NDArray[np.float64],
) -> Compared:
    # What the scenario adds may be in a currency in which nothing is open.
    more = len(change.book.currencies) - len(book.currencies)
    mean, base_drawn = base[0], base[1]
    if more:
        mean = np.concatenate([mean, np.zeros((more, DAYS))])
        base_drawn = np.concatenate([base_drawn, np.zeros((len(drawn), more, DAYS))], axis=1)
    known = replace(book, currencies=change.book.currencies)
    before = expected_by_day(replace(take(known, change.rows), currencies=change.book.currencies))
    effect = expected_by_day(change.book) - before
    return Compared(
        base=receipts(known, periods, mean, base_drawn, widen),
        scenario=receipts(known, periods, mean + effect, drawn, widen),
        # Not stretched: an effect that can only take away must not be shown to add.
        difference=receipts(known, periods, effect, drawn - base_drawn, 1.0, least=-np.inf),
    )
