"""When no trained model serves: naive takes over, and the tenant's admins are told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from hub.connections import notices
from hub.forecasting import engine, registry
from hub.forecasting.candidates import candidates
from hub.forecasting.engine import TrainedModel
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.model_store import ModelStore
from hub.forecasting.registry import Transaction
from hub.forecasting.training import FALLBACK, train_best


def train_naive(
    transaction: Transaction,
    tenant: str,
    store: ModelStore,
    plugins: Any,
    frame: LedgerFrame,
    as_of: date,
    now: datetime,
    *,
    kind: str = "fell_back",
    why: str = "No trained model could be used.",
    also: Callable[[Session, str], None] = lambda session, why: None,
) -> tuple[UUID, TrainedModel, str]:
    """Learn each customer's own history, which takes a second, and let that forecast; also returns why, for people.

    `also` is given that in the transaction in which it takes over.
    """
    able, _ = candidates(plugins)
    only = [each for each in able if each.slug == FALLBACK]
    trained = train_best(frame, as_of, only, incumbent=FALLBACK).champion
    said = f"{why} Each customer's own history forecasts until a better model is trained."
    file = store.put(tenant, engine.dump(trained.model))
    with transaction() as session:
        model_id = registry.register(session, replace(trained, reason=said), file, now, kind=kind)
        also(session, said)
    return model_id, trained.model, said


def tell(session: Session, trouble: str) -> None:
    """Have the tenant's people see, once, that another model has taken over, and why."""
    notices.tell(session, None, "model_replaced", trouble)
