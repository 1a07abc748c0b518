"""The risk of all customers after a forecast: assessed with the model in charge, and stored."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import numpy as np
from psycopg.types.json import Jsonb
from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from hub.forecasting import risk_registry
from hub.forecasting.days import NEVER, to_day
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.models import forecast_runs, risk_runs
from hub.forecasting.results import Forecasts
from hub.forecasting.risk_assessment import Amounts, Assessment, Holdings, assess
from hub.forecasting.risk_contact import CONTACT_SAVES
from hub.forecasting.risk_loss import LossGivenDefault, loss_given_default
from hub.forecasting.risk_model import RiskModel
from hub.forecasting.risk_snapshots import MasterData
from hub.jobs.context import JobContext
from hub.sdk.risk import HORIZON_DAYS, MATERIAL
from hub.storage.session import driver
from hub.tenants import service as tenants


def refresh_risk(
    context: JobContext, frame: LedgerFrame, forecasts: Forecasts, as_of: date, *, may_train: bool = False
) -> int:
    """Assess all customers beside the newest forecast run, whose `forecasts` these are; returns how many there are.

    With the model in charge; one is trained where none can be used, and, if it `may_train`, where the newest is old.
    """
    with context.transaction() as session:
        master = read_credit(session, frame)
    model_id, model = risk_registry.in_charge(context, frame, master, as_of, may_train=may_train)
    with context.storage.hub() as session:
        tenant = tenants.get(session, context.tenant)
    with context.transaction() as session:
        holdings = read_holdings(session)
    said = tenant.loss_given_default
    lgd = loss_given_default(frame, None if said is None else float(said))
    found = assess(model, lgd, frame, forecasts, holdings, master)
    with context.transaction() as session:
        save_assessment(session, model_id, model, lgd, found, tenant.home_currency, as_of)
    return len(found)


def save_assessment(
    session: Session,
    model_id: UUID,
    model: RiskModel,
    lgd: LossGivenDefault,
    found: list[Assessment],
    home: str,
    as_of: date,
) -> None:
    """Append an assessment, which is current from the commit on. Once per forecast run: a second one is dropped."""
    run_id = session.scalar(select(func.max(forecast_runs.c.id)))
    if run_id is None or session.scalar(select(risk_runs.c.run_id).where(risk_runs.c.run_id == run_id)) is not None:
        return
    values = {
        "run_id": run_id,
        "model_id": model_id,
        "as_of": as_of,
        "made_at": datetime.now(UTC),
        "home_currency": home,
        "customers": len(found),
        "assumptions": assumptions(model, lgd),
    }
    session.execute(insert(risk_runs).values(values))
    _copy(session, run_id, found)


def assumptions(model: RiskModel, lgd: LossGivenDefault) -> dict[str, Any]:
    """What the figures of an assessment rest on, as they are shown to people."""
    return {
        "loss_given_default": round(lgd.share, 4),
        "is_measured": lgd.is_measured,
        "is_set": lgd.is_set,
        "words": lgd.words,
        "severity": [round(each, 4) for each in model.severity],
        "medium_from": round(model.medium, 4),
        "high_from": round(model.high, 4),
        "horizon_days": HORIZON_DAYS,
        "material": MATERIAL,
        "contact_saves": dict(CONTACT_SAVES),
    }


def read_credit(session: Session, frame: LedgerFrame) -> MasterData:
    """Credit scores and limits of the frame's customers, and since when the hub has known them so."""
    known = {
        row.id: row
        for row in session.execute(
            text("""
                select id, credit_score::float8 as score, credit_limit::float8 as credit_limit,
                       recorded_at::date as known
                from customers where credit_score is not null or credit_limit is not null
            """)
        )
    }
    rows = [known.get(each) for each in frame.customer_id.tolist()]

    def column(values: Iterable[float | None]) -> np.ndarray:
        return np.array([np.nan if each is None else each for each in values], dtype=np.float64)

    return MasterData(
        credit_score=column(None if row is None else row.score for row in rows),
        credit_limit=column(None if row is None else row.credit_limit for row in rows),
        known_from=np.array([NEVER if row is None else to_day(row.known) for row in rows], dtype=np.int32),
    )


def read_holdings(session: Session) -> Holdings:
    """Cash and credit that wait for an invoice."""

    def waiting(table: str, is_open: str) -> dict[tuple[Any, str], float]:
        rows = session.execute(
            text(f"""
                select customer_id, currency, sum(unapplied)::float8 from {table}
                where unapplied > 0 and deleted_on is null and {is_open} group by 1, 2
            """)
        )
        return {(customer, currency): amount for customer, currency, amount in rows}

    return Holdings(
        cash=waiting("payments", "status = 'open'"),
        credit=waiting("credit_memos", "status = 'open'"),
    )


def _copy(session: Session, run_id: int, found: list[Assessment]) -> None:
    statement = (
        "copy customer_risk (run_id, customer_id, risk_level, p_late30, p_late60, p_late90, amounts, reasons,"
        " expected_loss, contact_value, oldest_due_on, segment, next_step, why, is_listed) from stdin"
    )
    with driver(session).cursor() as cursor, cursor.copy(statement) as copy:
        for each in found:
            copy.write_row(
                (
                    run_id,
                    each.customer_id,
                    each.level,
                    *each.p,
                    Jsonb([_amounts(one) for one in each.amounts]),
                    None if each.reasons is None else Jsonb([asdict(one) for one in each.reasons]),
                    f"{each.loss:.4f}",
                    f"{each.contact_value:.4f}",
                    each.oldest_due_on,
                    each.segment,
                    each.next_step,
                    each.why,
                    each.is_listed,
                )
            )


def _amounts(amounts: Amounts) -> dict[str, str]:
    money = ("open", "disputed", "promised", "cash", "credit", "free", "overdue", "delayed", "late30", "loss")
    return {"currency": amounts.currency} | {name: f"{getattr(amounts, name):.4f}" for name in money}
