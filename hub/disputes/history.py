"""What happened to a dispute, in order: each event is added in the transaction of what it tells of, and stays.

Events hold ids, days, amounts and our own words. What a person wrote is a comment, of which the event has the number
and the SHA-256: a comment from which somebody was erased no longer matches it, and the history still stands.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

import orjson
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from hub.disputes.card_numbers import strike_out
from hub.disputes.models import dispute_comments, dispute_events
from hub.disputes.workflow import Mover
from hub.http.answers import dumps
from hub.storage.audit import Actor, actor

Kind = Literal[
    "opened",
    "classified",
    "corrected",
    "assigned",
    "due",
    "changed",
    "commented",
    "moved",
    "suggested",
    "evidence",
    "adjusted",
    "written_back",
    "matched",
    "reopened",
]
KINDS: tuple[Kind, ...] = (
    "opened",
    "classified",
    "corrected",
    "assigned",
    "due",
    "changed",
    "commented",
    "moved",
    "suggested",
    "evidence",
    "adjusted",
    "written_back",
    "matched",
    "reopened",
)

POLICY = Actor(kind="system", id="policy", name="policy")
"""Who acts where a rule that an admin set to automatic does."""


def mover(who: Actor) -> Mover:
    """What somebody who acts is to the workflow."""
    if who.kind == "person":
        return "person"
    if who.kind in ("key", "client"):
        return "machine"
    return "policy" if who.id == POLICY.id else "system"


def record(
    session: Session,
    dispute_id: UUID,
    kind: Kind,
    at: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add an event of whoever acts (`hub.storage.audit.actor`)."""
    record_all(session, kind, at, [(dispute_id, before, after)])


def record_all(
    session: Session,
    kind: Kind,
    at: datetime,
    events: Iterable[tuple[UUID, Mapping[str, Any] | None, Mapping[str, Any] | None]],
) -> None:
    """Add an event of one kind to each of several disputes: (dispute, before, after)."""
    who = _who()
    rows = [
        {"dispute_id": dispute_id, "kind": kind, "at": at, **who, "before": _plain(before), "after": _plain(after)}
        for dispute_id, before, after in events
    ]
    if rows:
        session.execute(insert(dispute_events), rows)


def write_comment(session: Session, dispute_id: UUID, text: str, at: datetime) -> dict[str, Any]:
    """Keep what somebody wrote, but for card numbers; returns what an event has of it: {comment_id, sha256}."""
    text = strike_out(text)
    row = insert(dispute_comments).values(dispute_id=dispute_id, at=at, text=text, **_who())
    comment_id = session.scalar(row.returning(dispute_comments.c.id))
    return {"comment_id": comment_id, "sha256": sha256(text.encode()).hexdigest()}


def read(session: Session, dispute_id: UUID) -> list[dict[str, Any]]:
    """The events of a dispute, oldest first; those with a comment have its `text`."""
    events = select(dispute_events).where(dispute_events.c.dispute_id == dispute_id).order_by(dispute_events.c.id)
    comments = select(dispute_comments.c.id, dispute_comments.c.text).where(dispute_comments.c.dispute_id == dispute_id)
    texts = {row.id: row.text for row in session.execute(comments)}
    return [
        {**row, "text": texts.get((row["after"] or {}).get("comment_id"))} for row in session.execute(events).mappings()
    ]


def _who() -> dict[str, str]:
    who = actor()
    kind = "policy" if who.id == POLICY.id and who.kind == "system" else who.kind
    return {"by_kind": kind, "by_id": who.id, "by_name": who.name}


def _plain(values: Mapping[str, Any] | None) -> Any:
    # Exact amounts as strings: a JSON number would be read back as a float.
    return None if values is None else orjson.loads(dumps(dict(values)))
