"""The operator's apps: what this installation is known by at each provider, and where a provider is, if not where its
manifest says (a sandbox, a provider in a box). A TOML file of the operator's, read anew when it changes.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hub.redaction import hide
from hub.sdk.errors import ConfigError
from hub.settings import Settings

FILE = "connectors.toml"
"""Under data_dir, where the setting names no other."""
_SETTING = "connector_apps_file"
_TEXTS = ("client_id", "client_secret", "webhook_secret")
_SECRETS = ("client_secret", "webhook_secret")
_LIMITS = ("per_minute", "per_day", "concurrent")


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One provider's table. Texts are empty where the operator named none.

    `addresses` stand in for the manifest's by their names, and for those of its ways to be let in as `authorize_url`,
    `token_url` and `revoke_url`; http and this machine are allowed there. `limits` stand in for the manifest's, for a
    provider grants some apps and customers less, or more.
    """

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)
    addresses: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)


_read: dict[Path, tuple[tuple[int, int], Mapping[str, App]]] = {}


def of(settings: Settings, slug: str) -> App:
    """The operator's app for a plugin. Raises ConfigError naming the file, the table and the key that is wrong."""
    path = Path(settings.connector_apps_file or settings.data_dir / FILE).expanduser()
    try:
        status = path.stat()
    except OSError as error:
        if not settings.connector_apps_file and isinstance(error, FileNotFoundError):
            return App()
        raise ConfigError(f"connector_apps_file: {path} cannot be read: {error.strerror}", field=_SETTING) from error
    stamp = (status.st_mtime_ns, status.st_size)
    if (held := _read.get(path)) is None or held[0] != stamp:
        held = _read[path] = (stamp, read(path))
    return held[1].get(slug, App())


def read(path: Path) -> dict[str, App]:
    """All apps of a file, by slug. Raises ConfigError."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        # The message of a decoder names the place alone, never what stands there.
        raise ConfigError(f"{path}: cannot be read as TOML: {error}") from error
    return {slug: _app(path, slug, table) for slug, table in data.items()}


def _app(path: Path, slug: str, table: Any) -> App:
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: {slug} must be a table: [{slug}]", field=slug)
    known = {each.name for each in fields(App)}
    if unknown := sorted(table.keys() - known):
        raise ConfigError(f"{path}: [{slug}] does not know {', '.join(unknown)}", field=unknown[0])
    for key in _TEXTS:
        value = table.get(key, "")
        if not isinstance(value, str) or not (value.isprintable() and value == value.strip()):
            raise ConfigError(f"{path}: [{slug}] {key} must be text in quotes, without spaces around it", field=key)
        if key in _SECRETS and value:
            hide(value, lasting=True)
    for part in ("addresses", "limits"):
        if not isinstance(table.get(part, {}), dict):
            raise ConfigError(f"{path}: [{slug}] {part} must be a table: [{slug}.{part}]", field=part)
    for key, value in table.get("addresses", {}).items():
        if not isinstance(value, str) or not _is_address(value):
            message = f"{path}: [{slug}.addresses] {key} must be an address that begins with http:// or https://"
            raise ConfigError(message, field=key)
    for key, value in table.get("limits", {}).items():
        if key not in _LIMITS:
            raise ConfigError(f"{path}: [{slug}.limits] does not know {key}; it knows {', '.join(_LIMITS)}", field=key)
        if type(value) is not int or value < 1:
            raise ConfigError(f"{path}: [{slug}.limits] {key} must be a whole number from 1 on", field=key)
    return App(**table)


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and "@" not in value
    except ValueError:
        return False
