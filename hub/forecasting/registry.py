"""The registry of a tenant's models: each with its record and its file, which is verified before anything reads it.

This is the workers' side, which trains and loads; what the API shows and changes is in `succession.py`.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from hub.errors import ConflictError
from hub.forecasting import engine
from hub.forecasting.artifact import CorruptModelError
from hub.forecasting.contest import Contest
from hub.forecasting.model_store import ModelFile, ModelStore
from hub.forecasting.models import forecast_models
from hub.forecasting.record import FEATURE_VERSION, TrainingData, from_json, to_json
from hub.forecasting.results import backtest_to_json
from hub.forecasting.succession import Task, is_champion, note_change, sequence_champions
from hub.forecasting.training import Trained, contest_to_json
from hub.sdk.forecaster import ForecastBackend
from hub.storage import audit

Backends = Mapping[str, type[ForecastBackend]]
Transaction = Callable[[], AbstractContextManager[Session]]
"""Opens a transaction as the tenant: files are read and written between transactions, never in one."""

FORMER_KEPT = 5
"""Former champions whose files are kept to go back to; of older ones the record is, from which they can be trained."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Champion:
    """The model in charge: which, of what backend, since what data, and whether a person holds it there."""

    id: UUID
    number: int
    backend: str
    as_of: date
    is_pinned: bool


def champion(session: Session, task: Task = "forecast") -> Champion | None:
    """The model in charge of a task, or None before the first training."""
    table = forecast_models
    row = session.execute(
        select(table.c.id, table.c.number, table.c.backend, table.c.as_of, table.c.pinned_at).where(is_champion(task))
    ).one_or_none()
    if row is None:
        return None
    return Champion(
        id=row.id, number=row.number, backend=row.backend, as_of=row.as_of, is_pinned=row.pinned_at is not None
    )


def register(
    session: Session,
    trained: Trained,
    file: ModelFile,
    trained_at: datetime,
    *,
    status: str | None = None,
    contest: Contest | None = None,
    kind: str = "trained",
) -> UUID:
    """Keep a model with its record, its `file` having been put into the store; see `keep`."""
    model = trained.model
    record = {
        "backend": model.backend,
        "backend_version": trained.version,
        "feature_version": trained.feature_version,
        "reason": trained.reason,
        "as_of": model.as_of,
        "trained_at": trained_at,
        "backtest": None if model.backtest is None else backtest_to_json(model.backtest),
        "data": to_json(trained.data),
        "parameters": trained.parameters,
        "seed": trained.seed,
        "contest": None if contest is None else contest_to_json(contest),
        "profile": trained.profile,
    }
    return keep(session, "forecast", file, record, status=status or trained.status, kind=kind)


def keep(
    session: Session,
    task: Task,
    file: ModelFile,
    record: Mapping[str, Any],
    *,
    status: str,
    kind: str = "trained",
) -> UUID:
    """Keep a model's file with its record, whose names are columns. As champion it is in charge of its task from now
    on; the one before is retired, not lost, and the change is noted with its reason.
    """
    table = forecast_models
    before = champion(session, task) if status == "champion" else None
    if before is not None:
        session.execute(update(table).where(table.c.id == before.id).values(status="retired", pinned_at=None))
    values = {
        **record,
        "task": task,
        "status": status,
        "size": file.size,
        "sha256": file.sha256,
        "file": file.name,
        "artifact": file.data,
    }
    model_id: UUID = session.execute(insert(table).values(values).returning(table.c.id)).scalar_one()
    if status == "champion":
        before_id = None if before is None else before.id
        note_change(session, kind, before_id, model_id, record["reason"], record["trained_at"])
        audit.record(
            session,
            "model.promoted",
            "model",
            model_id,
            before={"champion": before_id},
            after={"task": task, **{name: record[name] for name in ("backend", "as_of", "reason")}},
        )
    return model_id


def register_failure(session: Session, backend: str, version: str, why: str, as_of: date, trained_at: datetime) -> None:
    """Keep that a backend could not be trained, and why."""
    session.execute(
        insert(forecast_models).values(
            backend=backend,
            backend_version=version,
            feature_version=FEATURE_VERSION,
            status="failed",
            reason=why[:2000],
            as_of=as_of,
            trained_at=trained_at,
        )
    )


def load_model(transaction: Transaction, store: ModelStore, model_id: UUID, backends: Backends) -> engine.TrainedModel:
    """A model, once its file has proved to be what was stored.

    Raises CorruptModelError where it is damaged, missing, of other features or of a backend that is not there, and
    UnavailableError where the model store does not answer.
    """
    with transaction() as session:
        file = find_file(session, model_id, FEATURE_VERSION)
    return engine.load(store.get(file), backends)


