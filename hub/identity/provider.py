"""The OpenID Connect provider: what its discovery document says, and the keys that its tokens are signed with.

Read when first needed and remembered: ten minutes while the provider answers, a day while it does not. A key id that
nobody knows yet has the keys read once more, so that new keys count at once, but no more than once a minute, so that
made-up key ids cannot make the hub knock at the provider's door.
"""

import base64
import binascii
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import orjson

from hub.errors import UnavailableError

log = logging.getLogger(__name__)

ALGORITHMS = ("RS256", "ES256")
"""All that a token may be signed with. A key is good for one of them alone, whatever a token says."""
FRESH, STALE = timedelta(minutes=10), timedelta(hours=24)
REFETCH, RETRY = timedelta(minutes=1), timedelta(seconds=10)
MAX_BYTES, MAX_KEYS = 256 * 1024, 100
_MIN_BITS, _MAX_BITS = 2048, 8192
_LOOPBACK = ("127.0.0.1", "::1", "localhost")

Send = Callable[..., Mapping[str, Any]]
"""`send(method, url, **options)`: the JSON object that a server answers with 200. Raises ProviderError."""


class ProviderError(UnavailableError):
    """The sign-in provider does not answer, or answers what cannot be used. The log has the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What the hub needs of the discovery document. Optional endpoints are None."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    names_issuer: bool
    """Whether each answer to an authorization request says who it is from (RFC 9207)."""
    takes_secret_in_body: bool


@dataclass(frozen=True, slots=True)
class _Known:
    metadata: Metadata
    keys: Mapping[tuple[str, str], Any]
    read_at: datetime


class Provider:
    """One provider, as far as this process knows it. Any thread may ask."""

    def __init__(self, issuer: str, send: Send | None = None) -> None:
        self.issuer = issuer
        self.send = send or _send
        self._known: _Known | None = None
        self._failed_at: datetime | None = None
        self._refetched_at: datetime | None = None
        self._lock = threading.Lock()

    def metadata(self, now: datetime) -> Metadata:
        """The discovery document. Raises ProviderError where there is none to go by."""
        return self._current(now).metadata

    def key(self, kid: str, algorithm: str, now: datetime) -> Any | None:
        """The public key of that id for that algorithm, as joserfc has it; None if the provider has none.

        Raises ProviderError where no keys are known.
        """
        known = self._current(now)
        found = known.keys.get((kid, algorithm))
        if found is None and known.read_at < now and self._may_refetch(now):
            log.info("a token names an unknown key; reading the provider's keys again")
            found = (self._read(now) or known).keys.get((kid, algorithm))
        return found

    def _current(self, now: datetime) -> _Known:
        known = self._known
        if known and now - known.read_at < FRESH:
            return known
        # Who finds old keys while somebody is at it goes on with those; who has none waits.
        if self._lock.acquire(blocking=known is None):
            try:
                known = self._known
                if not (known and now - known.read_at < FRESH) and not self._has_just_failed(now):
                    known = self._read(now) or known
            finally:
                self._lock.release()
        if known is None or now - known.read_at >= STALE:
            raise ProviderError("The sign-in provider does not answer. Try again in a moment.")
        return known

    def _has_just_failed(self, now: datetime) -> bool:
        return self._failed_at is not None and timedelta() <= now - self._failed_at < RETRY

    def _may_refetch(self, now: datetime) -> bool:
        with self._lock:
            if self._refetched_at is not None and now - self._refetched_at < REFETCH:
                return False
            self._refetched_at = now
            return True

    def _read(self, now: datetime) -> _Known | None:
        try:
            metadata = read_metadata(self.issuer, self.send)
            keys = usable_keys(self.send("GET", metadata.jwks_uri))
        except ProviderError as error:
            self._failed_at = now
            log.warning("the sign-in provider's keys cannot be read: %s", error)
            return None
        self._failed_at = None
        self._known = _Known(metadata, keys, now)
        return self._known


@cache
def provider_of(issuer: str) -> Provider:
    """The provider of this process; one, so that all who ask share what is known of it."""
    return Provider(issuer)


def read_metadata(issuer: str, send: Send) -> Metadata:
    """The discovery document of an issuer. Raises ProviderError, also if it is somebody else's."""
    check_address(issuer, "oidc_issuer")
    document = send("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if document.get("issuer") != issuer:
        raise ProviderError(f"oidc_issuer is {issuer!r}, but the provider calls itself {document.get('issuer')!r}")

    def address(name: str, *, needed: bool = True) -> str | None:
        value = document.get(name)
        if value is None and not needed:
            return None
        if not isinstance(value, str):
            raise ProviderError(f"the discovery document has no {name}")
        check_address(value, name)
        return value

    methods = document.get("token_endpoint_auth_methods_supported")
    return Metadata(
        issuer=issuer,
        authorization_endpoint=address("authorization_endpoint") or "",
        token_endpoint=address("token_endpoint") or "",
        jwks_uri=address("jwks_uri") or "",
        userinfo_endpoint=address("userinfo_endpoint", needed=False),
        end_session_endpoint=address("end_session_endpoint", needed=False),
        names_issuer=document.get("authorization_response_iss_parameter_supported") is True,
        takes_secret_in_body=isinstance(methods, list)
        and "client_secret_post" in methods
        and "client_secret_basic" not in methods,
    )


def check_address(url: str, what: str) -> None:
    """Raises ProviderError unless `url` is https, or http on this machine: keys sent in the clear prove nothing."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if host is None or not (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)):
        raise ProviderError(f"{what} is no https address: {url[:200]!r}")


def usable_keys(document: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    """The public keys of a JWKS by key id and the one algorithm each is good for; what cannot be used is left out."""
    listed = document.get("keys")
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise ProviderError(f"the key set has no list of at most {MAX_KEYS} keys")
    keys: dict[tuple[str, str], Any] = {}
    for each in listed:
        if isinstance(each, dict) and (found := _usable(each)) is not None:
            algorithm, key = found
            keys.setdefault((each["kid"], algorithm), key)
    return keys


def _usable(jwk: Mapping[str, Any]) -> tuple[str, Any] | None:
    # Late: most requests come with an API key and need none of this.
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, RSAKey

    if not isinstance(jwk.get("kid"), str) or jwk.get("use", "sig") != "sig":
        return None
    kind: type[RSAKey] | type[ECKey]
    names: tuple[str, ...]
    if jwk.get("kty") == "RSA" and _MIN_BITS <= _bits(jwk.get("n")) <= _MAX_BITS:
        algorithm, kind, names = "RS256", RSAKey, ("kty", "n", "e")
    elif jwk.get("kty") == "EC" and jwk.get("crv") == "P-256":
        algorithm, kind, names = "ES256", ECKey, ("kty", "crv", "x", "y")
    else:
        return None
    if jwk.get("alg", algorithm) != algorithm:
        return None
    try:
        # Only what makes a public key: nothing else in there is to be acted on.
        return algorithm, kind.import_key({name: jwk[name] for name in names})
    except (JoseError, ValueError, TypeError, KeyError) as error:
        log.warning("the provider's key %.100r cannot be read: %s", jwk["kid"], error)
        return None


def _bits(modulus: object) -> int:
    if not isinstance(modulus, str):
        return 0
    try:
        number = base64.urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4))
    except (binascii.Error, ValueError):
        return 0
    return int.from_bytes(number, "big").bit_length()


@cache
def _client() -> Any:
    from hub import outbound

    # The operator names the issuer, which may well be a machine of their own. One client, kept: making one reads all
    # the authorities that the system trusts.
    return outbound.client(allow_private=True, max_bytes=MAX_BYTES)


def _send(method: str, url: str, **options: Any) -> Mapping[str, Any]:
    import httpx

    try:
        response = _client().request(method, url, **options)
    except httpx.HTTPError as error:
        raise ProviderError(f"{_place(url)} does not answer: {type(error).__name__} {error}") from error
    document = _json(response.content)
    if response.status_code != 200 or document is None:
        code = document.get("error") if document else None
        raise ProviderError(f"{_place(url)} answers {response.status_code} {str(code or '')[:100]}".rstrip())
    return document


def _json(body: bytes) -> dict[str, Any] | None:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
