"""The simulated company's time: it moves with what happens, never by itself."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_OPENS, _CLOSES, _ENDS = time(8, 30), time(18), time(23, 59, 59)
_TIES = 0.06  # share of changes that carry the stamp of the change before


class Clock:
    """Days with business hours. `tick` gives the stamp of a change: some seconds on, now and then the same again.

    Stamps are to the second, never go back and stay in the company's own day; changes after hours follow closely.
    """

    def __init__(self, first_day: date, zone: ZoneInfo, seed: int, changes_per_day: float) -> None:
        self.zone = zone
        self._random = random.Random(f"{seed} clock")  # noqa: S311 - a simulation, reproducible on purpose
        self._stride = max(2, min(240, int(50_000 / max(changes_per_day, 1))))
        self._begin(first_day)
        self.now = self._opens

    def next_day(self) -> None:
        """The next morning."""
        self._begin(self.today + timedelta(days=1))
        self.now = max(self.now, self._opens + timedelta(seconds=int(self._random.random() * 1800)))

    def wait(self, seconds: float) -> None:
        """Let time pass in which nothing happens."""
        if seconds < 0:
            raise ValueError("time does not go back")
        self.now += timedelta(seconds=int(seconds))
        if (day := self.now.astimezone(self.zone).date()) > self.today:
            self._begin(day)

    def tick(self) -> datetime:
        """The stamp of the next change."""
        if self._random.random() >= _TIES:
            stride = self._stride if self.now < self._closes else 1
            self.now = max(
                self.now, min(self._ends, self.now + timedelta(seconds=1 + int(self._random.random() * stride)))
            )
        return self.now

    def _begin(self, day: date) -> None:
        self.today = day
        self._opens, self._closes, self._ends = (
            datetime.combine(day, at, self.zone).astimezone(UTC) for at in (_OPENS, _CLOSES, _ENDS)
        )
