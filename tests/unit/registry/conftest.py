"""Distributions planted on the path, each a folder with a module and the entry point that an installer would write."""

import sys

import pytest


@pytest.fixture
def plant(tmp_path, monkeypatch):
    """Plant a distribution whose package holds `code` and, unless None, a manifest; returns the package's folder."""

    def plant(name: str, code: str, manifest: str | None = None, plugin: str = ""):
        site = tmp_path / name
        package = site / f"planted_{name}"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(code)
        (package / "plugin.py").write_text(plugin)
        if manifest is not None:
            (package / "manifest.toml").write_text(manifest)
        info = site / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[paypredict.plugins]\n{name} = planted_{name}\n")
        monkeypatch.syspath_prepend(str(site))
        return package

    yield plant
    for module in [module for module in sys.modules if module.startswith("planted_")]:
        del sys.modules[module]


@pytest.fixture
def manifest():
    """The text of a connector's manifest, with fields replaced by keyword."""

    def manifest(slug: str, **changes) -> str:
        fields = {
            "slug": slug,
            "name": slug.title(),
            "version": "1.0.0",
            "kind": "connector",
            "api": 1,
            "entry": f"planted_{slug}.plugin:Plugin",
        } | changes
        return "".join(
            f"{key} = {value}\n" if isinstance(value, int) else f'{key} = "{value}"\n' for key, value in fields.items()
        )

    return manifest
