"""The product's own forecasts, as a benchmark asks for them: the default path, and each backend by itself."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from hub import registry
from hub.forecasting import engine, training
from hub.forecasting.days import to_day
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.history import History
from hub.forecasting.prediction import plan, predict
from hub.forecasting.results import Forecasts
from hub.forecasting.settlement import Outcome
from hub.forecasting.training import Candidate

MOST_PAYMENTS = 1_000_000
"""A backend that needs more than this cannot be taught here: it asks a model server."""


def candidates() -> list[Candidate]:
    """The forecast backends that are installed and can be taught."""
    plugins = registry.load()
    working = [each for each in plugins.manifests("forecast") if not registry.check(plugins, each.slug)]
    found = [Candidate(slug=each.slug, version=each.version, backend=plugins.load(each.slug)) for each in working]
    return [each for each in found if each.backend.min_payments <= MOST_PAYMENTS]


def slugs() -> list[str]:
    """Their names."""
    return [each.slug for each in candidates()]


def train(frame: LedgerFrame, cut: date, threads: int = 1) -> engine.TrainedModel:
    """What a tenant gets that leaves the choice to the product."""
    return training.train_best(frame, cut, candidates(), threads=threads).champion.model


def train_only(slug: str, frame: LedgerFrame, cut: date, threads: int = 1) -> engine.TrainedModel:
    """One backend, whether or not it would be promoted."""
    backend = registry.load().load(slug)
    return engine.train(frame, cut, backend, backend, threads=threads)


def kept(folder: Path | None, name: str, make_model: Callable[[], engine.TrainedModel]) -> engine.TrainedModel:
    """A model out of the folder, made and put there where it is not in it yet."""
    if folder is None:
        return make_model()
    path = folder / f"{name}.model"
    if path.exists():
        return engine.load(path.read_bytes(), {each.slug: each.backend for each in candidates()})
    model = make_model()
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(engine.dump(model))
    return model


def forecasts(model: engine.TrainedModel, frame: LedgerFrame, cut: date) -> dict[str, Forecasts]:
    """A model's forecasts: "static", all on the cut, and "rolling", each on its own day of issue."""
    later = np.flatnonzero((frame.issued > to_day(cut)) & ~frame.draft & (frame.outcome != Outcome.VOID))
    rolling = predict(model.fitted, model.calibration, History(frame), later, frame.issued[later], engine.silent)
    return {"static": engine.forecast(model, frame, cut, include_upcoming=True), "rolling": plan(rolling, frame)}
