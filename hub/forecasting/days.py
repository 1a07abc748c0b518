"""Calendar days as integers (days since 1970-01-01), the form in which arrays hold them."""

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

EPOCH = date(1970, 1, 1)
NEVER = 2**30
"""The day of what has not happened: later than every calendar day, and safe to add small numbers to."""

Days = NDArray[np.int32]


def to_day(on: date) -> int:
    """The day number of a date."""
    return (on - EPOCH).days


def to_date(day: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=int(day))


def weekday(day: Days) -> Days:
    """Monday 0 to Sunday 6; 1970-01-01 was a Thursday."""
    return (day + 3) % 7


def monday_of(day: Days) -> Days:
    """The Monday that begins the week of each day."""
    return day - weekday(day)
