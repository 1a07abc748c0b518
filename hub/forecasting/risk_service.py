"""Customers' risk as people and programs read it. Imports nothing of the models: what computes is in `risk_run.py`."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

MOST_CHANGES = 50
"""Of a level over time."""

_CURRENT = "(select max(run_id) from risk_runs)"


def get_risk(session: Session, customer_id: UUID) -> dict[str, Any] | None:
    """The newest assessment of a customer, with the level's history; None where there is none.

    `level` is what the tenant's people say it is, where they say so, and else what the model says (`model_level`).
    """
    row = session.execute(
        text("""
            select r.customer_id, r.risk_level as model_level, c.profile ->> 'risk_override' as risk_override,
                   r.p_late30, r.p_late60, r.p_late90, r.amounts, r.reasons, r.expected_loss, r.contact_value,
                   r.segment, r.next_step, r.why, u.as_of, u.made_at, u.home_currency, u.assumptions,
                   m.id as model_id, m.number as model_number, m.backend as model, m.reason as model_note,
                   m.as_of as trained_on, m.scores
            from customer_risk r
            join risk_runs u on u.run_id = r.run_id
            left join forecast_models m on m.id = u.model_id
            left join customers c on c.id = r.customer_id
            where r.customer_id = :customer order by r.run_id desc limit 1
        """),
        {"customer": customer_id},
    ).one_or_none()
    if row is None:
        return None
    found = dict(row._mapping)
    return found | {
        # Assessments of before promises were known have none.
        "amounts": [{"promised": "0.0000"} | each for each in found["amounts"]],
        "level": found["risk_override"] or found["model_level"],
        "history": level_history(session, customer_id),
    }


def level_history(session: Session, customer_id: UUID) -> list[dict[str, Any]]:
    """When the model's level of a customer changed, newest first; the last one is the oldest that is known."""
    rows = session.execute(
        text("""
            with levels as (
                select u.as_of, r.risk_level as level, r.p_late30, r.run_id,
                       lag(r.risk_level) over (order by r.run_id) as before
                from customer_risk r join risk_runs u on u.run_id = r.run_id where r.customer_id = :customer
            )
            select as_of, level, p_late30 from levels where before is distinct from level
            order by run_id desc limit :most
        """),
        {"customer": customer_id, "most": MOST_CHANGES},
    )
    return [dict(row._mapping) for row in rows]


def risk_card(session: Session, customer_id: UUID) -> dict[str, Any] | None:
    """The current assessment in short; None where the customer is not in it."""
    row = session.execute(
        text(f"""
            select coalesce(c.profile ->> 'risk_override', r.risk_level) as level, r.p_late30, r.p_late60, r.p_late90,
                   r.expected_loss::text as expected_loss, u.home_currency
            from customer_risk r join risk_runs u on u.run_id = r.run_id left join customers c on c.id = r.customer_id
            where r.customer_id = :customer and r.run_id = {_CURRENT}
        """),
        {"customer": customer_id},
    ).one_or_none()
    return None if row is None else dict(row._mapping)
