"""How far an attempt is: the stream that it reads, and the seconds that each step took."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from hub.sdk.connector import Page, Stream
from hub.sdk.errors import ConfigError, RefusedError

_LONGEST_CURSOR = 10_000
_MOST_REPEATS = 20
"""Pages in a row that are the same as the one before: a provider that does not understand what it is asked."""


@dataclass(slots=True)
class Stopwatch:
    """Seconds spent by step."""

    seconds: dict[str, float]
    since: float = field(default_factory=monotonic)

    def lap(self, step: str) -> None:
        """Add the time since the last lap to a step."""
        now = monotonic()
        self.seconds[step] = self.seconds.get(step, 0.0) + now - self.since
        self.since = now


@dataclass(slots=True, kw_only=True)
class Reading:
    """A stream that is being read: its pages so far, and the cursor of the last."""

    stream: Stream
    share: float
    pages: Iterator[Page] | None = None
    page: int = 0
    cursor: str | None = None
    is_done: bool = False
    newest: tuple[Any, ...] = ()
    repeats: int = 0

    def check(self, page: Page) -> None:
        """Raise RefusedError for a page that comes again and again, ConfigError for a cursor that cannot be kept."""
        cursor = page.cursor
        is_text = isinstance(cursor, str) and len(cursor) <= _LONGEST_CURSOR and "\0" not in cursor
        if cursor is not None and not is_text:
            raise ConfigError(f"{self.stream.name}: the connector goes on from a place that cannot be noted.")
        seen = (cursor, len(page.items), page.items[0], page.items[-1]) if page.items else ()
        self.repeats = self.repeats + 1 if seen and seen == self.newest else 0
        self.newest = seen
        if self.repeats >= _MOST_REPEATS:
            raise RefusedError(
                f"{self.stream.name}: the provider answers with the same page again and again, so that there is no end"
                " to them.",
                200,
            )
