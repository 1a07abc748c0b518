"""How a file will be read: what was found out about it, and from what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from hub.sdk.errors import ConfigError
from plugins.connectors.csv.fields import HEADERS
from plugins.connectors.csv.layout import CorrectedRows, Layout, Rows
from plugins.connectors.csv.repeats import Repeats
from plugins.connectors.csv.shares import Shares
from plugins.connectors.csv.text import TextRows
from plugins.connectors.csv.workbook import SheetRows


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One recognised column: its field, its header in the file, by what it was recognised, and what it holds."""

    field: str
    column: str
    how: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The file and how its bytes become rows."""

    path: Path
    format: Literal["csv", "xlsx"]
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    stamp: tuple[int, int] = (0, 0)
    corrected: Mapping[int, Mapping[int, str]] = field(default_factory=dict)

    def rows(self) -> Rows:
        """The file's rows from the start. Raises ConfigError if it was replaced since it was looked at."""
        if stamp_of(self.path) != self.stamp:
            raise ConfigError(f"{self.path.name} was changed while it was being read; start again", field="path")
        rows = self._rows()
        return CorrectedRows(rows, self.corrected) if self.corrected else rows

    def _rows(self) -> Rows:
        if self.format == "xlsx":
            assert self.sheet is not None
            return SheetRows(self.path, self.sheet)
        assert self.encoding is not None and self.delimiter is not None
        return TextRows(self.path, self.encoding, self.delimiter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that decides what a row means. Amounts of `stated_total` are in `currency`.

    `currency` is for rows that name none; `symbols`: amounts carry currency marks. `customers` holds for each customer
    the first value the file gives of name, email, country, industry, credit score and credit limit.
    """

    source: Source
    layout: Layout
    columns: tuple[Column, ...]
    ignored: tuple[str, ...]
    date_order: str
    date_evidence: str
    decimal: str
    decimal_evidence: str
    currency: str
    currency_source: str
    symbols: bool
    as_of: date
    as_of_source: str
    rows: int
    skipped: Mapping[str, int]
    stated_total: Decimal | None = None
    customers: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    repeats: Repeats = field(default_factory=Repeats, repr=False)
    shares: Shares = field(default_factory=Shares, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """The plan as plain JSON data, for showing it."""
        return {
            "file": str(self.source.path),
            "format": self.source.format,
            "encoding": self.source.encoding,
            "delimiter": self.source.delimiter,
            "sheet": self.source.sheet,
            "sheets": list(self.source.sheets),
            "header_line": self.layout.line,
            "names": list(self.layout.names),
            "field_names": list(HEADERS),
            "columns": [
                {"field": each.field, "column": each.column, "how": each.how, "samples": list(each.samples)}
                for each in self.columns
            ],
            "ignored": list(self.ignored),
            "customers_in_headings": self.layout.grouped,
            "date_order": self.date_order,
            "date_evidence": self.date_evidence,
            "decimal": self.decimal,
            "decimal_evidence": self.decimal_evidence,
            "currency": self.currency,
            "currency_source": self.currency_source,
            "as_of": self.as_of.isoformat(),
            "as_of_source": self.as_of_source,
            "rows": self.rows,
            "copies": self.repeats.copies,
            "skipped": dict(self.skipped),
            "stated_total": None if self.stated_total is None else str(self.stated_total),
        }


def stamp_of(path: Path) -> tuple[int, int]:
    """Size and time of last change. Raises ConfigError for `path` when there is no such file."""
    try:
        status = path.stat()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", field="path") from error
    if not path.is_file():
        raise ConfigError(f"{path} is not a file", field="path")
    if status.st_size == 0:
        raise ConfigError(f"{path} is empty", field="path")
    return status.st_size, status.st_mtime_ns
