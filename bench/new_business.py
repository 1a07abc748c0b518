"""`bench new-business`: cash from invoices issued later, as it was forecast and as it came, on the real ledgers.

Cut every two weeks (see bench/real_ledgers.py for the files), each cut forecast for 13 weeks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from bench.real_ledgers import LEDGERS, Ledger, books, read
from hub.forecasting.days import to_day
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.new_business import new_business
from hub.forecasting.settlement import Means

WEEKS = 13
SPANS = ((0, 4), (4, 8), (8, WEEKS))
FIRST = {"ar_highradius.csv": date(2019, 4, 28), "ar_ibm.csv": date(2012, 6, 24)}
"""The first Sunday that has enough past."""
HELD, TOLERANCE = 0.80, 0.05


@dataclass(frozen=True, slots=True)
class Week:
    """One week of one cut, `ahead` counted from 0."""

    currency: str
    ahead: int
    actual: float
    expected: float
    p10: float
    p90: float


def run(ledgers: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Per ledger, currency and span of weeks: the share of weeks held, and the error over all that came."""
    results = []
    for book in books(ledgers):
        weeks = list(measure(book))
        for currency in sorted({week.currency for week in weeks}):
            for first, end in SPANS:
                mine = [week for week in weeks if week.currency == currency and first <= week.ahead < end]
                held = float(np.mean([week.p10 <= week.actual <= week.p90 for week in mine]))
                off = sum(abs(week.expected - week.actual) for week in mine) / sum(week.actual for week in mine)
                results.append(
                    {
                        "name": f"new business {book.file} {currency}, weeks {first + 1} to {end}",
                        "ratio": held,
                        "low": held,
                        "high": held,
                        "goal": f"{HELD - TOLERANCE:.2f} or more",
                        "met": held >= HELD - TOLERANCE,
                        "unit": f"of {len(mine)} weeks within P10 to P90; weekly error {off:.3f}",
                    }
                )
    return results


def measure(book: Ledger) -> Iterator[Week]:
    """All weeks that the ledger shows to their end, but for those of which nothing was said."""
    frame = read(LEDGERS / book.file)
    cut = FIRST[book.file]
    while cut < book.ends:
        starts = [cut + timedelta(days=1 + 7 * k) for k in range(WEEKS)]
        ends = [day + timedelta(days=6) for day in starts if day + timedelta(days=6) <= book.ends]
        starts = starts[: len(ends)]
        found = new_business(frame.as_of(to_day(cut)), starts, ends)
        for currency, expected in found.expected.items():
            for ahead in np.flatnonzero(np.isfinite(expected)).tolist():
                yield Week(
                    currency=currency,
                    ahead=ahead,
                    actual=_came(frame, cut, currency, starts[ahead], ends[ahead]),
                    expected=float(expected[ahead]),
                    p10=float(found.p10[currency][ahead]),
                    p90=float(found.p90[currency][ahead]),
                )
        cut += timedelta(weeks=2)


def _came(frame: LedgerFrame, cut: date, currency: str, start: date, end: date) -> float:
    parts = frame.settlements
    code = frame.currencies.index(currency)
    later = (frame.issued[parts.row] > to_day(cut)) & (frame.currency[parts.row] == code)
    inside = (parts.day >= to_day(start)) & (parts.day <= to_day(end)) & (parts.means == Means.CASH)
    return float(parts.amount[later & inside].sum())
