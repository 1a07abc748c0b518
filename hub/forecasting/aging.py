"""Aging of a ledger frame: what is open, by whole days past due, per currency."""

from dataclasses import dataclass

import numpy as np

from hub.forecasting.frame import LedgerFrame

LABELS = ("current", "1–30", "31–60", "61–90", "91+")
_LAST_DAY = np.array([0, 30, 60, 90])


@dataclass(frozen=True, slots=True, kw_only=True)
class Aging:
    """Open amounts of one currency by LABELS, in that currency's own unit; for showing, so floats will do."""

    currency: str
    amounts: tuple[float, ...]
    labels: tuple[str, ...] = LABELS

    @property
    def total(self) -> float:
        """All that is open."""
        return sum(self.amounts)

    @property
    def overdue(self) -> float:
        """What is open past its due date."""
        return sum(self.amounts[1:])


def age(frame: LedgerFrame, day: int) -> tuple[Aging, ...]:
    """Aging by due date at the end of `day`, one entry per currency with an open invoice. Drafts are no receivables."""
    book = frame.as_of(day)
    owed = book.is_open
    bucket = np.searchsorted(_LAST_DAY, day - book.due[owed], side="left")
    amount, currency = book.open_amount[owed], book.currency[owed]
    return tuple(
        Aging(
            currency=code,
            amounts=tuple(np.bincount(bucket[currency == index], amount[currency == index], len(LABELS)).tolist()),
        )
        for index, code in enumerate(book.currencies)
        if (currency == index).any()
    )
