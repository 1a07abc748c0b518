"""How the reading of a connection stands: what was last read, when it is next read, and if its ledger ties out."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from hub.connections import service as connections
from hub.jobs.schedule import Entry, read_schedule
from hub.ledger import contents
from hub.settings import CONFIG
from hub.sync import runs, service

_SHOWN = ("id", "work_id", "kind", "status", "reason", "started_at", "finished_at", "changed", "rejected")


def standing(session: Session, connection_id: UUID, _today: date) -> dict[str, Any]:
    """How the reading of a connection stands; a part of its document."""
    connection = connections.get(session, connection_id)
    newest = next(iter(runs.list_runs(session, connection_id=connection_id, limit=1)), None)
    compared = runs.newest_tie_out(session, connection_id)
    is_read = connection.auth_method is not None and connection.status in connections.SCHEDULED
    is_scheduled = is_read and service.has_proved_good(session, connection)
    return {
        "newest_run": newest and {name: newest[name] for name in _SHOWN},
        "is_under_way": runs.is_under_way(session, connection_id),
        "next_run_at": _increments().next_slot(datetime.now(UTC)) if is_scheduled else None,
        "records": contents.count_records(session, connection_id),
        "ties_out": compared and _is_equal(compared["tie_out"]),
    }


def _is_equal(tie_out: dict[str, Any]) -> bool:
    """Whether all that was compared is equal to the cent: each sum, and each customer's balance."""
    sums = [each for name, each in tie_out.items() if name != "customers"]
    return not tie_out.get("customers", {}).get("count") and not any(Decimal(each["difference"]) for each in sums)


@cache
def _increments() -> Entry:
    return next(each for each in read_schedule(CONFIG / "schedule.toml") if each.kind == "sync.increments")
