"""When, and by what, an invoice was settled: from what was set against it, as known on one day."""

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.days import NEVER, Days


class Outcome(IntEnum):
    """What became of an invoice. Only `PAID` says when a customer pays; the others end the watch without an answer."""

    OPEN = 0
    PAID = 1
    CREDITED = 2
    WRITTEN_OFF = 3
    VOID = 4


class Means(IntEnum):
    """What kind of thing settled a part of an invoice."""

    CASH = 0
    CREDIT = 1
    WRITE_OFF = 2


MEANS_OF_KIND = {
    "payment": Means.CASH,
    "prepayment": Means.CASH,
    "overpayment": Means.CASH,
    "discount": Means.CASH,  # taken with a payment, and part of it
    "withholding": Means.CASH,
    "journal": Means.CREDIT,
    "credit_memo": Means.CREDIT,
    "opening": Means.CREDIT,  # settled, but the source does not say when
    "write_off": Means.WRITE_OFF,
}
"""From the allocation kinds of hub.sdk.records."""

_OUTCOME_OF_MEANS = np.array([Outcome.PAID, Outcome.CREDITED, Outcome.WRITTEN_OFF], dtype=np.int8)


@dataclass(frozen=True, slots=True)
class Settlements:
    """Parts of invoices settled, one row each: `amount` (negative for a reversal) on `day` against invoice `row`."""

    row: NDArray[np.int64]
    day: Days
    amount: NDArray[np.float64]
    means: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.row)

    def take(self, keep: NDArray[np.bool_]) -> "Settlements":
        """Only the rows marked."""
        return Settlements(*(getattr(self, item.name)[keep] for item in fields(self)))


@dataclass(frozen=True, slots=True)
class Settled:
    """Per invoice: its outcome, the day it left the open book (NEVER while it is in), and what is still open."""

    outcome: NDArray[np.int8]
    closed: Days
    open_amount: NDArray[np.float64]


def settle(amount: NDArray[np.float64], disputed: NDArray[np.bool_], parts: Settlements) -> Settled:
    """Settle invoices of these amounts by these parts.

    An invoice is settled on the day after which no more than max(1, 1 %) of it stays open (nothing, if it is
    disputed): a short-paid cent must not mean "never paid". The means of the largest share names the outcome.
    """
    count = len(amount)
    tolerance = np.where(disputed, 0.005, np.maximum(1.0, 0.01 * amount))
    # An invoice of less than the tolerance would count as settled before anybody paid.
    tolerance = np.minimum(tolerance, 0.5 * amount)
    open_amount = amount - np.bincount(parts.row, weights=parts.amount, minlength=count)
    settled = (open_amount <= tolerance) & (np.bincount(parts.row, minlength=count) > 0)

    order = np.lexsort((parts.day, parts.row))
    row, day = parts.row[order], parts.day[order]
    running = np.cumsum(parts.amount[order])
    first = np.searchsorted(row, np.arange(count))
    before = np.concatenate([[0.0], running])[first]
    remaining = amount[row] - (running - before[row])
    last_of_day = np.ones(len(row), dtype=bool)  # reversed and applied again on one day is bookkeeping
    last_of_day[:-1] = (row[1:] != row[:-1]) | (day[1:] != day[:-1])
    # The settling day follows the last day that still left the invoice open.
    still_open = last_of_day & (remaining > tolerance[row] + 1e-9)
    last_open = np.full(count, -NEVER, dtype=np.int64)
    np.maximum.at(last_open, row[still_open], day[still_open])
    closes = settled[row] & (day > last_open[row])
    closed = np.full(count, NEVER, dtype=np.int64)
    np.minimum.at(closed, row[closes], day[closes])

    share = np.zeros((count, len(Means)))
    np.add.at(share, (parts.row, parts.means), parts.amount)
    outcome = np.where(settled, _OUTCOME_OF_MEANS[share.argmax(axis=1)], np.int8(Outcome.OPEN)).astype(np.int8)
    return Settled(outcome, closed.astype(np.int32), np.where(settled, 0.0, np.maximum(open_amount, 0.0)))
