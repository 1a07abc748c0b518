"""The tenant's policy: the newest that was stored, else the shipped default; its versions, and a trial of another."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from hub.disputes import facts
from hub.disputes.models import dispute_policies, disputes
from hub.disputes.policy import Policy, default_policy, read_policy, suggest
from hub.disputes.policy_text import dump_yaml
from hub.errors import ConflictError, InvalidError, PreconditionError
from hub.storage import audit

MOST_TRIED = 500
"""So many disputes, the newest, a trial looks at."""
_SHOWN = ("action", "amount", "currency", "rule", "approve")


def current(session: Session) -> Policy:
    """The policy in force."""
    row = session.execute(select(dispute_policies).order_by(dispute_policies.c.number.desc()).limit(1)).one_or_none()
    return default_policy() if row is None else Policy(document=row.document, number=row.number)


def show(session: Session) -> dict[str, Any]:
    """The policy in force as people read it: number, document, YAML, who stored it and when."""
    row = (
        session.execute(select(dispute_policies).order_by(dispute_policies.c.number.desc()).limit(1))
        .mappings()
        .one_or_none()
    )
    return _default() if row is None else _shown(row)


def versions(session: Session) -> list[dict[str, Any]]:
    """All that were stored, newest first, and the default at the end, as number 0."""
    rows = session.execute(select(dispute_policies).order_by(dispute_policies.c.number.desc())).mappings()
    return [*(_shown(row) for row in rows), _default()]


def store(
    session: Session, source: str | Mapping[str, Any], note: str | None, now: datetime, *, expected_number: int
) -> Policy:
    """Have a policy be in force from now on. Raises InvalidError, and PreconditionError where another one is by now."""
    checked = read_policy(source)
    # The database keeps no order of a document's parts; its text does.
    written = source if isinstance(source, str) else dump_yaml(checked.document)
    return _append(session, checked.document, written, note, now, expected_number)


def roll_back(session: Session, number: int, now: datetime, *, expected_number: int | None = None) -> Policy:
    """Have an earlier policy (0: the default) be in force again, as a new version.

    Raises InvalidError for one that there is not, and ConflictError for the one in force.
    """
    if number == 0:
        found: Mapping[str, Any] = _default()
    else:
        query = select(dispute_policies).where(dispute_policies.c.number == number)
        row = session.execute(query).mappings().one_or_none()
        if row is None:
            message = f"There is no policy number {number}."
            raise InvalidError(message, fields={"number": "One of those that /api/dispute-policy/versions lists."})
        found = {"document": row["document"], "yaml": row["source"]}
    if number == current(session).number:
        raise ConflictError(f"Policy number {number} is in force already.")
    # It was good when it was stored; what the hub asks of a policy may have changed since.
    read_policy(found["document"])
    return _append(session, found["document"], found["yaml"], f"Rolled back to {number}.", now, expected_number)


def try_out(session: Session, source: str | Mapping[str, Any], days: int, now: datetime, today: date) -> dict[str, Any]:
    """What a policy would suggest for the disputes of the last `days`, beside what today's does. Stores nothing."""
    tried, held = read_policy(source), current(session)
    query = (
        select(disputes)
        .where(disputes.c.opened_at > now - timedelta(days=days), disputes.c.code.is_not(None))
        .order_by(disputes.c.opened_at.desc(), disputes.c.id)
    )
    rows = [dict(row) for row in session.execute(query.limit(MOST_TRIED + 1)).mappings()]
    items = []
    for dispute in rows[:MOST_TRIED]:
        case = facts.case_of(session, dispute, now, today)
        before, after = (
            {name: found[name] for name in _SHOWN} for found in (suggest(held, case), suggest(tried, case))
        )
        shown = {name: dispute[name] for name in ("id", "number", "code")}
        items.append({**shown, "today": before, "tried": after, "differs": before != after})
    return {
        "policy_number": held.number,
        "items": items,
        "count": len(items),
        "differing": sum(each["differs"] for each in items),
        "is_cut": len(rows) > MOST_TRIED,
    }


def _append(
    session: Session,
    document: Mapping[str, Any],
    source: str | None,
    note: str | None,
    now: datetime,
    expected_number: int | None,
) -> Policy:
    # Of two that store at once the second sees what the first has stored.
    session.execute(text("lock table dispute_policies in share row exclusive mode"))
    number = session.scalar(select(func.max(dispute_policies.c.number))) or 0
    if expected_number is not None and number != expected_number:
        raise PreconditionError(f"The policy was changed: number {number} is in force; read it again.")
    values = {"document": dict(document), "source": source, "note": note, "created_at": now}
    values["created_by"] = audit.actor().id
    stored = session.scalar(insert(dispute_policies).values(**values).returning(dispute_policies.c.number))
    audit.record(
        session,
        "dispute_policy.stored",
        "dispute_policy",
        stored,
        before={"number": number},
        after={"number": stored, "rules": [rule["name"] for rule in document["rules"]]},
    )
    return Policy(document=document, number=int(stored or 0))


def _default() -> dict[str, Any]:
    from hub.settings import CONFIG

    return {
        "number": 0,
        "document": default_policy().document,
        "yaml": (CONFIG / "dispute_policy.yaml").read_text(encoding="utf-8"),
        "note": None,
        "created_by": None,
        "created_at": None,
    }


def _shown(row: Any) -> dict[str, Any]:
    kept: Sequence[str] = ("number", "document", "note", "created_by", "created_at")
    return {name: row[name] for name in kept} | {"yaml": row["source"] or dump_yaml(row["document"])}
