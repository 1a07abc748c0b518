"""Plugins are found through entry points; what is broken is named and stops nothing."""

import sys

import pytest

from hub import registry
from hub.errors import NotFoundError
from hub.sdk.errors import ConfigError

HOOK = """
from pathlib import Path
from hub.sdk.hookspecs import hookimpl

@hookimpl
def paypredict_manifests():
    return [Path(__file__).with_name("manifest.toml")]
"""
PLUGIN = """
class Plugin:
    def __init__(self, config):
        self.config = config
"""


def broken(found, name):
    (only,) = [plugin for plugin in found.broken if plugin.name == f"{name} ({name})"]
    return only


def test_a_planted_plugin_is_found_without_importing_its_code(plant, manifest):
    plant("acme", HOOK, manifest("acme"), PLUGIN)
    found = registry.load({})
    assert found.get("acme").name == "Acme"
    assert found.origins["acme"] == "acme"
    assert "planted_acme.plugin" not in sys.modules
    assert "acme" in [plugin.slug for plugin in found.manifests("connector")]
    assert "acme" not in [plugin.slug for plugin in found.manifests("forecast")]


def test_each_plugin_object_is_made_anew(plant, manifest):
    plant("acme", HOOK, manifest("acme"), PLUGIN)
    found = registry.load({})
    one, other = found.make("acme", {"of": "one"}), found.make("acme", {"of": "other"})
    assert one is not other
    assert one.config == {"of": "one"}
    assert found.load("acme") is type(one)


def test_the_hubs_own_plugins_are_all_sound():
    found = registry.load({registry.THIRD_PARTY_SWITCH: "off"})
    assert found.broken == []
    assert {"csv", "naive", "xgboost_hazard"} <= {plugin.slug for plugin in found.manifests()}
    assert set(found.origins.values()) == {registry.OWN_DISTRIBUTION}


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("raise SystemExit('not today')", "SystemExit: not today"),
        ("class Stop(BaseException): pass\nraise Stop('at all')", "Stop: at all"),
        ("def (", "SyntaxError: invalid syntax (__init__.py, line 1)"),
        ("", "planted_bad has no hook paypredict_manifests"),
        (
            "from hub.sdk.hookspecs import hookimpl\n@hookimpl\ndef paypredict_manifest(): return []",
            "PluginValidationError: unknown hook 'paypredict_manifest'",
        ),
        (
            "from hub.sdk.hookspecs import hookimpl\n@hookimpl\ndef paypredict_manifests(tenant): return []",
            "PluginValidationError: Plugin 'bad' for hook 'paypredict_manifests'",
        ),
        (
            "from hub.sdk.hookspecs import hookimpl\n@hookimpl\ndef paypredict_manifests(): raise SystemExit(2)",
            "SystemExit: 2",
        ),
        (
            "from hub.sdk.hookspecs import hookimpl\n@hookimpl\ndef paypredict_manifests(): yield 7",
            "TypeError: ",
        ),
        (HOOK, "manifest.toml: cannot be read as a manifest"),
    ],
)
def test_a_broken_plugin_is_named_with_its_traceback_and_the_others_work(plant, manifest, code, error):
    plant("good", HOOK, manifest("good"), PLUGIN)
    plant("bad", code)
    found = registry.load({})
    plugin = broken(found, "bad")
    assert error in plugin.error
    assert plugin.traceback.startswith("Traceback (most recent call last):")
    assert found.get("good")
    assert found.get("csv")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"api": 99}, "written for plugin interface 99, this hub speaks 1"),
        ({"kind": "magic"}, "kind 'magic' is none of connector"),
        ({"slug": "Not-A-Slug"}, "slug 'Not-A-Slug' must be lower case"),
        ({"entry": "nowhere"}, "entry 'nowhere' must be module:attribute"),
        ({"price": 3}, "does not know price"),
    ],
)
def test_a_bad_manifest_says_what_is_wrong(plant, manifest, changes, error):
    plant("bad", HOOK, manifest(**{"slug": "bad"} | changes))
    assert error in broken(registry.load({}), "bad").error


def test_nobody_takes_a_slug_of_the_hubs_own(plant, manifest):
    plant("acme", HOOK, manifest("csv"))
    found = registry.load({})
    assert broken(found, "acme").error == "slug 'csv' is taken by the distribution paypredict; choose another"
    assert found.origins["csv"] == "paypredict"


def test_others_plugins_can_be_left_out(plant, manifest):
    plant("acme", "raise SystemExit", manifest("acme"))
    found = registry.load({registry.THIRD_PARTY_SWITCH: "off"})
    assert found.broken == []
    assert "planted_acme" not in sys.modules


def test_an_interrupt_by_the_user_is_not_taken_for_a_plugins_fault(plant):
    plant("slow", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        registry.load({})


@pytest.mark.parametrize(
    ("plugin", "error"),
    [
        ("import no_such_module", "No module named 'no_such_module'"),
        ("raise SystemExit(1)", "SystemExit: 1"),
        ("", "has no attribute 'Plugin'"),
    ],
)
def test_code_that_cannot_be_loaded_is_a_config_error(plant, manifest, plugin, error):
    plant("acme", HOOK, manifest("acme"), plugin)
    found = registry.load({})
    with pytest.raises(ConfigError, match=f"plugin acme cannot be loaded from planted_acme.plugin:Plugin: .*{error}"):
        found.make("acme")


def test_an_unknown_slug_names_those_there_are():
    with pytest.raises(NotFoundError, match=r"there is no plugin 'cvs'; there are .*csv"):
        registry.load({}).get("cvs")
