"""When no trained model serves: naive takes over, and the tenant's admins are told."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from hub.connections import notices
from hub.forecasting import registry
from hub.forecasting.candidates import candidates
from hub.forecasting.engine import TrainedModel
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.model_store import ModelStore
from hub.forecasting.training import FALLBACK, train_best


def train_naive(
    session: Session,
    store: ModelStore,
    plugins: Any,
    frame: LedgerFrame,
    as_of: date,
    now: datetime,
    *,
    kind: str = "fell_back",
    why: str = "No trained model could be used.",
) -> tuple[UUID, TrainedModel, str]:
    """Learn each customer's own history, which takes a second, and let that forecast; also returns why, for people."""
    able, _ = candidates(plugins)
    only = [each for each in able if each.slug == FALLBACK]
    trained = train_best(frame, as_of, only, incumbent=FALLBACK).champion
    said = f"{why} Each customer's own history forecasts until a better model is trained."
    model_id = registry.register(session, store, replace(trained, reason=said), now, kind=kind)
    return model_id, trained.model, said


def tell(session: Session, trouble: str) -> None:
    """Have the tenant's people see, once, that another model has taken over, and why."""
    notices.tell(session, None, "model_replaced", trouble)
