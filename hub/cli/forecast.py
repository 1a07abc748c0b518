"""`paypredict forecast`: from an AR export to a forecast, without a server. Leaves nothing behind but its outputs."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from hub.cli.ledger_file import FileOptions, file_options, read_ledger, train, watched
from hub.forecasting import engine
from hub.forecasting.aging import Aging, age
from hub.forecasting.days import to_date, to_day
from hub.forecasting.exchange import comparable
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.predictions_file import write_predictions
from hub.forecasting.report import Report, RiskyInvoice, money, number, percent, render
from hub.forecasting.results import SUMMED_WEEKS, Backtest, CashFlow, Forecasts, Reason

RISKIEST = 15


@click.command("forecast")
@click.argument("ledger", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Forecast from the end of this day; later payments are not looked at. Default: the day the file shows.",
)
@click.option("--include-upcoming", is_flag=True, help="Also forecast unpaid invoices issued later, and drafts.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default="predictions.csv", show_default=True)
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), default="report.html", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@file_options
def command(
    ledger: Path,
    as_of: datetime | None,
    include_upcoming: bool,
    out: Path,
    report: Path,
    as_json: bool,
    **file: Any,
) -> None:
    """Forecast when each open invoice in LEDGER (CSV or .xlsx) will be paid.

    Reads the export, tries the forecast on the newest part of this very ledger, and writes a file of predictions and a
    report. A ledger without payments is aged and reported, and no forecast is made up.

    \b
    paypredict forecast ledger.csv
    paypredict forecast ledger.csv --as-of 2026-03-31 --out march.csv --report march.html
    paypredict forecast export.csv --column invoice_id="Doc no" --date-order dmy
    """
    console = Console(stderr=True)
    with watched(console) as bar:
        task = bar.add_task("", total=1.0)

        def show(share: float, words: str) -> None:
            bar.update(task, completed=share, description=words)

        frame, shown_day = read_ledger(ledger, FileOptions(**file), console, show)
        day = as_of.date() if as_of else shown_day
        try:
            model = train(frame, day, show)
        except engine.TooLittleHistoryError as error:
            _finish_without_model(frame, day, ledger, report, error.detail, as_json, console)
            return
        show(0.0, "Forecasting")
        forecasts = engine.forecast(model, frame, day, include_upcoming=include_upcoming, progress=show)
        cash = engine.cash_flow(frame, forecasts, weeks=26)
        show(0.0, "Finding the reasons")
        reasons = engine.explain(model, frame, day, forecasts.row)
        known = frame.as_of(to_day(day), include_upcoming=True)  # the same rows, without what was paid later
        write_predictions(out, known, forecasts, model.backend, reasons)
        aging = age(frame, to_day(day))
        report.write_text(
            render(
                Report(
                    title=ledger.name,
                    as_of=day,
                    note=model.note,
                    model=model.backend,
                    open_invoices=int(frame.as_of(to_day(day)).is_open.sum()),
                    aging=aging,
                    cash_flow=cash,
                    with_upcoming=include_upcoming,
                    backtest=model.backtest,
                    riskiest=_riskiest(known, forecasts, reasons),
                )
            ),
            encoding="utf-8",
        )
    if as_json:
        click.echo(json.dumps(_summary(day, model, aging, cash, len(forecasts), out, report), indent=1))
    else:
        print_backtest(model.backtest, model.note, console)
        print_cash(aging, cash, console)
        console.print(f"{len(forecasts):,} forecasts in {out}; the report is {report}.")


def print_backtest(backtest: Backtest | None, note: str, console: Console) -> None:
    """The backtest of this very ledger as a table, and the sentence on what follows from it."""
    if backtest is not None:
        table = Table(title="Backtest", title_justify="left")
        table.add_column("", no_wrap=True)
        for name in ("mean error", "within 3 d", "AUC", "Brier", "weekly cash", "range holds", "range"):
            table.add_column(name, justify="right")
        for name, scores in (
            (backtest.backend, backtest.model),
            ("customer median", backtest.customer_median),
            ("due date", backtest.due_date),
        ):
            table.add_row(
                name,
                f"{number(scores.mae)} d",
                percent(scores.within3),
                number(scores.auc, 3),
                number(scores.brier, 3),
                percent(scores.weekly_cash_error),
                percent(scores.coverage),
                "–" if scores.width is None else f"{scores.width:.1f} d",
            )
        console.print(table)
        console.print(f"Trained until {backtest.trained_until}, scored on what happened until {backtest.scored_until}.")
    console.print(note)


def print_cash(aging: tuple[Aging, ...], cash: CashFlow | None, console: Console) -> None:
    """What is open and overdue per currency, and the cash expected over the next four weeks."""
    for one in aging:
        console.print(f"Open {money(one.total, one.currency)}, overdue {money(one.overdue, one.currency)}.")
    if cash is None:
        return
    for currency, (expected, low, high) in cash.total.items():
        until = cash.weeks[0] + timedelta(weeks=SUMMED_WEEKS, days=-1)
        console.print(
            f"Expected by {until}: {money(expected, currency)}; four times in five {money(low)} to {money(high)}."
        )


def _riskiest(frame: LedgerFrame, forecasts: Forecasts, reasons: list[list[Reason]]) -> list[RiskyInvoice]:
    at_risk = forecasts.p_late30 * comparable(frame, forecasts.row)
    levels = forecasts.risk_level
    return [
        RiskyInvoice(
            number=str(frame.number[row]),
            customer=str(frame.customer_name[frame.customer[row]]),
            due_on=to_date(frame.due[row]),
            amount=float(frame.open_amount[row]),
            currency=frame.currencies[frame.currency[row]],
            p_late30=float(forecasts.p_late30[place]),
            expected_on=to_date(forecasts.expected[place]),
            p10_on=to_date(forecasts.p10[place]),
            p90_on=to_date(forecasts.p90[place]),
            risk_level=levels[place],
            reasons=reasons[place],
        )
        for place in np.argsort(-at_risk, kind="stable")[:RISKIEST].tolist()
        for row in (int(forecasts.row[place]),)
    ]


def _finish_without_model(
    frame: LedgerFrame, day: date, ledger: Path, report: Path, why: str, as_json: bool, console: Console
) -> None:
    aging = age(frame, to_day(day))
    open_invoices = int((frame.as_of(to_day(day)).is_open).sum())
    report.write_text(
        render(
            Report(
                title=ledger.name,
                as_of=day,
                note=why,
                model=None,
                open_invoices=open_invoices,
                aging=aging,
                cash_flow=None,
                backtest=None,
                riskiest=[],
            )
        ),
        encoding="utf-8",
    )
    if as_json:
        click.echo(json.dumps({"as_of": day.isoformat(), "model": None, "note": why, "report": str(report)}, indent=1))
        return
    print_cash(aging, None, console)
    console.print(f"No forecast: {why}")
    console.print(f"The aging of {open_invoices:,} open invoices is in {report}; no predictions were written.")


def _summary(
    day: date,
    model: engine.TrainedModel,
    aging: tuple[Aging, ...],
    cash: CashFlow,
    count: int,
    out: Path,
    report: Path,
) -> dict[str, Any]:
    return {
        "as_of": day.isoformat(),
        "model": model.backend,
        "note": model.note,
        "forecasts": count,
        "open": {one.currency: round(one.total, 2) for one in aging},
        "overdue": {one.currency: round(one.overdue, 2) for one in aging},
        "expected_by_week": {
            currency: dict(zip([week.isoformat() for week in cash.weeks], np.round(values, 2).tolist(), strict=True))
            for currency, values in cash.expected.items()
        },
        "expected_in_4_weeks": {
            currency: dict(zip(("expected", "p10", "p90"), np.round(values, 2).tolist(), strict=True))
            for currency, values in cash.total.items()
        },
        "predictions": str(out),
        "report": str(report),
    }
