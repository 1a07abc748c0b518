"""hub.sdk.network.Network: a channel's way out, by way of hub.outbound, to where its manifest and the operator say."""

import socket
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hub.connections import addresses, apps
from hub.sdk.errors import ConfigError, TransientError, UncertainError
from hub.sdk.http import Answer
from hub.sdk.manifest import Manifest
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.connections.addresses import Addresses

MAX_BYTES = 4 * 2**20
"""Of an answer."""
_HTTPS = 443
_LOWEST_PORT = 1024


class HubNetwork:
    """The way out for one channel; raises ConfigError for a config from which no address can be made."""

    def __init__(self, settings: Settings, manifest: Manifest, config: Mapping[str, Any]) -> None:
        self._settings, self._manifest = settings, manifest
        self._places: Addresses = addresses.of(manifest, None, apps.of(settings, manifest.slug), config)
        self.addresses: Mapping[str, str] = MappingProxyType(dict(self._places.named))

    def connect(self, host: str, port: int, timeout: float) -> socket.socket:
        """An open connection. As hub.sdk.network.Network says."""
        from hub import outbound  # late: it brings httpx

        if self._manifest.hosts and host.lower() not in self._places.hosts:
            raise ConfigError(f"{host} is not called: it is none of the plugin's hosts", field="host")
        try:
            return outbound.connect(host, port, timeout, allow_private=self._settings.is_private_host(host))
        except PermissionError as error:
            raise ConfigError(str(error), field="host") from error
        except OSError as error:
            raise TransientError(f"{host}:{port} does not answer: {error.strerror or error}") from error

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float = 20.0,
    ) -> Answer:
        """Ask, and wait for the answer. As hub.sdk.network.Network says."""
        import httpx  # late, as its module asks

        from hub import outbound

        if not url.startswith(("http://", "https://")):
            url = self._places.absolute(url)
        host, is_private, hosts = self._place(url)
        ports = {_HTTPS, *self._places.ports, *self._own_port(url)}
        client = outbound.client(
            allow_private=is_private, hosts=hosts, ports=ports, timeout=timeout, max_bytes=MAX_BYTES, packed=True
        )
        try:
            with client:
                response = client.request(method, url, headers=dict(headers or {}), content=body)
                response.read()
        except (outbound.RefusedError, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise ConfigError(str(error)) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.LocalProtocolError) as error:
            raise TransientError(f"{host} does not answer: {type(error).__name__}") from error
        except httpx.HTTPError as error:
            raise UncertainError(f"{host} was asked and did not answer: {type(error).__name__}") from error
        return Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=response.content,
        )

    def _place(self, url: str) -> tuple[str, bool, frozenset[str] | None]:
        """The host, whether it may be a private one, and which hosts outbound.client is to let through."""
        try:
            parts = urlsplit(url)
            host, _ = (parts.hostname or "").lower(), parts.port
        except ValueError as error:
            raise ConfigError("this is no address") from error
        if not host:
            raise ConfigError("this is no address")
        if not self._manifest.hosts:
            # It calls where the tenant says; only the operator's word opens what is private.
            return host, self._settings.is_private_host(host), None
        is_operators = self._places.is_operators(url)
        return host, is_operators, None if is_operators else self._places.hosts

    def _own_port(self, url: str) -> set[int]:
        port = urlsplit(url).port
        return {port} if port and not self._manifest.hosts and port >= _LOWEST_PORT else set()
