"""`bench score`: read, features, predict and write of the open book, against the model's own predict on those rows."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bench.harness import alternate, ratios, result, summarise
from bench.receivables import DAYS, TODAY, make_columns
from hub import registry
from hub.forecasting import engine
from hub.forecasting.days import to_date
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.prediction import CHUNK
from hub.forecasting.predictions_file import write_predictions

GOAL = 0.6
TRAINING_ROWS = 5_000


def run(rows: int = 40_000, rounds: int = 5) -> dict[str, Any]:
    """Measure on `rows` open invoices, on one thread. The limit is fed the rows of one chunk over and over."""
    plugins = registry.load()
    training = LedgerFrame.from_columns(day=TODAY, **make_columns(TRAINING_ROWS))
    backend = plugins.load("xgboost_hazard")  # its own fallback: here it is to be timed, not judged
    model = engine.train(training, to_date(TODAY), backend, backend)
    columns = make_columns(rows)
    # All of it open: issued over two months, with the payments of nobody known.
    columns["issued"] = TODAY - (TODAY - columns["issued"]) * 60 // DAYS
    columns["due"] = columns["issued"] + 30
    columns |= {name: [] for name in ("settled_row", "settled_kind", "settled_amount", "applied", "reversed_")}
    matrix = _Recorder.watch(model, LedgerFrame.from_columns(day=TODAY, **columns))

    with TemporaryDirectory() as folder:
        costs = alternate(
            {
                "predict": lambda: matrix.predict_again(),
                "score": lambda: _score(model, columns, Path(folder) / "predictions.csv", rows),
            },
            rounds=rounds,
        )
    return result(
        "score",
        ratios(costs["score"], costs["predict"]),
        goal=GOAL,
        better="higher",
        unit="invoices per cpu-second of inplace_predict alone",
        rows=rows,
        rows_per_invoice=matrix.rows_per_invoice,
        arms=summarise(costs),
    )


def _score(model: engine.TrainedModel, columns: dict[str, Any], path: Path, rows: int) -> int:
    frame = LedgerFrame.from_columns(day=TODAY, **columns)
    forecasts = engine.forecast(model, frame, to_date(TODAY))
    write_predictions(path, frame, forecasts, model.backend, None)
    if len(forecasts) != rows:
        raise AssertionError(f"{len(forecasts)} of {rows} invoices were forecast")
    return rows


class _Recorder:
    """Stands in for the booster during one forecast and keeps what it was asked, for the limit's arm."""

    def __init__(self, booster: Any, invoices: int) -> None:
        self.booster, self.invoices = booster, invoices
        self.asked: tuple[Any, Any] = (None, None)

    @classmethod
    def watch(cls, model: engine.TrainedModel, frame: LedgerFrame) -> "_Recorder":
        """What a forecast of one chunk, drawn from the whole ledger, asks of the model."""
        drawn = np.random.default_rng(0).permutation(len(frame)) < CHUNK  # the older ones have fewer days to ask for
        few = frame.take(drawn)
        fitted: Any = model.fitted
        recorder = cls(fitted.booster, len(few))
        fitted.booster = recorder
        engine.forecast(model, few, to_date(TODAY))
        fitted.booster = recorder.booster
        return recorder

    def inplace_predict(self, rows: Any, base_margin: Any) -> Any:
        self.asked = (rows, base_margin)
        return self.booster.inplace_predict(rows, base_margin=base_margin)

    def predict_again(self) -> int:
        """The limit's arm: the model alone; returns the invoices it was for."""
        rows, margin = self.asked
        self.booster.inplace_predict(rows, base_margin=margin)
        return self.invoices

    @property
    def rows_per_invoice(self) -> float:
        """Days and longer pieces of time asked for, per invoice."""
        return len(self.asked[0]) / self.invoices
