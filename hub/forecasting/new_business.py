"""Cash from invoices that are yet to be issued: what came of such in the ledger's own past. Pure.

On a day in the past, what came in so many days later of invoices issued after that day is known by now. The same of
many past days, a week apart so that weekdays fit, is what may be expected from today on, and how far that varies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.days import to_day
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.settlement import Means

Floats = NDArray[np.float64]

PAST_DAYS = 26
"""Past days to learn a period from: the newest that show it to its end."""
LEAST_PAST_DAYS = 8
APART = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBusiness:
    """Expected receipts from invoices issued later, an entry per period and currency; NaN where the past is too short.

    [p10, p90] held the receipts in 80 % of the past.
    """

    expected: Mapping[str, Floats]
    p10: Mapping[str, Floats]
    p90: Mapping[str, Floats]


def new_business(frame: LedgerFrame, starts: Sequence[date], ends: Sequence[date]) -> NewBusiness:
    """What the periods after the frame's day may bring from invoices issued after it.

    A period that has begun counts from the day after it.
    """
    today = frame.day
    begin = np.maximum(np.array([to_day(day) for day in starts], dtype=int) - today, 1)
    end = np.array([to_day(day) for day in ends], dtype=int) - today
    expected, low, high = (np.full((len(frame.currencies), len(begin)), np.nan) for _ in range(3))
    oldest = int(frame.issued.min()) if len(frame) else today
    newest = -(-end // APART)
    count = np.clip((today - oldest) // APART - newest + 1, 0, PAST_DAYS)
    if len(begin) and count.max() >= LEAST_PAST_DAYS:
        total = _received(frame, int(newest.max()) + PAST_DAYS, int(end.max()))
        for at in np.flatnonzero(count >= LEAST_PAST_DAYS).tolist():
            past = slice(int(newest[at]), int(newest[at] + count[at]))
            came = total[past, :, end[at]] - total[past, :, begin[at] - 1]
            expected[:, at] = came.mean(axis=0)
            low[:, at], high[:, at] = np.quantile(came, (0.1, 0.9), axis=0, method="weibull")

    def named(values: Floats) -> dict[str, Floats]:
        return {currency: values[code] for code, currency in enumerate(frame.currencies)}

    return NewBusiness(expected=named(expected), p10=named(np.maximum(low, 0.0)), p90=named(high))


def _received(frame: LedgerFrame, past_days: int, days: int) -> Floats:
    """By past day (row k is k weeks ago), currency and days since, the receipts so far of invoices issued after it."""
    today, parts = frame.day, frame.settlements
    paid = parts.take((parts.means == Means.CASH) & (parts.day > today - APART * past_days) & (parts.day <= today))
    issued, currency = frame.issued[paid.row], frame.currency[paid.row].astype(np.int64)
    width = len(frame.currencies)
    found = np.zeros((past_days, width, days + 1))
    for k in range(past_days):
        day = today - APART * k
        mine = (issued > day) & (paid.day > day) & (paid.day <= day + days)
        at = currency[mine] * (days + 1) + (paid.day[mine] - day)
        sums = np.bincount(at, weights=paid.amount[mine], minlength=width * (days + 1))
        found[k] = np.cumsum(sums.reshape(width, days + 1), axis=1)
    return found
