"""`paypredict disputes`: read dispute texts from a file, without a hub."""

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.errors import HubError

if TYPE_CHECKING:
    from hub.sdk.classifier import DisputeClassifier, Reading

COLUMNS = ("label", "probability", "second_label", "unsure")
_AT_ONCE = 256
_LARGEST_FIELD = 1_000_000


@click.group("disputes")
def command() -> None:
    """Read what customers object to."""


@command.command()
@click.argument("source", metavar="IN.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option("--classifier", default="minilm_disputes", show_default=True, help="The classifier's slug.")
@click.option("--column", default="text", show_default=True, help="The column that holds the texts.")
def classify(source: Path, out: Path, classifier: str, column: str) -> None:
    """Say for each row of a CSV file why the customer does not pay.

    The answer has the rows' own columns, and label, probability (that the label is the main reason), second_label (the
    next likely one) and unsure (true: a person has to read it). Texts may be mails with quoted history.

    \b
    paypredict disputes classify remarks.csv --out read.csv
    """
    header, rows = _read(source, column)
    reader = _classifier(classifier)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    kept = [number for number, name in enumerate(header) if name not in COLUMNS]
    writer.writerow([*(header[number] for number in kept), *COLUMNS])
    at = header.index(column)
    unsure = 0
    for start in range(0, len(rows), _AT_ONCE):
        asked = rows[start : start + _AT_ONCE]
        for row, reading in zip(asked, reader.classify([row[at] for row in asked]), strict=True):
            writer.writerow([*(row[number] for number in kept), *_answer(reading)])
            unsure += not reading.is_sure
    try:
        out.write_text(buffer.getvalue(), encoding="utf-8")
    except OSError as error:
        raise HubError(f"{out} cannot be written: {error.strerror}") from error
    click.echo(f"Read {len(rows)} texts, unsure of {unsure}: {out}")


def _answer(reading: "Reading") -> list[str]:
    first, second = reading.labels[:2]
    # What a sure reading gives as the next reason may be another than the next likely label.
    further = reading.reasons[1] if len(reading.reasons) > 1 else second.code
    return [first.code, f"{first.p_reason:.4f}", further, "false" if reading.is_sure else "true"]


def _read(source: Path, column: str) -> tuple[list[str], list[list[str]]]:
    usual = csv.field_size_limit(_LARGEST_FIELD)  # of the whole process
    try:
        with source.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = list(csv.reader(file, strict=True)) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise click.UsageError(f"{source} cannot be read as CSV in UTF-8: {error}") from error
    finally:
        csv.field_size_limit(usual)
    if column not in header:
        raise click.UsageError(f"{source} has no column {column!r}; it has {', '.join(header) or 'no header'}")
    rows = [row for row in rows if row]
    for number, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise click.UsageError(f"{source}: record {number} has {len(row)} fields, the header {len(header)}")
    return header, rows


def _classifier(slug: str) -> "DisputeClassifier":
    from hub import registry

    plugins = registry.load()
    if plugins.get(slug).kind != "classifier":
        names = ", ".join(manifest.slug for manifest in plugins.manifests("classifier"))
        raise click.UsageError(f"{slug} is no classifier of disputes; there are {names}")
    made: DisputeClassifier = plugins.make(slug, {})
    return made
