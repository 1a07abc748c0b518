"""A plugin's manifest: plain data in `manifest.toml` beside its code, read without importing the plugin."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from hub.sdk.errors import ConfigError

API_VERSION = 1
"""The plugin interface this SDK speaks; a manifest names the one it was written for."""

Kind = Literal["connector", "forecast", "risk", "classifier", "channel", "writer"]
KINDS: tuple[Kind, ...] = ("connector", "forecast", "risk", "classifier", "channel", "writer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the hub has to know before it loads a plugin.

    `config` is a JSON Schema (2020-12) object: it draws the form, validates what is entered and, by `x-secret`, names
    what is sealed. `entry` is `module:attribute` of the plugin class. `hosts` are all the hosts it may talk to.
    """

    slug: str
    name: str
    version: str
    kind: Kind
    api: int
    entry: str
    summary: str = ""
    hosts: tuple[str, ...] = ()
    capabilities: frozenset[str] = frozenset()
    config: Mapping[str, Any] = field(default_factory=dict)


def read_manifest(path: Path) -> Manifest:
    """The manifest in a TOML file. Raises ConfigError naming the file and the field that cannot be used."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as a manifest: {error}") from error
    known = set(Manifest.__dataclass_fields__)
    required = known - {"summary", "hosts", "capabilities", "config"}
    if missing := sorted(required - data.keys()):
        raise ConfigError(f"{path}: lacks {', '.join(missing)}", field=missing[0])
    if unknown := sorted(data.keys() - known):
        raise ConfigError(f"{path}: does not know {', '.join(unknown)}", field=unknown[0])
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,40}", str(data["slug"])):
        raise ConfigError(f"{path}: slug {data['slug']!r} must be lower case letters, digits and _", field="slug")
    if data["kind"] not in KINDS:
        raise ConfigError(f"{path}: kind {data['kind']!r} is none of {', '.join(KINDS)}", field="kind")
    if data["api"] != API_VERSION:
        raise ConfigError(
            f"{path}: written for plugin interface {data['api']}, this hub speaks {API_VERSION}", field="api"
        )
    if not re.fullmatch(r"[\w.]+:\w+", str(data["entry"])):
        raise ConfigError(f"{path}: entry {data['entry']!r} must be module:attribute", field="entry")
    return Manifest(
        **{
            **data,
            "hosts": tuple(data.get("hosts", ())),
            "capabilities": frozenset(data.get("capabilities", ())),
            "config": data.get("config", {}),
        }
    )
