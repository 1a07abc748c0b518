"""Reading an AR export on the command line: show how it is understood, refuse what is unclean, build the frame."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from hub import registry
from hub.cli.terminal import shown
from hub.forecasting.candidates import candidates
from hub.forecasting.engine import TrainedModel
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.training import train_best
from hub.registry import Registry
from hub.sdk.connector import FileConnector
from hub.sdk.errors import ConfigError, RecordError
from hub.sdk.records import Record

PROBLEMS_SHOWN = 20
THREADS = 2
CONTEST_INVOICES = 2_500
"""The backends compete on so many invoices of the file: all of them would take minutes, the whole ledger an hour."""

Report = Callable[[float, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOptions:
    """How to read the file, where it should not be left to what it looks like."""

    columns: tuple[str, ...]
    date_order: str | None
    decimal: str | None
    currency: str | None
    skip_bad: bool

    def config(self, path: Path) -> dict[str, Any]:
        """The csv connector's config. Raises UsageError for a column that is not FIELD=HEADER."""
        mapping: dict[str, str | None] = {}
        for text in self.columns:
            field, mark, header = text.partition("=")
            if not mark:
                raise click.UsageError(f"--column {text!r} must be FIELD=HEADER, like invoice_id='Doc no'")
            mapping[field.strip()] = header.strip() or None
        given = {
            "mapping": mapping or None,
            "date_order": self.date_order,
            "decimal": self.decimal,
            "currency": self.currency,
        }
        return {"path": str(path), "skip_bad": self.skip_bad} | {
            name: value for name, value in given.items() if value is not None
        }


def file_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that make up `FileOptions`."""
    for option in (
        click.option("--skip-bad", is_flag=True, help="Go on without bad rows; they go to LEDGER.rejects.csv."),
        click.option("--currency", metavar="CODE", help="Currency of rows that name none, like EUR."),
        click.option("--decimal", type=click.Choice([".", ","]), help="Decimal mark, where the file leaves it open."),
        click.option("--date-order", type=click.Choice(["dmy", "mdy", "ymd"]), help="The same for dates."),
        click.option(
            "--column",
            "columns",
            multiple=True,
            metavar="FIELD=HEADER",
            help="Which column holds a field, where it is not recognised; FIELD= leaves one out. May be repeated.",
        ),
    ):
        command = option(command)
    return command


def train(frame: LedgerFrame, day: date, report: Report) -> TrainedModel:
    """The model of a ledger in a file, chosen as the hub would, but soon: a person is waiting.

    Raises TooLittleHistoryError where nothing was ever paid.
    """
    able, _ = candidates(registry.load())
    found = train_best(frame, day, able, contest_invoices=CONTEST_INVOICES, threads=THREADS, progress=report)
    return found.champion.model


def read_ledger(path: Path, options: FileOptions, console: Console, report: Report) -> tuple[LedgerFrame, date]:
    """The ledger in a file, and the day it shows. Exits with 2 after listing what is wrong with an unclean file."""
    plugins: Registry = registry.load()
    connector: FileConnector = plugins.make("csv", options.config(path))
    report(0.0, "Looking at the file")
    preview = connector.preview()
    _show_mapping(preview, console)
    _refuse_or_set_aside(connector, path, options.skip_bad, console, report)
    frame = LedgerFrame.from_records(_records(plugins.make("csv", options.config(path) | {"skip_bad": True}), report))
    return frame, date.fromisoformat(preview["as_of"])


def watched(console: Console) -> Progress:
    """A progress bar with the sentence of the step in hand; on a terminal only."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


def _records(connector: FileConnector, report: Report) -> Iterator[Record]:
    for stream in connector.streams:
        for page in connector.read(stream.name, None):
            for item in page.items:
                try:
                    yield from connector.map(stream.name, item)
                except RecordError:
                    continue  # listed and set aside before
            report(page.done or 0.0, "Reading the ledger")


def _refuse_or_set_aside(
    connector: FileConnector, path: Path, skip_bad: bool, console: Console, report: Report
) -> None:
    found = connector.problems(lambda share, _: report(share, "Checking every row"))
    first = list(islice(found, PROBLEMS_SHOWN))
    if not first:
        return
    count = len(first) + sum(1 for _ in found)
    table = Table(
        "line", "column", "value", "what is wrong", title=f"{count:,} rows cannot be used", title_justify="left"
    )
    for problem in first:
        said = (problem.line or "", problem.field or "", problem.value or "", problem)
        table.add_row(*(shown(each) for each in said))
    console.print(table)
    if count > len(first):
        console.print(f"... and {count - len(first):,} more.")
    if not skip_bad:
        raise ConfigError(f"{path.name} is not clean and nothing was read. Mend the rows above, or pass --skip-bad")
    rejects = path.with_name(f"{path.stem}.rejects.csv")
    connector.write_rejects(rejects)
    console.print(f"Going on without them; they are in {rejects}.")


def _show_mapping(preview: Any, console: Console) -> None:
    rows = f"{preview['rows']:,} rows, {preview['decimal_evidence']}; dates: {preview['date_evidence']}"
    table = Table(
        "field", "column", "recognised by", "for example", title=shown(rows), title_justify="left", title_style=""
    )
    for column in preview["columns"]:
        said = (column["field"], column["column"], column["how"], ", ".join(column["samples"][:2]))
        table.add_row(*(shown(each) for each in said))
    console.print(table)
    if preview["copies"]:
        console.print(f"{preview['copies']:,} exact copies of other rows are left out.")
    for reason, count in preview["skipped"].items():
        console.print(f"{count:,} rows skipped: {shown(reason)}.")
    console.print(
        shown(f"Currency: {preview['currency_source']}. Exported as of {preview['as_of']}: {preview['as_of_source']}.")
    )
