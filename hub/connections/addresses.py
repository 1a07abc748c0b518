"""Where the calls of one connection go, and where they may: the manifest's addresses with the customer's own parts
filled in, or those that the operator named instead.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from hub.connections.apps import App
from hub.sdk.errors import ConfigError
from hub.sdk.manifest import Auth, Manifest

_PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*(?::[0-9]{{2,5}})?")
_AUTH_URLS = ("authorize_url", "token_url", "revoke_url")
_HTTPS = 443
_LOWEST_PORT = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """`named` has the manifest's addresses by name; `hosts` and `ports` are what outbound.client takes.

    `operators` are the origins that the operator named: only these may be http, or in the hub's own network.
    """

    named: Mapping[str, str]
    authorize_url: str
    token_url: str
    revoke_url: str
    hosts: frozenset[str]
    ports: frozenset[int]
    operators: frozenset[str]

    def is_operators(self, url: str) -> bool:
        """Whether the operator named where `url` is. Raises ConfigError where it is none of the plugin's places."""
        parts = _parts(url)
        if _origin(url) in self.operators:
            return True
        host = parts.hostname or ""
        if parts.scheme != "https" or parts.username is not None:
            raise ConfigError(f"{_shown(url)} is not called: only https addresses without a user's name are")
        if (parts.port or _HTTPS) not in self.ports:
            raise ConfigError(f"{_shown(url)} is not called: port {parts.port} is none of the plugin's")
        if not any(host == each or (each.startswith("*.") and host.endswith(each[1:])) for each in self.hosts):
            raise ConfigError(f"{_shown(url)} is not called: it is none of the plugin's hosts")
        return False

    def absolute(self, url: str) -> str:
        """`url` where it has a host, else at the address named "api". Raises ConfigError as `is_operators` does."""
        if not url.startswith(("http://", "https://")):
            if url.startswith(("//", "\\")) or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", url):
                raise ConfigError(f"{_shown(url)} is no address that is called")
            base = self.named.get("api", "")
            url = f"{base.rstrip('/')}/{url.lstrip('/')}" if url else base
        self.is_operators(url)
        return url


def of(manifest: Manifest, auth: Auth | None, app: App, config: Mapping[str, Any]) -> Addresses:
    """The addresses of a connection with this `config`. Raises ConfigError naming the property that cannot be used."""
    ours = app.addresses
    named = {
        name: ours.get(name) or fill(template, config) for name, template in {**manifest.addresses, **ours}.items()
    }
    urls = {name: named.pop(name, "") or fill(getattr(auth, name, ""), config) for name in _AUTH_URLS}
    filled = [named[name] for name in manifest.addresses if name not in ours]
    filled += [url for name, url in urls.items() if url and name not in ours]
    return Addresses(
        named=named,
        **urls,
        hosts=frozenset(_hosts(manifest.hosts, config)),
        ports=frozenset({_HTTPS, *(_parts(url).port or _HTTPS for url in filled)}),
        operators=frozenset(_origin(url) for url in ours.values()),
    )


def fill(template: str, config: Mapping[str, Any]) -> str:
    """`template` with its {names} replaced from `config`; no value can lead to another host than it stands for.

    In a host's name underscores become dashes and letters small, as providers do with account ids. A template may also
    begin with a name that stands for a whole https address. Raises ConfigError.
    """
    start = template.find("://")
    authority_ends = template.find("/", start + 3) if start >= 0 else -1

    def put(match: re.Match[str]) -> str:
        name = match[1]
        value = str(config.get(name) or "").strip()
        if not value:
            raise ConfigError(f"{name} is needed to know where to call", field=name)
        if start < 0 and match.start() == 0:
            return _whole(name, value)
        if authority_ends < 0 or match.start() < authority_ends:
            host = value.lower().replace("_", "-")
            if not _HOST.fullmatch(host) or not _is_port(host.partition(":")[2]):
                raise ConfigError(f"{name} {value[:80]!r} cannot be part of a host's name", field=name)
            return host
        if value in (".", ".."):
            raise ConfigError(f"{name} {value!r} cannot be part of an address", field=name)
        return quote(value, safe="")

    return _PLACE.sub(put, template)


def _whole(name: str, value: str) -> str:
    if "://" not in value:
        value = f"https://{value}"
    try:
        parts = _parts(value)
    except ConfigError as error:
        raise ConfigError(f"{name}: {error}", field=name) from error
    port = parts.netloc.rpartition(":")[2] if parts.port else ""
    if parts.scheme != "https" or "@" in value or parts.query or parts.fragment or not _is_port(port):
        raise ConfigError(f"{name} must be an https address without a question mark", field=name)
    if not _HOST.fullmatch(parts.netloc.lower()):
        raise ConfigError(f"{name} {value[:80]!r} names no host", field=name)
    return value.rstrip("/")


def _is_port(text: str) -> bool:
    return not text or int(text) == _HTTPS or _LOWEST_PORT <= int(text) <= 65535


def _hosts(patterns: Iterable[str], config: Mapping[str, Any]) -> Iterable[str]:
    for pattern in patterns:
        if any(not config.get(name) for name in _PLACE.findall(pattern)):
            continue  # of a way to be let in that this connection does not use
        whole = pattern if "://" in pattern or pattern.startswith("{") else f"https://{pattern.removeprefix('*.')}"
        host = _parts(fill(whole, config)).hostname or ""
        yield f"*.{host}" if pattern.startswith("*.") else host


def _origin(url: str) -> str:
    parts = _parts(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or (_HTTPS if parts.scheme == 'https' else 80)}"


def _parts(url: str) -> Any:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ConfigError(f"{_shown(url)} is no address") from error
    if any(ord(letter) <= 32 or letter == "\\" for letter in url):
        raise ConfigError(f"{_shown(url)} is no address: it has spaces or backslashes in it")
    return parts


def _shown(url: str) -> str:
    """What an error may show of an address: not the query, which may hold anything."""
    return repr(url.partition("?")[0][:200])
