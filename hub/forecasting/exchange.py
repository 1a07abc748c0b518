"""What amounts of several currencies are worth beside each other: in home currency, else by what is usual in each."""

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.frame import LedgerFrame

Floats = NDArray[np.float64]


def home_rates(frame: LedgerFrame) -> Floats:
    """Home units for one unit of each invoice's currency: as the books state it for the invoice, else as they stated it
    last for its currency. 1 where they never did: books state no rate for their own currency.
    """
    rate = frame.rate.copy()
    for code in range(len(frame.currencies)):
        mine = frame.currency == code
        stated = np.flatnonzero(mine & np.isfinite(rate))
        newest = rate[stated[np.argmax(frame.issued[stated])]] if len(stated) else 1.0
        rate[mine & ~np.isfinite(rate)] = newest
    return rate


def comparable(frame: LedgerFrame, rows: NDArray[np.int64]) -> Floats:
    """What is open of the invoices in `rows`, so that they can be ranked across currencies.

    In home currency where no more than one currency is without rates, which then is that of home. Where several are,
    as in a file without rates, nobody knows what they are worth: each invoice counts by how many usual invoices of its
    currency it makes, those of currencies with rates together.
    """
    amount = frame.open_amount[rows] * home_rates(frame)[rows]
    purse = frame.currency[rows].astype(np.int64)
    has_rate = np.zeros(len(frame.currencies), dtype=bool)
    has_rate[frame.currency[np.isfinite(frame.rate)]] = True
    if len(np.unique(purse[~has_rate[purse]])) < 2:
        return amount
    purse[has_rate[purse]] = -1
    for each in np.unique(purse):
        mine = purse == each
        amount[mine] /= max(float(amount[mine].mean()), 1e-9)
    return amount
