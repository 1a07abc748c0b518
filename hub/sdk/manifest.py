"""A plugin's manifest: plain data in `manifest.toml` beside its code, read without importing the plugin."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from hub.sdk.errors import ConfigError

API_VERSION = 1
"""The plugin interface this SDK speaks; a manifest names the one it was written for."""

Kind = Literal["connector", "forecast", "risk", "classifier", "channel", "writer"]
KINDS: tuple[Kind, ...] = ("connector", "forecast", "risk", "classifier", "channel", "writer")

AuthKind = Literal["oauth2_code", "oauth2_client_credentials", "oauth2_jwt", "oauth1", "basic", "api_key"]
AUTH_KINDS: tuple[AuthKind, ...] = get_args(AuthKind)
Rotation = Literal["never", "always", "sometimes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """One way to be let in by a provider; where a manifest has several, a person chooses by `title`.

    Addresses may hold `{names}` of config properties. `config` is a JSON Schema object of what a person enters for
    this way alone, beside the plugin's own. What each kind takes from there, or from the operator's app:

    - oauth2_code: client_id, client_secret; a person consents in the browser. `callback` names the parameters that
      come back with the code and belong to the grant.
    - oauth2_client_credentials: client_id, client_secret.
    - oauth2_jwt: client_id, certificate_id (the JWT's kid), private_key (PEM; PS256 or ES256 by its type).
    - oauth1: consumer_key, consumer_secret, token_id, token_secret, realm; each request is signed (HMAC-SHA256).
    - basic: username, password.   - api_key: api_key, sent as the header `header`.

    `write_scopes` are asked for beside `scopes` where an admin lets the hub write documents; none where `scopes` reach
    so far. `rotates` says whether a refresh brings a new refresh token (sometimes: it may), `reuse_window_seconds` for
    how long the old one still works then, `idle_days` when an unused one dies, `hard_days` when any does.
    """

    method: str
    kind: AuthKind
    title: str
    authorize_url: str = ""
    token_url: str = ""
    revoke_url: str = ""
    scopes: Mapping[str, str] = field(default_factory=dict)
    write_scopes: Mapping[str, str] = field(default_factory=dict)
    pkce: bool = False
    client_auth: Literal["basic", "body"] = "basic"
    callback: tuple[str, ...] = ()
    rotates: Rotation = "never"
    reuse_window_seconds: int = 0
    idle_days: int | None = None
    hard_days: int | None = None
    header: str = "Authorization"
    config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the provider allows for one company, over all who ask; None: not limited. The hub stays below."""

    per_minute: int | None = None
    per_day: int | None = None
    concurrent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """How the provider signs what it announces: HMAC of the raw body, in a header.

    `secret` names what it is made with: a config property that is `x-secret`, or of the operator's app.
    """

    header: str
    algorithm: Literal["sha256", "sha512"] = "sha256"
    encoding: Literal["base64", "hex"] = "base64"
    secret: str = "webhook_secret"  # noqa: S105 - its name


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the hub has to know before it loads a plugin.

    `config` is a JSON Schema (2020-12) object: it draws the form, validates what is entered and, by `x-secret`, names
    what is sealed. `entry` is `module:attribute` of the plugin class. `hosts` are all the hosts it may talk to.
    A connector that calls its provider has `auth`, the ways to be let in; `addresses` names where it calls ("api" and
    what else), each with `{names}` of config properties where it differs by customer.
    A channel that also takes in messages has `inbound_config`, the same for an address that they come in by.
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
    inbound_config: Mapping[str, Any] = field(default_factory=dict)
    auth: tuple[Auth, ...] = ()
    addresses: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = Limits()
    webhook: Webhook | None = None


def read_manifest(path: Path) -> Manifest:
    """The manifest in a TOML file. Raises ConfigError naming the file and the field that cannot be used."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as a manifest: {error}") from error
    known = set(Manifest.__dataclass_fields__)
    required = {"slug", "name", "version", "kind", "api", "entry"}
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
            "auth": tuple(_part(path, Auth, each, "auth") for each in data.get("auth", ())),
            "limits": _part(path, Limits, data.get("limits", {}), "limits"),
            "webhook": _part(path, Webhook, data["webhook"], "webhook") if "webhook" in data else None,
        }
    )


Part = TypeVar("Part", Auth, Limits, Webhook)


def _part(path: Path, kind: type[Part], data: Mapping[str, Any], name: str) -> Part:
    """One table of the manifest. Raises ConfigError for what is missing, unknown or none of the words it may be."""
    known = kind.__dataclass_fields__
    if unknown := sorted(data.keys() - known.keys()):
        raise ConfigError(f"{path}: {name} does not know {', '.join(unknown)}", field=name)
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    try:
        part = kind(**values)
    except TypeError as error:
        raise ConfigError(f"{path}: {name}: {error}", field=name) from error
    for key, hint in get_type_hints(kind).items():
        if get_origin(hint) is Literal and getattr(part, key) not in get_args(hint):
            raise ConfigError(
                f"{path}: {name}.{key} {getattr(part, key)!r} is none of {', '.join(get_args(hint))}", field=name
            )
    return part
