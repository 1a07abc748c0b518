"""Where a stream stands: the text that the hub keeps between runs."""

import json
from dataclasses import dataclass
from datetime import datetime

from hub.sdk.errors import ConfigError
from plugins.connectors.quickbooks.fields import instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """A first reading under way, newest first: all that was saved after `at` has been read.

    `at` is in the provider's own words. `skip` counts what has been read of a group of the same time that is larger
    than a page. Increments later begin at `since`, the provider's clock when the reading began.
    """

    since: datetime
    at: str | None = None
    skip: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """All that was saved until `since` has been read. `seen` are the versions of shortly before, which come again."""

    since: datetime
    seen: frozenset[str] = frozenset()


def parse(text: str) -> Backfill | Since:
    """The place that a cursor names. Raises ConfigError for what is no cursor of this connector."""
    try:
        document = json.loads(text)
        since = instant(document["since"])
        if since is None:
            raise ValueError(document["since"])
        if "at" not in document:
            return Since(since=since, seen=frozenset(document.get("seen", ())))
        return Backfill(since=since, at=document["at"], skip=int(document["skip"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{text[:80]!r} is no cursor of the QuickBooks connector; read the stream anew") from error


def write(place: Backfill | Since) -> str:
    """The cursor of a place."""
    document: dict[str, str | int | list[str] | None] = {"since": place.since.isoformat()}
    if isinstance(place, Backfill):
        document |= {"at": place.at, "skip": place.skip}
    elif place.seen:
        document["seen"] = sorted(place.seen)
    return json.dumps(document)
