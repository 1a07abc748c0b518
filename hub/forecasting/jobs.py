"""Forecasting's work: train models, forecast the open book, and keep the track record of what was forecast."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from hub.errors import InvalidError
from hub.events import ForecastsReady
from hub.forecasting import champion, engine, registry, risk_registry, succession, track
from hub.forecasting.apart import answered_apart
from hub.forecasting.backtest import newest_part
from hub.forecasting.candidates import backends, candidates
from hub.forecasting.contest import ORIGINS
from hub.forecasting.days import to_day
from hub.forecasting.model_store import ModelStore
from hub.forecasting.replacement import tell, train_naive
from hub.forecasting.results import backtest_to_json
from hub.forecasting.risk_run import refresh_risk
from hub.forecasting.training import CONTEST_INVOICES, FALLBACK, FIRST_CHOICE, retrain, train_best
from hub.jobs import service as work
from hub.jobs.context import JobContext
from hub.tenants import service as tenants

STALE_DAYS = 7
"""A champion older than this is trained anew after the next sync."""
AT_ONCE_INVOICES = 3_000
"""From so many invoices on a first contest would keep people waiting for a minute and more."""
BARRED_DAYS = 28
"""A backend that did worse than naive has to wait so long before it may compete again."""


def refresh(context: JobContext) -> dict[str, Any]:
    """After a sync: forecast anew, with a model trained anew where the champion is missing or stale."""
    today = _today(context)
    with context.transaction() as session:
        current = registry.champion(session)
    is_fresh = current is not None and (today - current.as_of).days <= STALE_DAYS
    if current is None:
        return train(context, is_first=True)
    return _score(context, may_train=True) if is_fresh or current.is_pinned else train(context)


def train(context: JobContext, *, is_first: bool = False) -> dict[str, Any]:
    """Train on the whole ledger whichever backend forecasts its past best, keep it, and forecast the open book with it.

    A champion that a person has pinned stays, and what was trained waits as its challenger. A ledger without a payment
    cannot train anything: the work ends well and says so. `is_first`: somebody waits for the first forecasts, so that
    of a large ledger the first choice forecasts at once, and the contest comes afterwards.
    """
    as_of, now, store = _today(context), datetime.now(UTC), _store(context)
    context.progress(0.0, "Reading the ledger")
    with context.transaction() as session:
        frame = champion.load_frame(session, as_of)
        current = registry.champion(session)
        barred = succession.barred(session, now - timedelta(days=BARRED_DAYS))
    able, failures = candidates(context.registry, barred)
    is_hurried = is_first and len(frame) > AT_ONCE_INVOICES
    if is_hurried:
        able = [each for each in able if each.slug in (FIRST_CHOICE, FALLBACK)]
    try:
        training = train_best(
            frame,
            as_of,
            able,
            incumbent=None if current is None else current.backend,
            contest_invoices=CONTEST_INVOICES,
            most_origins=1 if is_hurried else ORIGINS,
            progress=lambda share, words: context.progress(0.05 + 0.65 * share, words),
        )
    except engine.TooLittleHistoryError as error:
        return {"trained": False, "reason": error.detail}
    versions = {each.slug: each.version for each in able}
    tried = [*training.others, training.champion]
    files = [store.put(context.tenant, engine.dump(each.model)) for each in tried]
    with context.transaction() as session:
        current = registry.champion(session)
        for other, file in zip(training.others, files, strict=False):
            registry.register(session, other, file, now, contest=training.contest)
        for slug, why in sorted({**failures, **training.failures}.items()):
            registry.register_failure(session, slug, versions.get(slug, ""), why, as_of, now)
        status = "challenger" if current is not None and current.is_pinned else "champion"
        registry.register(session, training.champion, files[-1], now, status=status, contest=training.contest)
        gone = registry.prune(session)
        if is_hurried:
            work.submit(session, "forecasting.train", {})
    for name in gone:
        store.delete(name)
    model = training.champion.model
    return {
        "trained": True,
        "model": model.backend,
        "reason": training.champion.reason,
        **_score(context, may_train=True),
    }


def score(context: JobContext) -> dict[str, Any]:
    """Forecast every open invoice with the champion; the predictions before stay as they were.

    A champion that cannot be loaded is replaced by the model before it, or by naive where there is none, the tenant's
    admins are told, and a new one is trained. Customers are assessed with the risk model in charge, however old.
    """
    return _score(context, may_train=False)


def _score(context: JobContext, *, may_train: bool) -> dict[str, Any]:
    as_of, now = _today(context), datetime.now(UTC)
    with context.transaction() as session:
        if registry.champion(session) is None:
            return {"predictions": 0, "reason": "There is no trained model yet: train one first."}
        context.progress(0.7, "Reading the ledger")
        frame = champion.load_frame(session, as_of)

    def train_anew(session: Session, why: str) -> None:
        tell(session, why)
        work.submit(session, "forecasting.train", {})

    store = _store(context)
    loaded = registry.load_best(context.transaction, store, backends(context.registry), now, train_anew)
    if loaded is None:
        loaded = train_naive(
            context.transaction, context.tenant, store, context.registry, frame, as_of, now, also=train_anew
        )
    model_id, model, trouble = loaded
    model = answered_apart(model, model_id, context.tenant, context.settings, context.registry)
    found = champion.compute(model, frame, as_of, lambda share, words: context.progress(0.72 + 0.23 * share, words))
    context.progress(0.96, "Storing the predictions")
    with context.transaction() as session:
        count = champion.save_run(session, model_id, frame, as_of, datetime.now(UTC), found)
    context.progress(0.98, "Assessing the customers")
    customers = refresh_risk(context, frame, found[0], as_of, may_train=may_train)
    context.publish(ForecastsReady(tenant=context.tenant, model_id=str(model_id), predictions=count))
    said = {} if trouble is None else {"notice": trouble}
    return {"predictions": count, "customers": customers, "as_of": as_of.isoformat(), **said}


def backtest(context: JobContext, *, model_id: str, as_of: str) -> dict[str, Any]:
    """Try a model's backend on the newest part of the ledger as it was known on a day; the result is the job's."""
    day = date.fromisoformat(as_of)
    context.progress(0.0, "Reading the ledger")
    with context.transaction() as session:
        task, slug, seed = registry.kind_of(session, UUID(model_id))
        frame = champion.load_frame(session, _today(context))
    if task == "risk":
        scores = risk_registry.backtest(frame, day, slug, risk_registry.load_backends(context.registry))
        return {"model_id": model_id, "as_of": as_of, "scores": scores}
    known = frame.as_of(to_day(day))
    part = newest_part(known)
    if part is None:
        raise InvalidError(f"By {day} there were too few payments to try a model on.", fields={"as_of": "Later."})
    able, _ = candidates(context.registry)
    candidate = next((each for each in able if each.slug == slug), None)
    if candidate is None:
        raise InvalidError(f"The backend {slug!r} is not installed any more.")
    _, verdict, _, _ = engine.vouch(
        known,
        part,
        candidate.backend,
        seed=seed,
        threads=1,
        progress=lambda share, words: context.progress(0.1 + 0.8 * share, words),
    )
    return {"model_id": model_id, "as_of": as_of, "backtest": backtest_to_json(verdict)}


def reproduce(context: JobContext, *, model_id: str) -> dict[str, Any]:
    """Train a model again from its record, and say whether the same came of it, to the byte."""
    store = _store(context)
    context.progress(0.0, "Reading the ledger")
    with context.transaction() as session:
        if registry.kind_of(session, UUID(model_id))[0] != "forecast":
            raise InvalidError(
                "Models of risk also learn from credit scores, which are kept only as they are now: the same model "
                "cannot be made again."
            )
        slug, data, seed, parameters = registry.recorded(session, UUID(model_id))
        frame = champion.load_frame(session, _today(context))
    known = backends(context.registry)
    kept = registry.load_model(context.transaction, store, UUID(model_id), known)
    context.progress(0.2, f"Training {slug} again")
    again = retrain(frame, known[slug], data, seed, parameters.get("threads", 1))
    return {"model_id": model_id, "backend": slug, "same": again.dump() == kept.fitted.dump()}


def keep_track(context: JobContext) -> dict[str, Any]:
    """Score what was forecast of invoices that have been paid since, and see whether the champion still does well.

    A champion worse than naive is replaced by it, and the tenant's admins are told; drift has a new model trained.
    """
    as_of, now = _today(context), datetime.now(UTC)
    context.progress(0.0, "Reading the ledger")
    with context.transaction() as session:
        frame = champion.load_frame(session, as_of)
    context.progress(0.3, "Scoring forecasts of paid invoices")
    scored = track.keep(context.transaction, frame, as_of)
    context.progress(0.8, "Looking for drift")
    found = track.measure_drift(context.transaction, frame, as_of, now, scored.recent)
    trouble = " ".join(found.alarms)
    if found.is_worse_than_naive and not found.is_pinned:

        def forecast_anew(session: Session, _: str) -> None:
            tell(session, f"{trouble} Each customer's own history forecasts instead.")
            work.submit(session, "forecasting.score", {})

        train_naive(
            context.transaction,
            context.tenant,
            _store(context),
            context.registry,
            frame,
            as_of,
            now,
            kind="replaced",
            why=trouble,
            also=forecast_anew,
        )
    elif found.is_worse_than_naive or found.wants_training:
        with context.transaction() as session:
            if found.wants_training:
                work.submit(session, "forecasting.train", {})
            else:
                tell(session, f"{trouble} It is pinned, and therefore goes on forecasting.")
    return {"scored": scored.count, "months": scored.months, "alarms": list(found.alarms)}


def _store(context: JobContext) -> ModelStore:
    return ModelStore(context.settings.model_store)


def _today(context: JobContext) -> date:
    """The calendar day in the tenant's time zone."""
    with context.storage.hub() as session:
        zone = tenants.get(session, context.tenant).time_zone
    return datetime.now(ZoneInfo(zone)).date()
