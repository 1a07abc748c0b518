"""When a call is tried again, and when an endpoint is given up. Pure."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Between one try and the next: ten tries in some three days."""
JITTER = 0.1
"""Up to this share is added to a wait, so that what failed together does not come back together."""
LONGEST_ASKED = timedelta(hours=24)
GIVE_UP_AFTER = timedelta(days=3)
"""An endpoint that has taken no call for so long, of LEAST_FAILURES or more, is disabled."""
LEAST_FAILURES = 10


def next_try(tries: int, now: datetime, luck: float, asked: timedelta | None = None) -> datetime | None:
    """When to try again after the `tries`-th try failed; None: never.

    `luck` is from 0 to 1. `asked` is how long the endpoint said to wait, which is heeded up to a day.
    """
    if tries > len(WAITS):
        return None
    wait = WAITS[tries - 1] * (1 + JITTER * luck)
    return now + max(wait, min(asked or timedelta(0), LONGEST_ASKED))


def is_given_up(failing_since: datetime, failures: int, now: datetime) -> bool:
    """Whether an endpoint has failed for long enough to be called no more."""
    return failures >= LEAST_FAILURES and now - failing_since >= GIVE_UP_AFTER


def asked_wait(retry_after: str, now: datetime) -> timedelta | None:
    """How long a Retry-After header says to wait; None where it says nothing that can be read."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return timedelta(seconds=int(text))
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    # A date without a zone, or in the past, asks for nothing.
    return max(at - now, timedelta(0)) if at.tzinfo else None
