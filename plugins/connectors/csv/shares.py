"""Payments that several rows share: the file names a payment id, and each row states its part of that payment.

Kept per row are two 8-byte hashes and an amount while the file is read, and one amount and one flag afterwards.
"""

from array import array
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

_SCALE = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Shares:
    """For each row the whole of its payment, and whether the id alone tells that payment from others."""

    totals: np.ndarray | None = None
    ambiguous: bytes = b""

    def total(self, row: int) -> Decimal | None:
        """The amount of the payment that a row has a part in; None for a row that names no payment."""
        if self.totals is None or self.totals[row] == 0:
            return None
        return Decimal(int(self.totals[row])) / _SCALE


class ShareFinder:
    """Collects the payment that each row names."""

    def __init__(self) -> None:
        self._ids, self._payments, self._amounts = array("q"), array("q"), array("q")

    def add(self, payment_id: str, payer: object, amount: Decimal) -> None:
        """Take the next row into account; `payer` is what must agree besides the id: customer, day and currency."""
        self._ids.append(hash(payment_id))
        self._payments.append(hash((payment_id, payer)))
        self._amounts.append(int(amount * _SCALE))

    def skip_to(self, row: int) -> None:
        """The rows before `row` that were not added name no payment; each gets a hash of its own."""
        for place in range(len(self._ids), row):
            self._ids.append(-place - 1)
            self._payments.append(-place - 1)
            self._amounts.append(0)

    def finish(self) -> Shares:
        """The payment of every row, in the order they were added."""
        if not self._ids:
            return Shares()
        payments = np.frombuffer(self._payments, np.int64)
        _, group = np.unique(payments, return_inverse=True)
        sums = np.zeros(group.max() + 1, np.int64)
        np.add.at(sums, group, np.frombuffer(self._amounts, np.int64))
        _, by_id = np.unique(np.frombuffer(self._ids, np.int64), return_inverse=True)
        lowest = np.full(by_id.max() + 1, len(sums))
        highest = np.zeros(by_id.max() + 1, np.int64)
        np.minimum.at(lowest, by_id, group)
        np.maximum.at(highest, by_id, group)
        return Shares(sums[group], (lowest != highest)[by_id].tobytes())
