"""When to ask a provider again: what its answers say of it, and how long to wait where they say nothing. Pure."""

import math
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

UNTOLD_SECONDS = 60
"""To wait after "too many requests" where the provider does not say for how long."""
LONGEST_SECONDS = 86_400
"""The longest that a provider is believed: whatever it names, a day later it is asked again."""


def retry_after(headers: Mapping[str, str], untold: int = UNTOLD_SECONDS, now: datetime | None = None) -> int:
    """The seconds that a Retry-After asks for, as a number or a date; `untold` where there is none to go by."""
    said = headers.get("retry-after", "").strip()
    if not said:
        return untold
    try:
        seconds = float(said)
    except ValueError:
        try:
            at = parsedate_to_datetime(said)
        except (ValueError, IndexError, OverflowError):
            return untold
        # By the provider's own clock where it says what that is.
        seconds = (_aware(at) - (now or _date(headers) or datetime.now(UTC))).total_seconds()
    if not math.isfinite(seconds) or seconds < 0:
        return untold
    return min(math.ceil(seconds), LONGEST_SECONDS)


def pause(attempt: int, rng: random.Random, base_seconds: float = 0.5, longest_seconds: float = 5.0) -> float:
    """How long to wait after the `attempt`-th try (from 1): anything up to a bound that doubles (full jitter)."""
    return rng.uniform(0, min(base_seconds * 2 ** (attempt - 1), longest_seconds))


def _date(headers: Mapping[str, str]) -> datetime | None:
    try:
        return _aware(parsedate_to_datetime(headers.get("date", "")))
    except (ValueError, IndexError, OverflowError):
        return None


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
