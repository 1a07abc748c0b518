"""`paypredict backtest`: a ledger's past as it would have been forecast then."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from hub.cli.forecast import print_backtest
from hub.cli.ledger_file import FileOptions, file_options, read_ledger, train, watched
from hub.forecasting.predictions_file import write_predictions
from hub.forecasting.training import rolling


@click.command("backtest")
@click.argument("ledger", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--train-until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day the model is fitted on.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default="predictions.csv", show_default=True)
@file_options
def command(ledger: Path, train_until: datetime, out: Path, **file: Any) -> None:
    """Forecast every invoice of LEDGER issued after a day, as it would have been on its own issue date.

    The model is fitted once, on the day given; each later invoice is forecast from the payments known strictly before
    its own day of issue. The file has the same columns as that of `forecast`.

    \b
    paypredict backtest ledger.csv --train-until 2026-01-31 --out backtest.csv
    """
    console = Console(stderr=True)
    with watched(console) as bar:
        task = bar.add_task("", total=1.0)

        def show(share: float, words: str) -> None:
            bar.update(task, completed=share, description=words)

        frame, _ = read_ledger(ledger, FileOptions(**file), console, show)
        model = train(frame, train_until.date(), lambda share, words: show(0.8 * share, words))
        forecasts = rolling(model, frame, train_until.date(), lambda share, words: show(0.8 + 0.2 * share, words))
        write_predictions(out, frame, forecasts, model.backend, reasons=None)
    print_backtest(model.backtest, model.note, console)
    console.print(f"{len(forecasts):,} forecasts in {out}.")
