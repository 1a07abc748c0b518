"""Events of customers in order of time: what had happened to a customer before a day, by one binary search."""

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.days import NEVER, Days

Rows = NDArray[np.int64]


class Timeline:
    """Events (one `customer` and `day` each) sorted by both; positions refer to that order. NEVER is no event."""

    def __init__(self, customer: NDArray[np.int32], day: Days) -> None:
        happened = np.flatnonzero(day < NEVER)
        self._first_day = int(day[happened].min()) if len(happened) else 0
        self._span = int(day[happened].max()) - self._first_day + 2 if len(happened) else 2
        key = self._key(customer[happened], day[happened])
        order = np.argsort(key, kind="stable")
        self.rows: Rows = happened[order]
        self._keys = key[order]

    def __len__(self) -> int:
        return len(self.rows)

    def _key(self, customer: NDArray[np.int32], day: Days) -> NDArray[np.int64]:
        within = np.clip(day.astype(np.int64) - self._first_day, 0, self._span - 1)
        return customer.astype(np.int64) * self._span + within

    def start(self, customer: NDArray[np.int32]) -> Rows:
        """The position of each customer's first event."""
        return np.searchsorted(self._keys, customer.astype(np.int64) * self._span)

    def before(self, customer: NDArray[np.int32], day: Days) -> Rows:
        """The position after each customer's last event strictly before `day`."""
        return np.searchsorted(self._keys, self._key(customer, day))

    def count_before(self, customer: NDArray[np.int32], day: Days) -> Rows:
        """How many events each customer had strictly before `day`."""
        return self.before(customer, day) - self.start(customer)


def running_total(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Totals of all values before each position: the difference of two of them is the total in between."""
    total = np.zeros((len(values) + 1, *values.shape[1:]))
    np.cumsum(values, axis=0, out=total[1:])
    return total


def running_count(marks: NDArray[np.integer | np.bool_]) -> NDArray[np.int32]:
    """As `running_total`, for what is counted."""
    total = np.zeros((len(marks) + 1, *marks.shape[1:]), dtype=np.int32)
    np.cumsum(marks, axis=0, out=total[1:])
    return total


def one_hot(code: NDArray[np.integer], width: int) -> NDArray[np.int8]:
    """One row per code with a 1 in its column."""
    marks = np.zeros((len(code), width), dtype=np.int8)
    marks[np.arange(len(code)), code] = 1
    return marks
