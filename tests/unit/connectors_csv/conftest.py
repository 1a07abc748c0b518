"""A file written for one test, read through the connector."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hub.sdk.errors import RecordError
from hub.sdk.records import Record
from plugins.connectors.csv.plugin import CsvConnector

FIXTURES = Path(__file__).parents[2] / "fixtures" / "csv"


class Reading:
    """All that a connector says of a file: its plan, records, rejected rows and total."""

    def __init__(self, path: Path, **config: object) -> None:
        self.path = path
        self.connector = CsvConnector({"path": str(path), "skip_bad": True, **config})
        self.plan = self.connector.plan
        self.records: list[Record] = []
        self.errors: list[RecordError] = []
        self.items = [item for page in self.connector.read("rows", None) for item in page.items]
        for item in self.items:
            try:
                self.records += self.connector.map("rows", item)
            except RecordError as error:
                self.errors.append(error)
        self.total = self.connector.tie_out()

    def of(self, kind: type) -> list:
        """The records of a type, each external id once."""
        found = {record.external_id: record for record in self.records if isinstance(record, kind)}
        return list(found.values())

    def columns(self) -> dict[str, str]:
        """Field to column, as recognised."""
        return {each.field: each.column for each in self.plan.columns}


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Reading]:
    """Write a text as a file and read it; further arguments are the connector's settings."""

    def reading(text: str | bytes, **config: object) -> Reading:
        path = tmp_path / "ledger.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return Reading(path, **config)

    return reading


@pytest.fixture
def export() -> Callable[..., Reading]:
    """Read one of the sample exports."""
    return lambda name, **config: Reading(FIXTURES / name, **config)
