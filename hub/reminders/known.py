"""What the ledger knows of how a customer pays, as sentences for a writer's ear: none of it stands in a message.

Our own words and figures only: no name, no address and nothing that anybody wrote. Read by the tables' names.
"""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

YEAR = timedelta(days=365)


def history_of(session: Session, customer_id: UUID, today: date) -> tuple[str, ...]:
    """How the customer has paid, been reminded, promised and objected, of the last year but for the first."""
    row = session.execute(_KNOWN, {"customer": customer_id, "since": today - YEAR}).one()
    said = []
    if row.paid:
        late = round(row.mean_days_late)
        when = f"{late} days late" if late > 0 else f"{-late} days early" if late < 0 else "on the due date"
        said.append(f"Paid {row.paid} invoices, on average {when}.")
    else:
        said.append("Has not paid an invoice yet.")
    if row.reminded:
        said.append(f"Was sent {row.reminded} reminders in the last year.")
    if row.kept or row.broken:
        said.append(f"Kept {row.kept} promises to pay and broke {row.broken} in the last year.")
    if row.disputes:
        said.append(f"Objected to invoices {row.disputes} times in the last year.")
    return tuple(said)


_KNOWN = text("""
    select (select coalesce(sum(paid_invoices), 0) from agg_customer where customer_id = :customer) as paid,
           (select sum(days_late)::numeric / nullif(sum(paid_invoices), 0) from agg_customer
            where customer_id = :customer) as mean_days_late,
           (select count(*) from reminders where customer_id = :customer and sent_at >= :since) as reminded,
           (select count(*) from promises
            where customer_id = :customer and made_at >= :since and status = 'kept') as kept,
           (select count(*) from promises
            where customer_id = :customer and made_at >= :since and status = 'broken') as broken,
           (select count(*) from disputes where customer_id = :customer and opened_at >= :since) as disputes
""")
