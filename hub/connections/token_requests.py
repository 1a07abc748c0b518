"""What is asked of a provider's token address: a grant for a code, new tokens, and that a grant be revoked.

Each is asked once. Whether to ask again after an answer was lost is decided where it is known what that may cost:
hub.connections.tokens.
"""

import json
import math
import uuid
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from hub import outbound
from hub.connections.clients import Client
from hub.connections.retrying import retry_after
from hub.redaction import hide, redact
from hub.sdk.errors import AuthError, ConfigError, TransientError
from hub.sdk.manifest import Auth

if TYPE_CHECKING:
    import httpx

MAX_BYTES = 256 * 1024
_LONGEST_SECONDS = 20 * 366 * 86400
_ASSERTION_SECONDS = 300
# Providers name them back, leave them out, or turn them into an ID token or a refresh token.
_NOT_COMPARED = frozenset({"openid", "profile", "email", "offline_access"})
_PASSING = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
_CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a token address gave. None: it did not say."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_in: int | None = None
    refresh_expires_in: int | None = None
    scopes: tuple[str, ...] | None = None


class LostAnswer(Exception):
    """Nobody knows whether the provider did what it was asked: the refresh token may be spent."""


class GrantRefused(AuthError):
    """The provider does not honour the grant any more, or not yet."""


def exchange_code(client: Client, code: str, redirect_uri: str, verifier: str | None) -> Grant:
    """The grant for a code that came back from the provider; a code is good once.

    Raises AuthError (the code or a part of the consent is missing: connect again), ConfigError (the app is not known
    there), TransientError.
    """
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    if verifier:
        form["code_verifier"] = verifier
    try:
        grant = _ask(client, form)
    except LostAnswer as error:
        raise TransientError(f"{client.auth.title}: the provider did not answer; connect again", 0) from error
    check_scopes(client.auth, grant)
    return grant


def renew(client: Client, refresh_token: str) -> Grant:
    """New tokens for a refresh token. Raises LostAnswer, GrantRefused, AuthError, ConfigError, TransientError."""
    return _ask(client, {"grant_type": "refresh_token", "refresh_token": refresh_token})


def ask_as_client(client: Client) -> Grant:
    """A token for the client itself. Raises as `renew`."""
    form = {"grant_type": "client_credentials"}
    if client.auth.scopes:
        form["scope"] = " ".join(client.auth.scopes)
    return _ask(client, form)


def ask_with_key(client: Client) -> Grant:
    """A token for a JWT that the connection's private key signs (RFC 7523). Raises as `renew`."""
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion(client),
    }
    return _ask(client, form, proves_itself=True)


def assertion(client: Client) -> str:
    """The JWT: by the certificate's id, for the token address, good for five minutes. Raises ConfigError."""
    # Late: a connector that signs nothing needs none of this.
    from joserfc import jwk, jwt
    from joserfc.errors import JoseError

    text = client.value("private_key")
    try:
        key: Any = jwk.import_key(text, _kind(text))
        algorithm = "PS256" if key.key_type == "RSA" else _CURVES[key.curve_name]
        now = int(client.now())
        claims: dict[str, Any] = {
            "iss": client.value("client_id"),
            "sub": client.value("client_id"),
            "aud": client.addresses.token_url,
            "iat": now,
            "exp": now + _ASSERTION_SECONDS,
            "jti": uuid.uuid4().hex,
        }
        scopes = list(client.auth.scopes)
        if scopes:
            claims["scope"] = scopes[0] if len(scopes) == 1 else scopes
        header = {"alg": algorithm, "typ": "JWT", "kid": client.value("certificate_id")}
        return jwt.encode(header, claims, key, algorithms=[algorithm])
    except (JoseError, ValueError, TypeError, KeyError) as error:
        # Without its message: nobody knows what of the key a library puts there.
        message = "private_key cannot be used: it must be an RSA (2048 bits or more) or EC private key as PEM"
        raise ConfigError(f"{client.auth.title}: {message}, without a passphrase", field="private_key") from error


def revoke(client: Client, token: str) -> bool:
    """Have the provider end the grant that a token is of; False where it has no way to be told.

    A token that it does not know any more counts as revoked. Raises TransientError and ConfigError.
    """
    if not client.addresses.revoke_url:
        return False
    try:
        answer = _post(client, client.addresses.revoke_url, {"token": token}, proves_itself=False)
    except LostAnswer as error:
        raise TransientError(f"{client.auth.title}: the provider did not answer when told to revoke") from error
    if answer.status_code in (200, 202, 204) or (answer.status_code == 400 and _error(answer) != "invalid_client"):
        return True
    raise _refusal(client, answer, "revoke the grant")


