"""A tenant's models of risk in the registry: trained, compared, kept and taken over as those of forecasts are."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.errors import InvalidError
from hub.forecasting import registry, risk_model
from hub.forecasting.artifact import CorruptModelError
from hub.forecasting.days import to_day
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.model_store import ModelFile, ModelStore
from hub.forecasting.models import forecast_models
from hub.forecasting.record import FEATURE_VERSION, describe, to_json
from hub.forecasting.replacement import tell
from hub.forecasting.risk_model import RiskModel
from hub.forecasting.risk_snapshots import MasterData
from hub.forecasting.succession import note_change
from hub.jobs.context import JobContext
from hub.sdk.risk import RiskBackend

RiskBackends = Mapping[str, type[RiskBackend]]

CANDIDATES, FALLBACK = ("xgboost_risk", "random_forest_risk"), "naive_risk"
STALE_DAYS = 7
"""Where the newest risk model is older than this, one is trained after the next sync."""


def in_charge(
    context: JobContext, frame: LedgerFrame, master: MasterData, as_of: date, *, may_train: bool
) -> tuple[UUID, RiskModel]:
    """The model that assesses customers, and its id.

    One is trained where none can be used, and, if it `may_train`, where the newest is old. A pinned one stays in
    charge meanwhile, and what was trained waits as its challenger.
    """
    store, backends = ModelStore(context.settings.model_store), load_backends(context.registry)
    with context.transaction() as session:
        newest = session.scalar(select(func.max(forecast_models.c.as_of)).where(forecast_models.c.task == "risk"))
    if newest is None or (may_train and not 0 <= (as_of - newest).days <= STALE_DAYS):
        train(context, store, frame, backends, master, as_of)
    loaded = load_champion(context.transaction, store, backends, datetime.now(UTC))
    if loaded is None:
        train(context, store, frame, backends, master, as_of)
        loaded = load_champion(context.transaction, store, backends, datetime.now(UTC))
    if loaded is None:
        raise CorruptModelError("The model of customers' risk that was trained just now cannot be read.")
    return loaded


def train(
    context: JobContext,
    store: ModelStore,
    frame: LedgerFrame,
    backends: RiskBackends,
    master: MasterData,
    as_of: date,
) -> None:
    """Compare the backends on the ledger's past and keep them all, the best in charge unless one is pinned there."""
    found = list(
        risk_model.train_risks(
            frame,
            as_of,
            [backends[slug] for slug in CANDIDATES],
            backends[FALLBACK],
            master=master,
            progress=lambda _share, words: context.progress(0.97, words),
        )
    )
    versions = {each.slug: each.version for each in context.registry.manifests("risk")}
    data = to_json(describe(frame.as_of(to_day(as_of)), as_of, as_of))
    files = [store.put(context.tenant, risk_model.dump(each)) for each in found]
    now = datetime.now(UTC)
    with context.transaction() as session:
        current = registry.champion(session, "risk")
        is_pinned = current is not None and current.is_pinned
        for model, file in reversed(list(zip(found, files, strict=True))):  # the best one last: it is the newest
            status = "champion" if model is found[0] and not is_pinned else _standing(model)
            keep(session, model, file, now, status=status, version=versions.get(model.backend, ""), data=data)
        gone = registry.prune(session)
    for name in gone:
        store.delete(name)


def keep(
    session: Session,
    model: RiskModel,
    file: ModelFile,
    trained_at: datetime,
    *,
    status: str = "champion",
    version: str = "",
    data: Mapping[str, Any] | None = None,
) -> UUID:
    """Keep a model of risk with its record, its `file` having been put into the store; see `registry.keep`."""
    record = {
        "backend": model.backend,
        "backend_version": version,
        "feature_version": FEATURE_VERSION,
        "reason": model.note,
        "as_of": model.as_of,
        "trained_at": trained_at,
        "scores": risk_model.to_json(model.scores),
        "data": dict(data or {}),
        "parameters": {"threads": 1},
    }
    return registry.keep(session, "risk", file, record, status=status)


def load_champion(
    transaction: registry.Transaction, store: ModelStore, backends: RiskBackends, now: datetime
) -> tuple[UUID, RiskModel] | None:
    """The model in charge and its id; None where there is none, or where its file cannot be used: then it is retired
    as failed, for a new one can be made from the ledger. Whoever had pinned it is told.
    """
    with transaction() as session:
        current = registry.champion(session, "risk")
    if current is None:
        return None
    try:
        with transaction() as session:
            file = registry.find_file(session, current.id, FEATURE_VERSION)
        return current.id, risk_model.load(store.get(file), backends)
    except CorruptModelError as error:
        trouble = error.detail
    with transaction() as session:
        registry.fail(session, current.id, trouble)
        note_change(session, "fell_back", current.id, None, trouble, now)
        if current.is_pinned:
            tell(session, f"Model {current.number} ({current.backend}) could not be used: {trouble}")
    return None


def backtest(frame: LedgerFrame, as_of: date, slug: str, backends: RiskBackends) -> dict[str, Any]:
    """How good a backend's probabilities would have been on a ledger as known on a day, by backend, beside counting.

    Raises InvalidError where nothing can be said.
    """
    if slug not in backends:
        raise InvalidError(f"The backend {slug!r} is not installed any more.")
    tried = [] if slug == FALLBACK else [backends[slug]]
    model = risk_model.train_risk(frame, as_of, tried, backends[FALLBACK])
    if slug not in model.scores:
        raise InvalidError(
            f"By {as_of} too few customers had gone 30 days late to try this model on.", fields={"as_of": "Later."}
        )
    return risk_model.to_json(model.scores)


def load_backends(plugins: Any) -> dict[str, type[RiskBackend]]:
    """The backends that can be compared, by slug."""
    return {slug: plugins.load(slug) for slug in (*CANDIDATES, FALLBACK)}


def _standing(model: RiskModel) -> str:
    ours, counting = model.scores[model.backend].log_loss, model.scores[FALLBACK].log_loss
    is_worse = ours is not None and counting is not None and ours > counting
    return "rejected" if is_worse else "challenger"
