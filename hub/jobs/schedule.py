"""The schedule: entries of config/schedule.toml, and when each was last due. Pure, but for recording what was done."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from croniter import croniter
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.jobs.models import schedule_runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Work of one kind that every active tenant gets whenever the cron expression (UTC) says so."""

    name: str
    kind: str
    cron: str

    def last_slot(self, now: datetime) -> datetime:
        """The newest time of the cron expression that is not after `now`."""
        slot: datetime = croniter(self.cron, now.astimezone(UTC) + timedelta(microseconds=1)).get_prev(datetime)
        return slot

    def next_slot(self, now: datetime) -> datetime:
        """The first time of the cron expression after `now`."""
        slot: datetime = croniter(self.cron, now.astimezone(UTC)).get_next(datetime)
        return slot


def read_schedule(path: Path) -> tuple[Entry, ...]:
    """The entries of a TOML file, a table each. Raises ValueError naming the file, the entry and what is wrong."""
    entries = []
    for name, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
        if problem := _problem(table):
            raise ValueError(f"{path}: [{name}] {problem}")
        entries.append(Entry(name=name, **table))
    return tuple(entries)


def take_slot(session: Session, entry: Entry, now: datetime) -> bool:
    """Whether work of this entry has to be submitted now; true once per slot, whoever asks.

    Slots missed while no scheduler ran are made up for by one. A new entry begins with its next slot. A hub session.
    """
    statement = insert(schedule_runs).values(name=entry.name, last_slot=entry.last_slot(now))
    added = session.execute(statement.on_conflict_do_nothing().returning(schedule_runs.c.name)).first()
    if added:
        return False
    newer = schedule_runs.c.last_slot < entry.last_slot(now)
    taken = session.execute(
        schedule_runs.update()
        .where(schedule_runs.c.name == entry.name, newer)
        .values(last_slot=entry.last_slot(now))
        .returning(schedule_runs.c.name)
    ).first()
    return taken is not None


def _problem(table: Any) -> str | None:
    if not isinstance(table, dict) or table.keys() != {"kind", "cron"}:
        return "must be a table of kind and cron, and nothing else"
    if not croniter.is_valid(table["cron"]):
        return f"cron: {table['cron']!r} is not a cron expression of five fields"
    return None
