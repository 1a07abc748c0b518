"""A provider's limits for one account, counted by the box's clock: a minute, a day, and calls in flight."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil

_MINUTE, _DAY = 60.0, 86_400.0


class Limiter:
    """Counts calls by account. None: no limit. Refused calls use nothing up."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.per_minute: int | None = None
        self.per_day: int | None = None
        self.concurrent: int | None = None
        self.most_in_flight = 0
        self._clock = clock
        self._lock = threading.Lock()
        self._minute: dict[str, deque[float]] = defaultdict(deque)
        self._day: dict[str, tuple[int, int]] = {}
        self._flying: dict[str, int] = defaultdict(int)

    @contextmanager
    def flying(self, account: str) -> Iterator[int]:
        """One call in flight; yields how many there are now, this one with them."""
        with self._lock:
            self._flying[account] += 1
            count = self._flying[account]
            self.most_in_flight = max(self.most_in_flight, count)
        try:
            yield count
        finally:
            with self._lock:
                self._flying[account] -= 1

    def exceeded(self, account: str, in_flight: int) -> tuple[str, int | None] | None:
        """Count a call, or say which limit it exceeds ("concurrent", "minute", "day") and for how many seconds yet."""
        with self._lock:
            now = self._clock()
            if self.concurrent is not None and in_flight > self.concurrent:
                return "concurrent", None
            recent, today = self._recent(account, now), self._today(account, now)
            if self.per_day is not None and today >= self.per_day:
                return "day", max(1, ceil(_DAY - now % _DAY))
            if self.per_minute is not None and len(recent) >= self.per_minute:
                return "minute", max(1, ceil(recent[0] + _MINUTE - now))
            recent.append(now)
            self._day[account] = (int(now // _DAY), today + 1)
            return None

    def remaining(self, account: str) -> dict[str, int]:
        """What is left of the limits there are: "minute" and "day"."""
        with self._lock:
            now = self._clock()
            left: dict[str, int] = {}
            if self.per_minute is not None:
                left["minute"] = max(0, self.per_minute - len(self._recent(account, now)))
            if self.per_day is not None:
                left["day"] = max(0, self.per_day - self._today(account, now))
            return left

    def _recent(self, account: str, now: float) -> deque[float]:
        recent = self._minute[account]
        while recent and recent[0] <= now - _MINUTE:
            recent.popleft()
        return recent

    def _today(self, account: str, now: float) -> int:
        day, count = self._day.get(account, (0, 0))
        return count if day == int(now // _DAY) else 0
