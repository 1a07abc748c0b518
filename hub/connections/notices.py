"""Notices to a tenant's people about its connections and models: what happened, until it is mended. Told once each."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import RowMapping, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub import live
from hub.connections.models import notices
from hub.errors import NotFoundError
from hub.redaction import sentence

Kind = Literal["needs_reconnect", "needs_attention", "expires_soon", "model_replaced"]
MENDED_BY_A_RUN: tuple[Kind, ...] = ("needs_reconnect", "needs_attention")
MENDED_BY_CONSENT: tuple[Kind, ...] = (*MENDED_BY_A_RUN, "expires_soon")

_COLUMNS = (
    notices.c.id,
    notices.c.connection_id,
    notices.c.kind,
    notices.c.text,
    notices.c.created_at,
    notices.c.seen_at,
    notices.c.settled_at,
)


def tell(session: Session, connection_id: UUID | None, kind: str, text: str) -> None:
    """Have a notice stand. The same trouble is one notice; told in other words, it is new to whoever had seen it.

    What concerns no connection replaces what was told of its kind before.
    """
    if connection_id is None:
        standing = update(notices).where(
            notices.c.connection_id.is_(None), notices.c.kind == kind, notices.c.settled_at.is_(None)
        )
        session.execute(standing.values(settled_at=func.now()))
    new = insert(notices).values(connection_id=connection_id, kind=kind, text=sentence(text))
    is_news = notices.c.text != new.excluded.text
    session.execute(
        new.on_conflict_do_update(
            index_elements=["connection_id", "kind"],
            index_where=notices.c.settled_at.is_(None),
            set_={
                "text": new.excluded.text,
                "seen_at": case((is_news, None), else_=notices.c.seen_at),
                "created_at": case((is_news, func.now()), else_=notices.c.created_at),
            },
        )
    )
    live.tell_after_commit(session, "notice")


def settle(session: Session, connection_id: UUID | None, *kinds: str) -> None:
    """Note that what these kinds of notices told of was mended; without kinds, all of the connection's, or of none."""
    standing = update(notices).where(notices.c.connection_id == connection_id, notices.c.settled_at.is_(None))
    if kinds:
        standing = standing.where(notices.c.kind.in_(kinds))
    if session.execute(standing.values(settled_at=func.now())).rowcount:  # type: ignore[attr-defined]
        live.tell_after_commit(session, "notice")


def list_notices(session: Session, *, open: bool, limit: int) -> list[RowMapping]:
    """Notices, newest first: those that stand, or also those that were settled."""
    query = select(*_COLUMNS).order_by(notices.c.created_at.desc(), notices.c.id.desc()).limit(limit)
    if open:
        query = query.where(notices.c.settled_at.is_(None))
    return [row._mapping for row in session.execute(query)]


def see(session: Session, notice_id: int) -> RowMapping:
    """Note that somebody has seen a notice; returns it. Raises NotFoundError."""
    if not 0 < notice_id < 2**63:
        raise NotFoundError("There is no such notice.")
    seen = update(notices).where(notices.c.id == notice_id).values(seen_at=func.coalesce(notices.c.seen_at, func.now()))
    row = session.execute(seen.returning(*_COLUMNS)).one_or_none()
    if row is None:
        raise NotFoundError("There is no such notice.")
    return row._mapping


def forget(session: Session, before: datetime, at_once: int) -> int:
    """Delete up to `at_once` notices that were settled, or seen and long past, before an instant; how many."""
    over = or_(notices.c.settled_at < before, notices.c.seen_at < before)
    gone = select(notices.c.id).where(over).limit(at_once)
    return int(session.execute(notices.delete().where(notices.c.id.in_(gone))).rowcount)  # type: ignore[attr-defined]
