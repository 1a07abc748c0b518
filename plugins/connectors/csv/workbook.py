"""Excel workbooks (.xlsx): measured before they are opened, then read as rows of text."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from hub.sdk.errors import ConfigError

MAX_UNPACKED = 1 << 30
MAX_RATIO = 200
"""How often its own size a workbook may unpack to, once that is more than UNSUSPECTED; real ones stay below 50."""
UNSUSPECTED = 64 << 20
MAX_ENTRIES = 10_000
MAX_CELLS = 60_000_000
_CHUNK = 1 << 20
_REFERENCE = re.compile(rb"""\sr=["']([A-Z]{1,3})(\d{1,7})["']""")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


class SheetRows:
    """The rows of one worksheet as text, each with its row number. The whole sheet is in memory, unlike a CSV."""

    def __init__(self, path: Path, sheet: str) -> None:
        self._sheet = _open(path).get_sheet_by_name(sheet)
        self._read = 0

    @property
    def share(self) -> float:
        """How much of the sheet has been read, 0 to 1."""
        return min(self._read / max(self._sheet.height, 1), 1.0)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        start, self._read = self._sheet.start, 0
        first, indent = (start[0], [""] * start[1]) if start else (0, [])
        for cells in self._sheet.iter_rows():
            self._read += 1
            yield first + self._read, indent + [_text(cell) for cell in cells]


def is_workbook(path: Path) -> bool:
    """Whether a file is an .xlsx by its content. Raises ConfigError for Excel's old format."""
    with path.open("rb") as file:
        head = file.read(4)
    if head == _OLD_EXCEL:
        raise ConfigError("this is an old Excel file (.xls) or a protected one; save it as .xlsx or CSV", field="path")
    return head == b"PK\x03\x04"


def sheet_names(path: Path) -> list[str]:
    """The worksheets of a workbook that is safe to open. Raises ConfigError naming what is wrong with it."""
    _measure(path)
    return list(_open(path).sheet_names)


def _open(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(str(path))
    except CalamineError as error:
        raise ConfigError(
            f"{path.name} cannot be read as .xlsx: {error}; save it again or as CSV", field="path"
        ) from error


def _measure(path: Path) -> None:
    """Unpack a workbook without keeping it, so that neither a zip bomb nor a far-off cell can take all memory."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries, names = archive.infolist(), archive.namelist()
            if "xl/workbook.xml" not in names:
                raise ConfigError(f"{path.name} is a zip file but no .xlsx workbook; give a CSV or .xlsx", field="path")
            if len(names) != len(set(names)) or archive.comment:
                # What one reader finds in such an archive, another may not.
                raise ConfigError(f"{path.name} is packed ambiguously; save it again or as CSV", field="path")
            left = min(MAX_UNPACKED, max(UNSUSPECTED, MAX_RATIO * path.stat().st_size))
            if len(entries) > MAX_ENTRIES:
                raise ConfigError(f"{path.name} holds more than {MAX_ENTRIES:,} parts; save it as CSV", field="path")
            if sum(entry.file_size for entry in entries) > left:
                raise _absurd(path)
            for entry in entries:
                sheet = entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml")
                left -= _unpacked(path, archive, entry, left, count_cells=sheet)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise ConfigError(f"{path.name} cannot be unpacked: {error}; save it again or as CSV", field="path") from error


def _unpacked(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int, *, count_cells: bool) -> int:
    size, columns, rows, tail = 0, 0, 0, b""
    with archive.open(entry) as packed:
        while chunk := packed.read(_CHUNK):
            size += len(chunk)
            if size > left:
                raise _absurd(path)
            if size == len(chunk) and b"<!DOCTYPE" in chunk:
                # Entities unpack once more, in the reader. Excel writes none.
                raise ConfigError(f"{path.name} declares a document type; save it again or as CSV", field="path")
            if count_cells:
                for letters, row in _REFERENCE.findall(tail + chunk):
                    columns, rows = max(columns, _column(letters)), max(rows, int(row))
                tail = chunk[-32:]
    # A reader lays a sheet out as a full rectangle, so one cell at XFD1048576 would ask for 17 billion.
    if columns * rows > MAX_CELLS:
        raise ConfigError(
            f"{path.name}: a sheet spans {rows:,} rows and {columns:,} columns; delete what lies outside the table, "
            "or save it as CSV",
            field="path",
        )
    return size


def _absurd(path: Path) -> ConfigError:
    most = f"{MAX_UNPACKED >> 30} GiB, or {MAX_RATIO} times its size"
    return ConfigError(f"{path.name} unpacks to more than {most}; save it as CSV", field="path")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _text(cell: object) -> str:
    """A cell as a CSV would write it: ISO dates, and fractions with four decimals so that their point is one."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.4f}"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date | time | timedelta | int):
        return str(cell)
    return ""
