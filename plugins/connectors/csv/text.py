"""Delimited text files: encoding, and records with the line each starts on, in constant memory."""

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from hub.sdk.errors import ConfigError

DELIMITERS = (",", ";", "\t", "|")
MAX_LINE = 1_000_000
"""Characters in one line. The csv module itself bounds a cell to 131,072."""
_CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class TextRows:
    """The records of a delimited file, each with its line. Raises ConfigError where the file cannot be read."""

    def __init__(self, path: Path, encoding: str, delimiter: str) -> None:
        self._path, self._encoding, self._delimiter = path, encoding, delimiter
        self._size = max(path.stat().st_size, 1)
        self._raw: BinaryIO | None = None

    @property
    def share(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return 1.0 if self._raw is None or self._raw.closed else min(self._raw.tell() / self._size, 1.0)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        with self._path.open("rb") as self._raw:
            # newline="" as the csv module wants it: line ends inside quotes are part of the cell.
            lines = io.TextIOWrapper(self._raw, encoding=self._encoding, newline="")
            reader = csv.reader(_bounded(lines), delimiter=self._delimiter)
            line = 1
            try:
                for cells in reader:
                    yield line, cells
                    line = reader.line_num + 1
            except csv.Error as error:
                raise ConfigError(
                    f"line {line}: {error}; a quotation mark opened there is probably never closed", field="path"
                ) from error
            except UnicodeDecodeError as error:
                raise ConfigError(
                    f"near line {line}: {error.object[error.start : error.start + 4]!r} is not {self._encoding}; "
                    "set encoding, for example to cp1252",
                    field="encoding",
                ) from error


def detect_encoding(path: Path) -> str:
    """The encoding of a text file: its byte order mark, else UTF-16 by its zero bytes, else UTF-8, else cp1252."""
    with path.open("rb") as file:
        head = file.read(4096)
        for mark, encoding in _BOMS:
            if head.startswith(mark):
                return encoding
        if head[1::2].count(0) > len(head) * 0.2:
            return "utf-16-le"
        if head[0::2].count(0) > len(head) * 0.2:
            return "utf-16-be"
    return next((encoding for encoding in ("utf-8", "cp1252") if _decodes(path, encoding)), "latin-1")


def first_rows(path: Path, encoding: str, delimiter: str, count: int) -> list[tuple[int, list[str]]]:
    """The first records, for looking at."""
    return [row for row, _ in zip(TextRows(path, encoding, delimiter), range(count), strict=False)]


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _bounded(lines: io.TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := lines.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise ConfigError(
                f"line {number} is longer than {MAX_LINE:,} characters; this is no table of invoices", field="path"
            )
        yield line
