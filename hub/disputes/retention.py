"""How long disputes keep what people wrote. What became of each stays, in figures, codes and its history."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

FORGOTTEN = "(kept no longer)"
"""What stands where a text was."""

_WORDS = text(f"""
    update disputes set text = '{FORGOTTEN}', context = null, sender = null, product = null, external_id = null,
        reading = null, attachments = '[]', suggestion = null, proposal = null, version = version + 1,
        evidence = (
            select coalesce(jsonb_agg(each || '{{"url": null, "note": null, "by": null}}'), '[]')
            from jsonb_array_elements(evidence) each
        )
    where id in (
        select id from disputes where resolved_at < :before and text <> '{FORGOTTEN}'
        order by resolved_at limit :at_once for update skip locked
    )
    returning id
""")
_COMMENTS = text(f"update dispute_comments set text = '{FORGOTTEN}' where dispute_id = any(:ids)")
_LABELS = text("delete from dispute_labels where dispute_id = any(:ids)")


def forget_texts(session: Session, before: datetime, at_once: int) -> int:
    """Forget what was written in up to `at_once` disputes that ended before an instant; how many."""
    ids = list(session.scalars(_WORDS, {"before": before, "at_once": at_once}))
    if ids:
        session.execute(_COMMENTS, {"ids": ids})
        session.execute(_LABELS, {"ids": ids})
    return len(ids)
