"""Copies of invoices that debtors ask for: the hub keeps no documents, so people send them and say so here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub import live
from hub.errors import NotFoundError
from hub.storage import audit

_ASK = text("""
    insert into copy_requests (customer_id, invoice_id, address, reminder_id, asked_at)
    values (:customer_id, :invoice_id, :address, :reminder_id, :at)
    on conflict (invoice_id) where sent_at is null do nothing returning id
""")
_ROWS = """
    select r.id, r.customer_id, c.name as customer_name, r.invoice_id, i.number as invoice_number, r.address,
           r.reminder_id, r.asked_at, r.sent_at
    from copy_requests r left join invoices i on i.id = r.invoice_id left join customers c on c.id = r.customer_id
"""
_LIST = text(f"""
    {_ROWS} where (cast(:customer as uuid) is null or r.customer_id = :customer) and (r.sent_at is null) = :waiting
    order by r.asked_at desc, r.id limit :most
""")
_ONE = text(f"{_ROWS} where r.id = :id")
_SENT = text("update copy_requests set sent_at = :at, sent_by = :by where id = :id and sent_at is null")


def ask(
    session: Session, customer_id: UUID, invoice_id: UUID, address: str, reminder_id: UUID | None, at: datetime
) -> None:
    """Note that somebody wants a copy of an invoice at their address; once, until it was sent."""
    row = {"customer_id": customer_id, "invoice_id": invoice_id, "address": address, "reminder_id": reminder_id}
    made = session.scalar(_ASK, row | {"at": at})
    if made is not None:
        audit.record(session, "copy.requested", "copy_request", made, after={"invoice_id": invoice_id})
        live.tell_after_commit(session, "copy-requested", customer_id=str(customer_id))


def list_requests(
    session: Session, *, customer_id: UUID | None = None, is_waiting: bool = True, limit: int = 200
) -> Sequence[dict[str, Any]]:
    """Requests that wait, or those that were met, newest first."""
    values = {"customer": customer_id, "waiting": is_waiting, "most": limit}
    return [dict(row) for row in session.execute(_LIST, values).mappings()]


def finish(session: Session, request_id: UUID, at: datetime) -> dict[str, Any]:
    """Note that the copy was sent, by whoever acts. Noted already, it stays. Raises NotFoundError."""
    values = {"id": request_id, "at": at, "by": audit.actor().id}
    if session.execute(_SENT, values).rowcount:  # type: ignore[attr-defined]
        audit.record(session, "copy.sent", "copy_request", request_id)
    row = session.execute(_ONE, {"id": request_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError("There is no such request.")
    live.tell_after_commit(session, "copy-requested", customer_id=str(row["customer_id"]))
    return dict(row)
