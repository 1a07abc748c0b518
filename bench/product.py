"""The product's own forecasts, as a benchmark asks for them: the default path, and each backend by itself."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from hub import registry
from hub.forecasting import engine
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.results import Forecasts
from hub.sdk.forecaster import ForecastBackend

Backend = type[ForecastBackend]

DEFAULT, FALLBACK = "xgboost_hazard", "naive"


def train(frame: LedgerFrame, cut: date, threads: int = 1) -> engine.TrainedModel:
    """What a tenant gets that leaves the choice to the product."""
    plugins = registry.load()
    return engine.train(frame, cut, plugins.load(DEFAULT), plugins.load(FALLBACK), threads=threads)


def train_only(slug: str, frame: LedgerFrame, cut: date, threads: int = 1) -> engine.TrainedModel:
    """One backend, whether or not it would be promoted."""
    backend = registry.load().load(slug)
    return engine.train(frame, cut, backend, backend, threads=threads)


def slugs() -> list[str]:
    """All forecast backends that are installed and work."""
    plugins = registry.load()
    return [each.slug for each in plugins.manifests("forecast") if not registry.check(plugins, each.slug)]


def kept(folder: Path | None, name: str, make_model: Callable[[], engine.TrainedModel]) -> engine.TrainedModel:
    """A model out of the folder, made and put there where it is not in it yet."""
    if folder is None:
        return make_model()
    plugins = registry.load()
    path = folder / f"{name}.model"
    if path.exists():
        return engine.load(path.read_bytes(), {slug: plugins.load(slug) for slug in slugs()})
    model = make_model()
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(engine.dump(model))
    return model


def forecasts(frame: LedgerFrame, cut: date, threads: int = 1) -> tuple[str, dict[str, Forecasts]]:
    """The backend that the default path chose on the cut, and its forecasts: "static" and "rolling"."""
    plugins = registry.load()
    return _forecasts(frame, cut, plugins.load(DEFAULT), plugins.load(FALLBACK), threads)


def forecasts_of(slug: str, frame: LedgerFrame, cut: date, threads: int = 1) -> dict[str, Forecasts]:
    """The same of one backend, whether or not it would be promoted."""
    backend = registry.load().load(slug)
    return _forecasts(frame, cut, backend, backend, threads)[1]


def _forecasts(
    frame: LedgerFrame, cut: date, backend: Backend, fallback: Backend, threads: int
) -> tuple[str, dict[str, Forecasts]]:
    model, rolling = engine.backtest_from(frame, cut, backend, fallback, threads=threads)
    static = engine.forecast(model, frame, cut, include_upcoming=True)
    return model.backend, {"static": static, "rolling": rolling}
