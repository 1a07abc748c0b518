"""Every plugin of the hub's own keeps the contract of its kind, and discovery imports none of their code."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from hub import registry
from hub.cli.plugin import command
from hub.sdk.manifest import KINDS, Manifest

OWN = registry.load({registry.THIRD_PARTY_SWITCH: "off"})


@pytest.mark.parametrize("slug", [manifest.slug for manifest in OWN.manifests()])
def test_own_plugins_keep_their_contract(slug):
    assert registry.check(OWN, slug) == []


@pytest.mark.parametrize("slug", [manifest.slug for manifest in OWN.manifests()])
def test_config_is_a_json_schema_with_titles(slug):
    config = OWN.get(slug).config
    for name, field in config.get("properties", {}).items():
        assert field.get("title"), f"{slug}: config field {name} has no title for the form"


def test_discovery_imports_no_plugin_code():
    script = (
        "import sys; from hub import registry; registry.load({}); "
        "print([name for name in sys.modules if name.endswith('.plugin') or name in ('xgboost', 'numpy', 'scipy')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


class Half:
    """Keeps a part of the connector's contract."""

    streams = ()

    def check(self):
        """Nothing."""

    def read(self, stream):
        """No cursor."""

    def map(self, stream, item):
        """Nothing."""


def test_every_kind_has_a_contract():
    for kind in KINDS:
        manifest = Manifest(slug="half", name="Half", version="1", kind=kind, api=1, entry=f"{__name__}:Half")
        assert registry.check(registry.Registry({"half": manifest}, {"half": "x"}, []), "half"), kind


def test_what_a_plugin_lacks_is_said():
    manifest = Manifest(slug="half", name="Half", version="1", kind="connector", api=1, entry=f"{__name__}:Half")
    found = registry.check(registry.Registry({"half": manifest}, {"half": "x"}, []), "half")
    assert found == [
        "Half.read(self, stream) does not take cursor",
        "Half lacks the method tie_out(self) -> hub.sdk.connector.Totals | None of Connector",
    ]


def test_the_list_for_programs():
    answer = CliRunner().invoke(command, ["list", "--json"])
    document = json.loads(answer.stdout)
    assert answer.exit_code == 0
    assert {"csv", "naive", "xgboost_hazard"} <= {plugin["slug"] for plugin in document["plugins"]}
    assert document["broken"] == []


def test_broken_plugins_are_listed_with_their_reason(tmp_path, monkeypatch):
    info = tmp_path / "sad-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: sad\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[paypredict.plugins]\nsad = sad_plugin\n")
    (tmp_path / "sad_plugin.py").write_text("raise SystemExit('no licence')")
    monkeypatch.syspath_prepend(str(tmp_path))
    listed = CliRunner().invoke(command, ["list", "--traceback"])
    assert listed.exit_code == 1
    assert "broken     sad (sad): SystemExit: no licence\n" in listed.stdout
    assert 'sad_plugin.py", line 1' in listed.stdout
    assert "csv" in listed.stdout
    checked = CliRunner().invoke(command, ["check"])
    assert checked.exit_code == 1
    assert "sad (sad): SystemExit: no licence" in checked.stderr
    assert "csv: sound" in checked.stdout
