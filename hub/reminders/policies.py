"""The tenant's policies: kept with all their versions, changed by admins, the first active one that takes an invoice
deciding for it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.errors import ConflictError, InvalidError, NotFoundError, PreconditionError
from hub.reminders.models import reminder_policies, reminder_policy_versions
from hub.reminders.policy import read_policy, suggested
from hub.storage import audit

SUGGESTED_NAME = "Suggested sequence"
MOST_POLICIES = 50

Row = dict[str, Any]


def list_policies(session: Session) -> list[Row]:
    """All policies, in the order in which they are asked."""
    query = select(reminder_policies).order_by(reminder_policies.c.position, reminder_policies.c.id)
    return [dict(row) for row in session.execute(query).mappings()]


def get(session: Session, policy_id: UUID) -> Row:
    """A policy's row. Raises NotFoundError."""
    row = session.execute(select(reminder_policies).where(reminder_policies.c.id == policy_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError("There is no such policy.")
    return dict(row)


def versions(session: Session, policy_id: UUID) -> list[Row]:
    """All versions of a policy, newest first; of one that was deleted too. Raises NotFoundError."""
    query = select(reminder_policy_versions).where(reminder_policy_versions.c.policy_id == policy_id)
    rows = [dict(row) for row in session.execute(query.order_by(reminder_policy_versions.c.version.desc())).mappings()]
    if not rows:
        raise NotFoundError("There is no such policy.")
    return rows


def create(session: Session, values: Mapping[str, Any], now: datetime) -> Row:
    """Add a policy: name, document, is_active, note, position; without a document the suggested one, without a position
    the last to be asked.

    Raises InvalidError that names each place, and ConflictError where there is one of that name.
    """
    _lock(session)
    if (session.scalar(select(func.count()).select_from(reminder_policies)) or 0) >= MOST_POLICIES:
        raise ConflictError(f"There are {MOST_POLICIES} policies already; delete one first.")
    last = session.scalar(select(func.max(reminder_policies.c.position))) or 0
    document = values.get("document") or dict(suggested())
    policy_id = uuid4()
    read_policy(document, policy_id=policy_id)
    row = {
        "id": policy_id,
        "name": values["name"],
        "position": last + 1,
        "is_active": values["is_active"],
        "document": document,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    try:
        with session.begin_nested():
            session.execute(insert(reminder_policies).values(row))
    except IntegrityError as error:
        raise ConflictError(f"There is a policy named {values['name']!r} already.") from error
    if "position" in values:
        _move(session, policy_id, values["position"])
    _keep_version(session, row, values.get("note"), now)
    audit.record(session, "reminder_policy.created", "reminder_policy", policy_id, after=_noted(row))
    return get(session, policy_id)


def update_policy(
    session: Session, policy_id: UUID, values: Mapping[str, Any], now: datetime, *, expected_version: int
) -> Row:
    """Replace name, document, is_active and, where it is given, position. Raises as `create` and `delete_policy` do."""
    _lock(session)
    before = _expect(session, policy_id, expected_version)
    read_policy(values["document"], policy_id=policy_id)
    row = before | {name: values[name] for name in ("name", "document", "is_active")}
    row |= {"version": before["version"] + 1, "updated_at": now}
    try:
        with session.begin_nested():
            session.execute(update(reminder_policies).where(reminder_policies.c.id == policy_id).values(row))
    except IntegrityError as error:
        raise ConflictError(f"There is a policy named {values['name']!r} already.") from error
    if "position" in values:
        _move(session, policy_id, values["position"])
    _keep_version(session, row, values.get("note"), now)
    audit.record(
        session, "reminder_policy.updated", "reminder_policy", policy_id, before=_noted(before), after=_noted(row)
    )
    return get(session, policy_id)


def delete_policy(session: Session, policy_id: UUID, *, expected_version: int) -> None:
    """Delete a policy; its versions stay, for the reminders that name them.

    Raises NotFoundError, and PreconditionError where it was changed since that version.
    """
    before = _expect(session, policy_id, expected_version)
    session.execute(delete(reminder_policies).where(reminder_policies.c.id == policy_id))
    audit.record(session, "reminder_policy.deleted", "reminder_policy", policy_id, before=_noted(before))


def _expect(session: Session, policy_id: UUID, version: int) -> Row:
    query = select(reminder_policies).where(reminder_policies.c.id == policy_id).with_for_update()
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFoundError("There is no such policy.")
    if row["version"] != version:
        raise PreconditionError(f"The policy was changed: it is at version {row['version']}; read it again.")
    return dict(row)


def _move(session: Session, policy_id: UUID, position: int) -> None:
    """Have a policy be asked at a place, counted from 1, and the others keep their order."""
    ids = [row["id"] for row in list_policies(session) if row["id"] != policy_id]
    if not 1 <= position <= len(ids) + 1:
        raise InvalidError("There is no such place.", fields={"position": f"From 1 to {len(ids) + 1}."})
    ids.insert(position - 1, policy_id)
    for place, each in enumerate(ids, 1):
        session.execute(update(reminder_policies).where(reminder_policies.c.id == each).values(position=place))


def _keep_version(session: Session, row: Row, note: str | None, now: datetime) -> None:
    kept = {name: row[name] for name in ("version", "document", "is_active")}
    session.execute(
        insert(reminder_policy_versions).values(
            **kept, policy_id=row["id"], note=note, created_by=audit.actor().id, created_at=now
        )
    )


def _noted(row: Row) -> dict[str, Any]:
    return {
        "version": row["version"],
        "is_active": row["is_active"],
        "steps": [f"{step['stage']}: day {step['day']}, {step['tone']}" for step in row["document"]["steps"]],
    }


def _lock(session: Session) -> None:
    session.execute(text("lock table reminder_policies in share row exclusive mode"))
