"""Forecasting's work: train the champion, and forecast the open book."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hub.events import ForecastsReady
from hub.forecasting import champion, engine
from hub.forecasting.risk_run import refresh_risk
from hub.jobs.context import JobContext
from hub.sdk.forecaster import ForecastBackend
from hub.tenants import service as tenants

FIRST_CHOICE, FALLBACK = "xgboost_hazard", "naive"


def refresh(context: JobContext) -> dict[str, Any]:
    """After a sync: forecast anew, with a model trained anew where the champion is missing or stale."""
    with context.transaction() as session:
        age = champion.champion_age(session, _today(context))
    return score(context) if age is not None and age <= champion.STALE_DAYS else train(context)


def train(context: JobContext) -> dict[str, Any]:
    """Train a model on the whole ledger, keep it with its backtest, and forecast the open book with it.

    A ledger without a payment cannot train anything: the work ends well and says so.
    """
    as_of = _today(context)
    context.progress(0.0, "Reading the ledger")
    with context.transaction() as session:
        frame = champion.load_frame(session, as_of)
    backends = _backends(context)
    try:
        model = engine.train(
            frame,
            as_of,
            backends[FIRST_CHOICE],
            backends[FALLBACK],
            progress=lambda share, words: context.progress(0.05 + 0.65 * share, words),
        )
    except engine.TooLittleHistoryError as error:
        return {"trained": False, "reason": error.detail}
    with context.transaction() as session:
        champion.save_champion(session, model, datetime.now(UTC))
    return {"trained": True, "model": model.backend, "reason": model.note, **score(context)}


def score(context: JobContext) -> dict[str, Any]:
    """Forecast every open invoice with the champion; the predictions before stay as they were."""
    as_of = _today(context)
    with context.transaction() as session:
        loaded = champion.load_champion(session, _backends(context))
        if loaded is None:
            return {"predictions": 0, "reason": "There is no trained model yet: train one first."}
        context.progress(0.7, "Reading the ledger")
        frame = champion.load_frame(session, as_of)
    model_id, model = loaded
    found = champion.compute(model, frame, as_of, lambda share, words: context.progress(0.72 + 0.23 * share, words))
    context.progress(0.96, "Storing the predictions")
    with context.transaction() as session:
        count = champion.save_run(session, model_id, frame, as_of, datetime.now(UTC), found)
    context.progress(0.97, "Assessing the customers")
    customers = refresh_risk(context, frame, found[0], as_of)
    context.publish(ForecastsReady(tenant=context.tenant, model_id=str(model_id), predictions=count))
    return {"predictions": count, "customers": customers, "as_of": as_of.isoformat()}


def _backends(context: JobContext) -> dict[str, type[ForecastBackend]]:
    return {slug: context.registry.load(slug) for slug in (FIRST_CHOICE, FALLBACK)}


def _today(context: JobContext) -> date:
    """The calendar day in the tenant's time zone."""
    with context.storage.hub() as session:
        zone = tenants.get(session, context.tenant).time_zone
    return datetime.now(ZoneInfo(zone)).date()
