"""Forecasts as people and programs read them. Imports nothing of the models: what computes is in `champion.py`."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.forecasting import cash_reading

_CURRENT = "(select max(id) from forecast_runs)"

_PREDICTION = """
    p.run_id, p.invoice_id, r.as_of, r.made_at, m.backend as model, m.number as model_number,
    p.p_paid_by_due, p.p_late30, p.expected_on, p.p10_on, p.p50_on, p.p90_on, p.risk_level, p.reasons,
    i.number, i.customer_id, i.currency, i.balance, i.issued_on, i.due_on
"""
_JOINED = """
    predictions p
    join forecast_runs r on r.id = p.run_id
    join forecast_models m on m.id = r.model_id
    join invoices i on i.id = p.invoice_id
"""
# Each filter is a condition of its own name, so that no text from outside becomes part of a statement.
FILTERS = {
    "risk_level": "p.risk_level = :risk_level",
    "customer_id": "i.customer_id = :customer_id",
    "currency": "i.currency = :currency",
    "due_from": "i.due_on >= :due_from",
    "due_to": "i.due_on <= :due_to",
    "expected_from": "p.expected_on >= :expected_from",
    "expected_to": "p.expected_on <= :expected_to",
}


def current_run(session: Session) -> dict[str, Any] | None:
    """The newest forecast of the whole open book, or None before the first one."""
    row = session.execute(
        text(f"""
            select r.id, r.model_id, m.backend as model, m.number as model_number, r.as_of, r.made_at, r.predictions
            from forecast_runs r join forecast_models m on m.id = r.model_id where r.id = {_CURRENT}
        """)
    ).one_or_none()
    return None if row is None else dict(row._mapping)


def list_predictions(
    session: Session, filters: dict[str, Any], *, after: tuple[date, UUID] | None, limit: int
) -> list[dict[str, Any]]:
    """Current predictions of invoices still open, by expected date and invoice; `after` continues behind that pair.

    `filters` takes the names in FILTERS.
    """
    where = [f"p.run_id = {_CURRENT}", "i.balance > 0", *(FILTERS[name] for name in filters)]
    parameters = {**filters, "limit": limit}
    if after is not None:
        where.append("(p.expected_on, p.invoice_id) > (:after_on, :after_id)")
        parameters |= {"after_on": after[0], "after_id": after[1]}
    rows = session.execute(
        text(f"""
            select {_PREDICTION} from {_JOINED} where {" and ".join(where)}
            order by p.expected_on, p.invoice_id limit :limit
        """),
        parameters,
    )
    return [dict(row._mapping) for row in rows]


def count_predictions(session: Session, filters: dict[str, Any]) -> dict[str, Any]:
    """How many current predictions the filters leave, in all and by risk level."""
    where = [f"p.run_id = {_CURRENT}", "i.balance > 0", *(FILTERS[name] for name in filters)]
    rows = session.execute(
        text(f"""
            select p.risk_level, count(*) from predictions p join invoices i on i.id = p.invoice_id
            where {" and ".join(where)} group by 1
        """),
        filters,
    )
    by_level = {level: 0 for level in ("low", "medium", "high")} | {level: count for level, count in rows}
    return {"total": sum(by_level.values()), "risk_level": by_level}


def get_prediction(session: Session, invoice_id: UUID) -> dict[str, Any] | None:
    """The newest prediction for an invoice, whether it is still open or not."""
    row = session.execute(
        text(f"select {_PREDICTION} from {_JOINED} where p.invoice_id = :id order by p.run_id desc limit 1"),
        {"id": invoice_id},
    ).one_or_none()
    return None if row is None else dict(row._mapping)


def riskiest(session: Session, limit: int) -> list[dict[str, Any]]:
    """The open invoices with the most money expected to be over 30 days late, worst first, with their reasons.

    They are compared in home currency (`expected_late`), at the rate of each invoice or 1 where it states none.
    """
    rows = session.execute(
        text(f"""
            select {_PREDICTION}, c.name as customer_name,
                   p.p_late30 * i.balance * coalesce(i.exchange_rate, 1) as expected_late
            from {_JOINED} left join customers c on c.id = i.customer_id
            where p.run_id = {_CURRENT} and i.balance > 0
            order by expected_late desc, p.invoice_id limit :limit
        """),
        {"limit": limit},
    )
    return [dict(row._mapping) for row in rows]


def cash_flow(session: Session, *, weeks: int, weeks_back: int = 8) -> dict[str, Any] | None:
    """Receipts by calendar week and currency; see `cash_reading.cash_flow`."""
    return cash_reading.cash_flow(session, by="week", horizon=weeks, back=weeks_back)
