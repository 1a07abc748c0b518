"""How long what debtors said is kept: words with promises, and where copies were sent. How promises ended stays."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.ledger.retention import forget_said

_FORGET = text("""
    delete from copy_requests where id in (
        select id from copy_requests where sent_at < :before limit :at_once for update skip locked
    )
""")


def forget(session: Session, before: datetime, at_once: int) -> int:
    """Forget up to `at_once` of each of what ended before an instant; how many."""
    gone = session.execute(_FORGET, {"before": before, "at_once": at_once})
    return forget_said(session, before, at_once) + int(gone.rowcount)  # type: ignore[attr-defined]