def check_scopes(auth: Auth, grant: Grant) -> None:
    """Raises AuthError where the provider says that it granted less than the connector needs."""
    if grant.scopes is None:
        return
    if lacking := sorted(set(auth.scopes) - set(grant.scopes) - _NOT_COMPARED):
        raise AuthError(f"{auth.title}: not all was allowed; reconnect and allow {', '.join(lacking)} as well")


def read_grant(body: bytes) -> Grant | None:
    """The grant in an answer, however it spells its numbers; None where there is no token in it."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not (access := _text(data.get("access_token"))):
        return None
    refresh_ends = (data.get(f"{name}expires_in") for name in ("x_refresh_token_", "refresh_token_", "refresh_"))
    scope = data.get("scope")
    return Grant(
        access_token=access,
        refresh_token=_text(data.get("refresh_token")),
        expires_in=_seconds(data.get("expires_in")),
        refresh_expires_in=next(filter(None, map(_seconds, refresh_ends)), None),
        # Spaces by the standard; some list them.
        scopes=tuple(scope.split()) if isinstance(scope, str) and scope.strip() else None,
    )


def _ask(client: Client, form: Mapping[str, str], *, proves_itself: bool = False) -> Grant:
    answer = _post(client, client.addresses.token_url, form, proves_itself=proves_itself)
    if answer.status_code == 200:
        if grant := read_grant(answer.content):
            hide(grant.access_token)
            if grant.refresh_token:
                hide(grant.refresh_token)
            return grant
        if not _error(answer):
            raise LostAnswer("an answer without a token")
    raise _refusal(client, answer, "grant a token")


def _post(client: Client, url: str, form: Mapping[str, str], *, proves_itself: bool) -> "httpx.Response":
    import httpx  # late, as its module asks

    if not url:
        raise ConfigError(f"{client.auth.title} has no token address")
    private = client.addresses.is_operators(url)
    headers, form = {"Accept": "application/json"}, dict(form)
    if not proves_itself:
        client_id, secret = client.value("client_id"), client.value("client_secret")
        if client.auth.client_auth == "basic":
            pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": client_id, "client_secret": secret}
    hosts = None if private else client.addresses.hosts
    with outbound.client(
        allow_private=private,
        hosts=hosts,
        ports=client.addresses.ports,
        timeout=client.deadline_seconds,
        max_bytes=MAX_BYTES,
    ) as http:
        try:
            return http.post(url, data=form, headers=headers)
        except (outbound.RefusedError, httpx.InvalidURL) as error:
            raise ConfigError(f"{client.auth.title}: {redact(str(error))}") from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise TransientError(f"{client.auth.title}: the provider's token address cannot be reached") from error
        except httpx.HTTPError as error:
            raise LostAnswer(type(error).__name__) from error


def _refusal(client: Client, answer: "httpx.Response", what: str) -> Exception:
    """What an answer that is no grant means, as the error to raise."""
    title, status, error = client.auth.title, answer.status_code, _error(answer)
    # What gives no reason in the protocol's own words comes from something in between, and passes.
    is_said = bool(error) or status == 401
    if not is_said or status == 429 or status >= 500 or error in _PASSING:
        return TransientError(f"{title}: the provider cannot {what} just now ({status})", retry_after(answer.headers))
    if error == "invalid_grant":
        return GrantRefused(f"{title}: the provider does not honour the grant any more; it was revoked or has expired")
    if error in ("invalid_client", "unauthorized_client") or status == 401:
        said = "the provider does not know the client id and secret"
        if client.operators_app:
            return ConfigError(
                f"{title}: {said} of [{client.name}] in the connector apps file; correct them there",
                field="client_secret",
            )
        return AuthError(f"{title}: {said} that were entered; enter them anew")
    return AuthError(f"{title}: the provider will not {what}: {error} ({status})")


def _error(answer: "httpx.Response") -> str:
    """The error's code, cut down to what a code may be: what a provider says is shown to people."""
    try:
        data = json.loads(answer.content)
    except (ValueError, RecursionError):
        return ""
    code = data.get("error") if isinstance(data, dict) else None
    return "".join(each for each in code if each.isalnum() or each in "_-. ")[:60] if isinstance(code, str) else ""


def _text(value: Any) -> str | None:
    """A token as it may go into a header."""
    is_one = isinstance(value, str) and 0 < len(value) <= 60_000 and value.isascii() and value.isprintable()
    return value if is_one else None


def _seconds(value: Any) -> int | None:
    """A lifetime, given as a number or its text; None for what is no time to come."""
    try:
        seconds = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None
    return min(int(seconds), _LONGEST_SECONDS) if math.isfinite(seconds) and seconds >= 1 else None


def _kind(pem: str) -> Literal["RSA", "EC"]:
    """What kind of key it is; one in PKCS 8 does not say so outside."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return "RSA" if isinstance(load_pem_private_key(pem.encode(), None), rsa.RSAPrivateKey) else "EC"
