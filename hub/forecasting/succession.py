"""Which model follows which, and why: promotion and rollback by hand, pins, and the record of all changes.

Forecasts of invoices and customers' risk are two tasks, each with its champion. Statements only, without a model at
hand: the API does this too.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, insert, select, update
from sqlalchemy.orm import Session

from hub.errors import ConflictError, NotFoundError
from hub.forecasting.models import forecast_models, model_changes
from hub.jobs import service as jobs
from hub.storage import audit

Task = Literal["forecast", "risk"]
"""forecast: when invoices are paid; risk: which customers go late."""

_MOST_CHANGES = 100


def note_change(session: Session, kind: str, from_id: UUID | None, to_id: UUID | None, why: str, at: datetime) -> None:
    """Keep that one model followed another, who had it so, and why."""
    who = audit.actor()
    session.execute(
        insert(model_changes).values(
            at=at, kind=kind, actor_kind=who.kind, actor_id=who.id, from_id=from_id, to_id=to_id, why=why
        )
    )


def promote(session: Session, model_id: UUID, *, why: str | None, pin: bool, now: datetime) -> None:
    """Put a model in charge of its task from now on; pinned, no training replaces it until it is released.

    Raises NotFoundError, and ConflictError where the model has no file to forecast with.
    """
    table = forecast_models
    row = session.execute(
        select(table.c.number, table.c.task, table.c.status, _has_file()).where(table.c.id == model_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError("There is no such model.")
    if row.status == "failed" or not row.has_file:
        raise ConflictError(
            f"Model {row.number} has no file to forecast with: it failed, or its file is no longer kept. "
            "Its record stays; train a new one."
        )
    _put_in_charge(session, row.task, model_id, "promoted", why or "Promoted by hand.", pin=pin, now=now)


def rollback(session: Session, task: Task = "forecast", *, why: str | None, now: datetime) -> UUID:
    """Put the champion before this one back in charge, pinned; done again, the one before that. Returns its id.

    Raises ConflictError where there is none that could still be used.
    """
    current = session.scalar(select(forecast_models.c.id).where(is_champion(task)))
    earlier = [] if current is None else sequence_champions(session, current)
    if not earlier:
        raise ConflictError("There is no earlier model to go back to.")
    _put_in_charge(session, task, earlier[0], "rolled_back", why or "Rolled back by hand.", pin=True, now=now)
    return earlier[0]


def release(session: Session, model_id: UUID, *, now: datetime) -> None:
    """Take the pin off a model: the next training may replace it. Raises NotFoundError, ConflictError."""
    table = forecast_models
    pinned = session.execute(select(table.c.pinned_at).where(table.c.id == model_id)).one_or_none()
    if pinned is None:
        raise NotFoundError("There is no such model.")
    if pinned.pinned_at is None:
        raise ConflictError("The model is not pinned.")
    session.execute(update(table).where(table.c.id == model_id).values(pinned_at=None))
    note_change(session, "released", model_id, model_id, "Released by hand.", now)
    audit.record(session, "model.released", "model", model_id)


def sequence_champions(session: Session, current: UUID) -> list[UUID]:
    """The champions before `current`, the latest first, that still have their files; what was rolled back is left out.

    Each is the one that was in charge when its successor first took over.
    """
    took_over = {}
    rows = session.execute(
        select(model_changes.c.from_id, model_changes.c.to_id)
        .where(model_changes.c.kind.not_in(("rolled_back", "fell_back", "released")))
        .where(model_changes.c.from_id.is_not(None), model_changes.c.to_id.is_not(None))
        .order_by(model_changes.c.id)
    )
    for before, after in rows:
        took_over[after] = before
    found: list[UUID] = []
    at = current
    while (at := took_over.get(at)) is not None and at not in found and at != current:  # type: ignore[assignment]
        found.append(at)
    if not found:
        return []
    usable = set(
        session.scalars(
            select(forecast_models.c.id).where(
                forecast_models.c.id.in_(found), forecast_models.c.status != "failed", _has_file()
            )
        )
    )
    return [each for each in found if each in usable]


def changes(session: Session, model_id: UUID) -> list[dict[str, Any]]:
    """The changes that brought a model in or out, the newest first."""
    rows = session.execute(
        select(*(each for each in model_changes.c if each.name != "id"))
        .where((model_changes.c.from_id == model_id) | (model_changes.c.to_id == model_id))
        .order_by(model_changes.c.id.desc())
        .limit(_MOST_CHANGES)
    )
    return [dict(row._mapping) for row in rows]


def barred(session: Session, since: datetime) -> Sequence[str]:
    """Backends that were replaced since then because they did worse than naive: they have to wait."""
    rows = session.scalars(
        select(forecast_models.c.backend)
        .join(model_changes, model_changes.c.from_id == forecast_models.c.id)
        .where(model_changes.c.kind == "replaced", model_changes.c.at >= since)
        .distinct()
    )
    return sorted(rows)


def is_champion(task: Task) -> ColumnElement[bool]:
    """The condition that a model is in charge of a task."""
    return and_(forecast_models.c.task == task, forecast_models.c.status == "champion")


def _put_in_charge(
    session: Session, task: Task, model_id: UUID, kind: str, why: str, *, pin: bool, now: datetime
) -> None:
    table = forecast_models
    before = session.scalar(select(table.c.id).where(is_champion(task)).with_for_update())
    if before is not None and before != model_id:
        session.execute(update(table).where(table.c.id == before).values(status="retired", pinned_at=None))
    session.execute(
        update(table)
        .where(table.c.id == model_id)
        .values(status="champion", reason=why, pinned_at=now if pin else None)
    )
    note_change(session, kind, before, model_id, why, now)
    audit.record(
        session,
        f"model.{kind}",
        "model",
        model_id,
        before={"champion": before},
        after={"task": task, "champion": model_id, "pinned": pin, "why": why},
    )
    # What it says is not there before it has been asked.
    jobs.submit(session, "forecasting.score", {})


def _has_file() -> Any:
    has_file = forecast_models.c.artifact.is_not(None) | forecast_models.c.file.is_not(None)
    return has_file.label("has_file")
