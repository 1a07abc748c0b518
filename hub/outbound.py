"""The only way the hub calls out: to public addresses by https, briefly, and taking no more than it can hold.

An address that somebody else names (a webhook, a provider's base URL, an issuer) must not become a way into the network
that the hub stands in. So the check is made where the connection is: on the very address that is connected to, after
the name was resolved and at each redirect anew. Import this late: it brings httpx with it.
"""

import ipaddress
import logging
import os
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any

import certifi
import httpcore
import httpx

log = logging.getLogger(__name__)

TIMEOUT = 10.0
MAX_BYTES = 10 * 2**20
USER_AGENT = "PayPredict"

RECEIVED = "paypredict.received"
"""Name of an answer's extension that counts the bytes of its body as they came, packed or not."""
_UNPACKED_AT_ONCE = 256 * 1024

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Not public in fact, whatever `is_global` says: IETF protocol assignments, a cloud's host agent, relays into IPv4,
# examples, and the site-local addresses of before.
_ALSO_REFUSED = tuple(
    ipaddress.ip_network(each)
    for each in (
        "192.0.0.0/24",
        "168.63.129.16/32",
        "192.88.99.0/24",
        "64:ff9b:1::/48",
        "2002::/16",
        "3fff::/20",
        "fec0::/10",
    )
)
_PRIVATE = tuple(
    ipaddress.ip_network(each)
    for each in ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
_METADATA = ipaddress.ip_network("fd00:ec2::/32")
# In a network without IPv4, names that have only such an address stand under this prefix (NAT64).
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


class RefusedError(httpx.TransportError):
    """Where the hub does not go. Nothing was sent."""


class OverrunError(httpx.TransportError):
    """An answer that is larger than the caller takes; the rest of it was not read."""


def client(
    *,
    allow_private: bool = False,
    hosts: Collection[str] | None = None,
    ports: Collection[int] = (443,),
    timeout: float = TIMEOUT,
    max_bytes: int = MAX_BYTES,
    packed: bool = False,
) -> httpx.Client:
    """A client for calls to one provider; what goes wrong is an httpx.HTTPError (or InvalidURL: it is no address).

    `allow_private` is for addresses that the operator named: any port, http too, loopback and private networks; cloud
    metadata stays refused. `hosts` are the names that may be called, exact or `*.example.com`; None: any public one.
    A request with its whole answer takes at most `timeout` seconds (the name's resolution aside) and `max_bytes`.
    Redirects are answers like others; who follows them has each hop checked. Proxies and .netrc are not consulted.
    `packed`: answers may come packed by gzip; `max_bytes` is of what is unpacked, which stops there. What came over the
    line is in the answer's `extensions[RECEIVED]`.
    """
    transport = _Transport(allow_private, hosts, ports, timeout, max_bytes, packed)
    return httpx.Client(
        transport=transport,
        timeout=timeout,
        trust_env=False,
        follow_redirects=False,
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip" if packed else "identity"},
    )


def connect(host: str, port: int, timeout: float, *, allow_private: bool = False) -> socket.socket:
    """A TCP connection to a host that speaks no HTTP, by the same rules as to where; what goes wrong is an OSError.

    `timeout` seconds are for the connection (the name's resolution aside), and then for each read and write.
    """
    try:
        addresses = _resolve(host, port)
    except httpcore.ConnectError as error:
        raise OSError(str(error)) from error
    if not all(is_allowed(address, allow_private=allow_private) for address in addresses):
        raise PermissionError(str(_refused(host, "its address is not a public one")))
    until, failed = time.monotonic() + timeout, OSError(f"{host} has no address")
    for address in addresses:
        try:
            opened = socket.create_connection((str(address), port), max(until - time.monotonic(), 0.1))
        except OSError as error:
            failed = error
        else:
            opened.settimeout(timeout)
            return opened
    raise failed


def is_allowed(address: Address, *, allow_private: bool = False) -> bool:
    """Whether the hub connects to `address`: to public ones, and where it may to private ones and loopback."""
    if isinstance(address, ipaddress.IPv6Address) and (address.ipv4_mapped or address in _TRANSLATED):
        address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _METADATA:
        return False
    if any(address in network for network in _PRIVATE):
        return allow_private
    if address.is_multicast or address.is_reserved or address.is_link_local or not address.is_global:
        return False
    return not any(address in network for network in _ALSO_REFUSED)


class _Deadline(threading.local):
    """Until when the request of this thread may take, as time.monotonic has it."""

    until = float("inf")

    def left(self, timeout: float | None) -> float:
        left = self.until - time.monotonic()
        return left if timeout is None else min(left, timeout)


class _Transport(httpx.HTTPTransport):
    """Checks where a request goes before it is sent, and what comes back while it is read."""

    def __init__(
        self,
        allow_private: bool,
        hosts: Collection[str] | None,
        ports: Collection[int],
        timeout: float,
        max_bytes: int,
        packed: bool,
    ) -> None:
        context = _trusting(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        super().__init__(verify=context, trust_env=False)
        self._allow_private = allow_private
        self._hosts = None if hosts is None else frozenset(host.lower().rstrip(".") for host in hosts)
        self._ports = frozenset(ports)
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._packed = packed
        self._deadline = _Deadline()
        # The pool knows a connection by the host's name, so TLS is for the name; the backend alone knows the address.
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=20,
            max_keepalive_connections=5,
            keepalive_expiry=30,
            network_backend=_Backend(allow_private, self._deadline),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._check(request.url)
        until = self._deadline.until = time.monotonic() + self._timeout
        response = super().handle_request(request)
        response.stream = _Answer(response, self._max_bytes, self._deadline, until, self._packed)
        return response

    def _check(self, url: httpx.URL) -> None:
        host = url.host.lower().rstrip(".")
        if url.scheme != "https" and not (self._allow_private and url.scheme == "http"):
            raise _refused(host, "only https addresses are called")
        if url.userinfo:
            raise _refused(host, "an address with a user's name or password in it is not called")
        if not self._allow_private and (url.port or 443) not in self._ports:
            raise _refused(host, f"port {url.port} is not called")
        if self._hosts is not None and not any(_is_named(host, pattern) for pattern in self._hosts):
            raise _refused(host, "it is none of the hosts that were declared")


class _Answer(httpx.SyncByteStream):
    """An answer's body, up to a size and a time."""

    def __init__(
        self, response: httpx.Response, max_bytes: int, deadline: _Deadline, until: float, packed: bool
    ) -> None:
        assert isinstance(response.stream, httpx.SyncByteStream)
        self._stream = response.stream
        self._packing = response.headers.get("content-encoding", "identity").strip().lower()
        self._extensions = response.extensions
        self._unpack = packed and self._packing == "gzip"
        if self._unpack:
            # It is unpacked here, where it is bounded; to all others it never was packed.
            del response.headers["content-encoding"]
            response.headers.pop("content-length", None)
        self._max_bytes = max_bytes
        self._deadline = deadline
        self._until = until

    def __iter__(self) -> Iterator[bytes]:
        if self._packing not in ("identity", "") and not self._unpack:
            raise OverrunError(f"The answer is packed ({self._packing[:40]!r}) though that was not asked for.")
        size = 0
        # The thread may have sent another request since.
        self._deadline.until = self._until
        for piece in _unpacked(self._received()) if self._unpack else self._received():
            size += len(piece)
            if size > self._max_bytes:
                raise OverrunError(f"The answer is larger than {self._max_bytes:,} bytes.")
            yield piece
            self._deadline.until = self._until

    def _received(self) -> Iterator[bytes]:
        received = 0
        for piece in self._stream:
            received += len(piece)
            self._extensions[RECEIVED] = received
            yield piece

    def close(self) -> None:
        self._stream.close()


def _unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """What gzip packed, a little at a time, for a few kilobytes may unpack to gigabytes."""
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        for piece in pieces:
            while piece:
                yield unpacker.decompress(piece, _UNPACKED_AT_ONCE)
                piece = unpacker.unconsumed_tail
    except zlib.error as error:
        raise httpx.DecodingError("The answer is not packed as it says.") from error
    if not unpacker.eof:
        raise httpx.RemoteProtocolError("The answer ends before what is packed in it does.")


class _Backend(httpcore.NetworkBackend):
    """Connects to the address that it has checked, and to no other that the name may stand for a moment later."""

    def __init__(self, allow_private: bool, deadline: _Deadline) -> None:
        self._allow_private = allow_private
        self._deadline = deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = _resolve(host, port)
        # One refused address among good ones is a trick or a mistake; neither is worth a try.
        if not all(is_allowed(address, allow_private=self._allow_private) for address in addresses):
            raise _refused(host, "its address is not a public one")
        failed: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            left = _left(self._deadline, timeout, httpcore.ConnectTimeout)
            try:
                stream = self._sockets.connect_tcp(str(address), port, left, local_address, socket_options or ())
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _Stream(stream, self._deadline)
        raise failed

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise _refused(path, "sockets of this machine are not called")


class _Stream(httpcore.NetworkStream):
    """A connection on which the whole request has one deadline, so that nobody holds it by a byte now and then."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline, timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline, timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: _Deadline, timeout: float | None, late: type[httpcore.TimeoutException]) -> float:
    left = deadline.left(timeout)
    if left <= 0:
        raise late("the answer took too long")
    return left


@lru_cache(maxsize=8)
def _trusting(file: str | None, folder: str | None) -> ssl.SSLContext:
    """What the system trusts (by these variables too, for a company's own authority), and the public authorities.

    Read once: it takes longer than most requests do.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _resolve(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"{host} is no host that can be found") from error
    # An IPv6 address may carry its interface after a percent sign.
    return list(dict.fromkeys(ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found))


def _is_named(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) and len(host) > len(pattern) - 1 if pattern.startswith("*.") else host == pattern


def _refused(host: str, why: str) -> RefusedError:
    log.warning("an outgoing call was refused", extra={"host": host[:255], "reason": why})
    return RefusedError(f"The hub does not call {host[:255]}: {why}.")