def find_file(session: Session, model_id: UUID, feature_version: int) -> ModelFile:
    """Where a model's file is, for `ModelStore.get`. Raises CorruptModelError where it is of other features."""
    table = forecast_models
    row = session.execute(
        select(
            table.c.artifact, table.c.file, table.c.sha256, table.c.size, table.c.feature_version, table.c.number
        ).where(table.c.id == model_id)
    ).one()
    if row.feature_version != feature_version:
        raise CorruptModelError(
            f"Model {row.number} was trained on features of version {row.feature_version}; by now they are of version "
            f"{feature_version}. Train a new one."
        )
    return ModelFile(row.file, row.artifact, row.sha256, row.size)


def load_best(
    transaction: Transaction,
    store: ModelStore,
    backends: Backends,
    now: datetime,
    tell: Callable[[Session, str], None] = lambda session, why: None,
) -> tuple[UUID, engine.TrainedModel, str | None] | None:
    """The champion; where its file is damaged or missing, the newest good model before it, which takes its place.

    Also why, in a sentence, where that happened; `tell` is given it in the transaction of the change. None where no
    model can be used: then one has to be trained. A store that does not answer is no reason to change models:
    UnavailableError.
    """
    with transaction() as session:
        current = champion(session)
    if current is None:
        return None
    try:
        return current.id, load_model(transaction, store, current.id, backends), None
    except CorruptModelError as error:
        trouble = error.detail
    with transaction() as session:
        others = _next_in_line(session, current.id)
    for model_id in others:
        try:
            model = load_model(transaction, store, model_id, backends)
        except CorruptModelError:
            continue
        why = f"Model {current.number} ({current.backend}) could not be used: {trouble} The model before it forecasts."
        with transaction() as session:
            _succeed(session, current.id, model_id, trouble, why, now)
            tell(session, why)
        return model_id, model, why
    with transaction() as session:
        _succeed(session, current.id, None, trouble, trouble, now)
    return None


def _next_in_line(session: Session, current: UUID) -> list[UUID]:
    table = forecast_models
    earlier = sequence_champions(session, current)
    challengers = session.scalars(
        select(table.c.id)
        .where(table.c.task == "forecast", table.c.status == "challenger", table.c.sha256.is_not(None))
        .order_by(table.c.trained_at.desc(), table.c.number.desc())
    ).all()
    return [*earlier, *(each for each in challengers if each not in earlier)]


def _succeed(session: Session, failed: UUID, by: UUID | None, trouble: str, why: str, now: datetime) -> None:
    current = champion(session)
    if current is None or current.id != failed:
        raise ConflictError("Somebody put another model in charge meanwhile: forecast again.")
    fail(session, failed, trouble)
    if by is not None:
        table = forecast_models
        session.execute(update(table).where(table.c.id == by).values(status="champion", reason=why))
    note_change(session, "fell_back", failed, by, why, now)
    if by is not None:
        audit.record(session, "model.promoted", "model", by, before={"champion": failed}, after={"reason": why})


def fail(session: Session, model_id: UUID, trouble: str) -> None:
    """Take a model out of use whose file cannot be read any more."""
    table = forecast_models
    session.execute(update(table).where(table.c.id == model_id).values(status="failed", reason=trouble, pinned_at=None))


def kind_of(session: Session, model_id: UUID) -> tuple[Task, str, int]:
    """What a model is for, its backend and its seed."""
    table = forecast_models
    row = session.execute(select(table.c.task, table.c.backend, table.c.seed).where(table.c.id == model_id)).one()
    return row.task, row.backend, row.seed


def recorded(session: Session, model_id: UUID) -> tuple[str, TrainingData, int, dict[str, Any]]:
    """A model's backend and what it was trained from: data, seed, parameters."""
    table = forecast_models
    row = session.execute(
        select(table.c.backend, table.c.data, table.c.seed, table.c.parameters).where(table.c.id == model_id)
    ).one()
    return row.backend, from_json(row.data), row.seed, row.parameters


def prune(session: Session) -> list[str]:
    """Let go of the files that nobody goes back to: all but the champions', of each task the last champions', and of
    each backend the newest challenger's. The records stay. Returns those to delete from the store after the commit.
    """
    table = forecast_models
    has_file = table.c.artifact.is_not(None) | table.c.file.is_not(None)
    rows = session.execute(
        select(table.c.id, table.c.task, table.c.status, table.c.backend, table.c.file)
        .where(has_file, table.c.status != "champion")
        .order_by(table.c.trained_at.desc(), table.c.number.desc())
    ).all()
    former, seen, dropped = Counter[str](), set[str](), []
    for row in rows:
        if row.status == "retired" and former[row.task] < FORMER_KEPT:
            former[row.task] += 1
        elif row.status == "challenger" and row.backend not in seen:
            seen.add(row.backend)
        else:
            dropped.append(row)
    if not dropped:
        return []
    session.execute(update(table).where(table.c.id.in_([row.id for row in dropped])).values(artifact=None, file=None))
    shared = set(session.scalars(select(table.c.file).where(table.c.file.is_not(None))).all())
    return sorted({row.file for row in dropped if row.file} - shared)
