"""Where a stream was left: in a backfill the lowest id read, afterwards the time of the last change.

Times are compared as NetSuite writes them, on the account's wall clock, so that a zone that was entered wrong loses
nothing. A change may become visible after a later one, and once a year the walls show an hour a second time: so the
next run begins some minutes earlier, or an hour. What it reads again it knows by a digest, and leaves out.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hub.sdk.errors import ConfigError, TransientError
from plugins.connectors.netsuite.documents import Row

OVERLAP = timedelta(minutes=5)

_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}").fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """`since`: the last change read, or of a backfill the last one before it. `below`: the ids a backfill has yet to
    read. `total` and `read` count its rows. `seen`: a digest of the rows from which the next run begins.
    """

    since: str | None = None
    below: int | None = None
    total: int = 0
    read: int = 0
    seen: str = ""

    def __str__(self) -> str:
        return json.dumps({name: value for name, value in asdict(self).items() if value not in (None, 0, "")})

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Raises ConfigError for a text that is no cursor of this connector's."""
        try:
            cursor = cls(**json.loads(text))
            if cursor.since is not None:
                checked(cursor.since)
            return cls(**{**asdict(cursor), "below": None if cursor.below is None else int(cursor.below)})
        except (ValueError, TypeError, TransientError) as error:
            raise ConfigError(f"{text[:100]!r} is no cursor of the NetSuite connector") from error


def checked(time: object) -> str:
    """A time as NetSuite was asked to write it. Raises TransientError for anything else."""
    if not isinstance(time, str) or not _STAMP(time):
        raise TransientError(f"NetSuite answered {time!r:.100} for a time")
    return time


def beginning(since: str, zone: ZoneInfo) -> str:
    """From which wall time on to read, so that nothing after `since` is missed."""
    wall = datetime.fromisoformat(since)
    start = wall - OVERLAP
    for each in (wall, start):
        offsets = [each.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta(0) for fold in (0, 1)]
        if offsets[0] > offsets[1]:
            # The clocks are about to go back, or just have: what changes next may bear a time an hour lower.
            return (start - (offsets[0] - offsets[1])).isoformat()
    return start.isoformat()


def digest(rows: Iterable[Row]) -> str:
    """A short text by which the same rows are known again, in whatever order."""
    texts = sorted(json.dumps(dict(row), sort_keys=True, default=str) for row in rows)
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:24] if texts else ""
