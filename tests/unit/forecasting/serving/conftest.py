"""A small model, its file in a folder of its own, and cases to ask it about."""

from pathlib import Path

import numpy as np
import pytest

from hub.forecasting import engine
from hub.forecasting.calibration import Calibration
from hub.forecasting.days import to_date
from hub.forecasting.engine import TrainedModel
from hub.forecasting.history import History
from hub.forecasting.samples import training_sample
from hub.sdk.forecaster import Cases
from plugins.models.naive.plugin import NaiveBackend
from tests.unit.forecasting.forecast_ledgers import FIRST_DAY, made_up_ledger


@pytest.fixture(scope="module")
def sample():
    return training_sample(History(made_up_ledger(days=120, per_day=2).as_of(FIRST_DAY + 100)))


@pytest.fixture(scope="module")
def cases(sample) -> Cases:
    some = np.zeros(len(sample.cases), dtype=bool)
    some[:7] = True
    return sample.cases.take(some)


@pytest.fixture(scope="module")
def fitted(sample) -> NaiveBackend:
    backend = NaiveBackend()
    backend.fit(sample.cases, sample.observed, lambda share, words: None)
    return backend


@pytest.fixture(scope="module")
def file(fitted) -> bytes:
    return engine.dump(
        TrainedModel(
            backend="naive",
            fitted=fitted,
            as_of=to_date(FIRST_DAY + 100),
            n_payments=100,
            calibration=Calibration(),
            backtest=None,
            note="",
        )
    )


@pytest.fixture
def folder(tmp_path, file) -> Path:
    (tmp_path / "first.model").write_bytes(file)
    return tmp_path
