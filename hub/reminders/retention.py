"""How long reminders keep what they say and to whom. What each asked for, and what became of it, stays."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

FORGOTTEN = "(kept no longer)"
"""What stands where a text was."""

_WORDS = text(f"""
    update reminders set subject = '{FORGOTTEN}', text = '{FORGOTTEN}', recipients = '[]', cc = '[]', attempts = '[]',
        facts = null, fell_back = null, version = version + 1,
        reason = case when reason ->> 'code' = 'person' then jsonb_set(reason, '{{sentence}}', '"{FORGOTTEN}"')
            else reason end
    where id in (
        select id from reminders
        where status in ('sent', 'skipped', 'cancelled', 'rejected', 'failed') and updated_at < :before
            and text is distinct from '{FORGOTTEN}'
        order by updated_at limit :at_once for update skip locked
    )
""")


def forget_texts(session: Session, before: datetime, at_once: int) -> int:
    """Forget what up to `at_once` reminders said that ended before an instant; how many."""
    return int(session.execute(_WORDS, {"before": before, "at_once": at_once}).rowcount)  # type: ignore[attr-defined]
