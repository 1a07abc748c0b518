"""Disputes that the books know of: invoices that a provider or a file calls disputed, opened once each."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.disputes.capture import LONGEST_TEXT, MOST_AT_ONCE, Opening, open_disputes
from hub.jobs.context import JobContext
from hub.tenants import service as tenants

FLAGGED = "Marked as disputed in the books, without a reason."
"""What stands for the customer's words where the source has none: no classifier finds a reason in it."""

# One dispute for each text that an invoice has had: what is noted anew is a new objection, what stands is known.
_SIGNALS = text("""
    select i.id, i.dispute_text, i.disputed_amount, i.balance, c.plugin,
           'signal:' || i.id || ':' || md5(coalesce(i.dispute_text, '')) as external_id
    from invoices i join connections c on c.id = i.connection_id
    where i.connection_id = :connection and i.disputed and i.balance > 0
      and not exists (
          select from disputes d
          where d.external_id = 'signal:' || i.id || ':' || md5(coalesce(i.dispute_text, ''))
             or (i.dispute_text is null and d.invoice_id = i.id and d.status <> 'resolved')
      )
    order by i.due_on, i.id limit :most
""")


def run(context: JobContext, connection_id: str) -> dict[str, Any]:
    """Work of the kind `disputes.signals`, after a sync: all that its books call disputed, some at a time."""
    with context.storage.hub() as session:
        zone = tenants.get(session, context.tenant).time_zone
    opened = 0
    while True:
        now = datetime.now(UTC)
        with context.transaction() as session:
            found = open_signalled(session, UUID(connection_id), now, today=now.astimezone(ZoneInfo(zone)).date())
        opened += found
        if found < MOST_AT_ONCE:
            return {"opened": opened}


def open_signalled(session: Session, connection_id: UUID, now: datetime, *, today: date) -> int:
    """Open what a connection's books call disputed and the hub does not yet; returns how many, at most MOST_AT_ONCE.

    An invoice that is only marked gives none beside one that is open already.
    """
    found = session.execute(_SIGNALS, {"connection": connection_id, "most": MOST_AT_ONCE}).all()
    openings = [
        Opening(
            text=(row.dispute_text or FLAGGED)[:LONGEST_TEXT],
            source="csv" if row.plugin == "csv" else "provider",
            invoice_id=row.id,
            external_id=row.external_id,
            amount=None if row.disputed_amount is None else min(row.disputed_amount, row.balance),
        )
        for row in found
    ]
    if openings:
        open_disputes(session, openings, now, today=today)
    return len(openings)
