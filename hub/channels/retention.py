"""How long what providers told of messages is kept. Who is not written to stays, until somebody releases it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Table, or_, select
from sqlalchemy.orm import Session

from hub.channels.models import channel_callbacks, channel_receipts, suppressions


def forget_callbacks(session: Session, before: datetime, at_once: int) -> int:
    """Delete up to `at_once` callbacks that came before an instant, read or not; how many."""
    return _forget(session, channel_callbacks, channel_callbacks.c.received_at < before, at_once)


def forget_receipts(session: Session, before: datetime, at_once: int) -> int:
    """Delete up to `at_once` receipts that came, and suppressions that ended, before an instant; how many."""
    count = _forget(session, channel_receipts, channel_receipts.c.received_at < before, at_once)
    over = or_(suppressions.c.released_at < before, suppressions.c.until < before)
    return count + (_forget(session, suppressions, over, at_once - count) if count < at_once else 0)


def _forget(session: Session, table: Table, condition: Any, at_once: int) -> int:
    gone = select(table.c.id).where(condition).limit(at_once)
    return int(session.execute(table.delete().where(table.c.id.in_(gone))).rowcount)  # type: ignore[attr-defined]
