"""Where reading stands, in days: all that SAP tells of a change is its day.

So the last day seen and the one before (what is posted around midnight may show late) are read again each time, and a
digest of what they hold says whether anything is new.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from hashlib import sha256

from hub.sdk.errors import ConfigError, RecordError
from plugins.connectors.sap.keys import Raw
from plugins.connectors.sap.lines import day


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """`since` is the last day seen, `seen` a digest of what was read from the day before it on.

    `phase` is "open" or "cleared" while all is read, "since" afterwards, and "unreadable" where the user may not;
    `last` are the values after which the order goes on.
    """

    since: str | None = None
    seen: str = ""
    phase: str = "open"
    last: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> "Cursor":
        """The cursor that `str` gave. Raises ConfigError for one that is none of ours."""
        try:
            found = cls(**json.loads(text))
            if found.since is not None:
                date.fromisoformat(found.since)
            return found
        except (TypeError, ValueError) as error:
            raise ConfigError("the place where reading stopped cannot be understood; read all anew") from error

    def __str__(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))


def first_day(since: date) -> date:
    """From which day on is read again."""
    return since - timedelta(days=1)


def newest_day(rows: Iterable[Raw], names: Sequence[str], by: date | None = None) -> date | None:
    """The last of these dates in the rows, and no later than `by`; None where there are none."""
    found = (day_or_none(row, name) for row in rows for name in names)
    newest = max((each for each in found if each is not None), default=None)
    return min(newest, by) if newest is not None and by is not None else newest


def digest(rows: Iterable[Raw], names: Sequence[str], since: date) -> str:
    """What of the rows has one of these dates on the first day to be read again or later, in short."""
    first = first_day(since)
    kept = [
        json.dumps(row, sort_keys=True, default=str)
        for row in rows
        if any((found := day_or_none(row, name)) is not None and found >= first for name in names)
    ]
    return sha256("\n".join(sorted(kept)).encode()).hexdigest()[:32]


def day_or_none(raw: Raw, name: str) -> date | None:
    """A date, or None where there is none that can be read."""
    try:
        return day(raw, name)
    except RecordError:
        return None
