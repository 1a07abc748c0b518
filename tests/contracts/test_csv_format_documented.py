"""docs/csv-format.md names every field and header that the connector recognises, and its example goes through."""

import re
from decimal import Decimal
from pathlib import Path

from hub.sdk.manifest import read_manifest
from plugins.connectors.csv import paypredict_manifests
from plugins.connectors.csv.fields import FIELDS, HEADERS
from plugins.connectors.csv.options import Options
from plugins.connectors.csv.plugin import CsvConnector, inspect, problems

DOCUMENT = (Path(__file__).parents[2] / "docs" / "csv-format.md").read_text(encoding="utf-8")


def test_every_field_and_header_is_documented():
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| (.+) \|$", DOCUMENT, re.MULTILINE))
    assert {field: tuple(headers.split(", ")) for field, headers in rows.items()} == HEADERS


def test_the_example_is_a_clean_ledger(tmp_path):
    path = tmp_path / "example.csv"
    path.write_text(DOCUMENT.split("```csv\n")[1].split("```")[0], encoding="utf-8")
    plan = inspect(path)
    assert {each.field for each in plan.columns} <= FIELDS
    assert not list(problems(path, plan))
    totals = CsvConnector({"path": str(path)}).tie_out()
    assert totals.receivable == {"USD": Decimal("250.00"), "EUR": Decimal("99.50")}


def test_the_manifest_offers_exactly_the_settings_there_are():
    (path,) = paypredict_manifests()
    manifest = read_manifest(path)
    assert set(manifest.config["properties"]) == {"path", *Options.__dataclass_fields__}
    assert manifest.entry == "plugins.connectors.csv.plugin:CsvConnector"
