"""The real ledgers that forecasts are measured on, and the days to cut them on. They are not part of the project.

PAYPREDICT_LEDGERS names their folder. What happened after a cut is hidden, forecast, and then scored.
"""

import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub import registry
from hub.forecasting.days import NEVER, to_day
from hub.forecasting.frame import LedgerFrame

LEDGERS = Path(os.environ.get("PAYPREDICT_LEDGERS", "../shared/data"))
COLD_ONE_IN = 10
BIG_SHARE = 0.03
"""A customer with more of the invoices than this is never the hidden one: it would decide the figure alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A ledger's days to cut on; `look_ahead` days of later invoices are scored, `ripe` days before the ledger ends."""

    file: str
    ends: date
    cuts: tuple[date, ...]
    look_ahead: int
    ripe: int


BOOKS = (
    Ledger(
        file="ar_highradius.csv",
        ends=date(2019, 11, 30),
        cuts=(date(2019, 6, 30), date(2019, 7, 31), date(2019, 8, 31), date(2019, 9, 30)),
        look_ahead=75,
        ripe=30,
    ),
    Ledger(
        file="ar_ibm.csv",
        ends=date(2013, 6, 30),
        cuts=(date(2012, 10, 31), date(2012, 12, 31), date(2013, 2, 28), date(2013, 3, 31)),
        look_ahead=150,
        ripe=50,
    ),
)


def books(files: tuple[str, ...] = ()) -> list[Ledger]:
    """The ledgers of these file names, all of them where none is named. Raises ValueError for an unknown one."""
    known = {book.file: book for book in BOOKS}
    if unknown := sorted(set(files) - known.keys()):
        raise ValueError(f"no ledger named {', '.join(unknown)}; there are {', '.join(known)}")
    return [book for book in BOOKS if not files or book.file in files]


def read(path: Path) -> LedgerFrame:
    """A ledger through the csv connector."""

    def records() -> Iterator[Any]:
        connector = registry.load().make("csv", {"path": str(path)})
        for stream in connector.streams:
            for page in connector.read(stream.name, None):
                for item in page.items:
                    yield from connector.map(stream.name, item)

    return LedgerFrame.from_records(records())


def without_cold(frame: LedgerFrame, day: int) -> LedgerFrame:
    """The ledger without what one customer in ten did until `day`; the same ones for the same day, in any run."""
    is_big = np.bincount(frame.customer, minlength=len(frame.customer_id)) > BIG_SHARE * len(frame)
    drawn = np.array([zlib.crc32(f"{customer} {day}".encode()) % COLD_ONE_IN == 0 for customer in frame.customer_id])
    return frame.take(~((drawn & ~is_big)[frame.customer] & (frame.issued <= day)))


def scored_rows(frame: LedgerFrame, book: Ledger, day: int) -> NDArray[np.int64]:
    """Invoices open on `day` or issued later whose payment the ledger shows, but for the unripe end of it."""
    ends = to_day(book.ends)
    latest_issue = min(day + book.look_ahead, ends - book.ripe)
    return np.flatnonzero((frame.paid > day) & (frame.paid < NEVER) & (frame.issued <= latest_issue))
