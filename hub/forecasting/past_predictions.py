"""All that was ever forecast of one invoice, beside what became of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

_INVOICE = text("""
    select id as invoice_id, number, currency, total, balance, issued_on, due_on, status, paid_on
    from invoices where id = :id
""")
# What was paid in parts was forecast until its last payment.
_PREDICTIONS = text("""
    select p.run_id, r.as_of, r.made_at, r.model_id, m.backend as model, p.p_paid_by_due, p.p_late30, p.expected_on,
           p.p10_on, p.p50_on, p.p90_on, p.risk_level,
           p.expected_on - i.paid_on as days_off, i.paid_on between p.p10_on and p.p90_on as is_held
    from predictions p
    join forecast_runs r on r.id = p.run_id
    join forecast_models m on m.id = r.model_id
    left join invoices i on i.id = p.invoice_id and i.status = 'paid'
    where p.invoice_id = :id and (cast(:after as bigint) is null or p.run_id < :after)
    order by p.run_id desc limit :limit
""")

_REASONS = text("""
    select p.run_id, r.as_of, m.backend as model, p.reasons,
           p.run_id = (select max(id) from forecast_runs) as is_current
    from predictions p join forecast_runs r on r.id = p.run_id join forecast_models m on m.id = r.model_id
    where p.invoice_id = :id order by p.run_id desc limit 1
""")


def read_history(session: Session, invoice_id: UUID, *, after: int | None, limit: int) -> dict[str, Any] | None:
    """The invoice as it is now, and its predictions (`items`), the newest first, older than run `after`.

    `days_off` is how many days later than it came the payment was expected; it and `is_held` are null until the
    invoice is paid. None where there is no such invoice.
    """
    invoice = session.execute(_INVOICE, {"id": invoice_id}).mappings().one_or_none()
    if invoice is None:
        return None
    found = session.execute(_PREDICTIONS, {"id": invoice_id, "after": after, "limit": limit}).mappings()
    return {**invoice, "items": [dict(row) for row in found]}


def kept_reasons(session: Session, invoice_id: UUID) -> dict[str, Any] | None:
    """The run, model and kept reasons of an invoice's newest prediction, and whether that is of the newest run."""
    row = session.execute(_REASONS, {"id": invoice_id}).mappings().one_or_none()
    return None if row is None else dict(row)
