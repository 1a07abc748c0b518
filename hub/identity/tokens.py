"""A provider's signed tokens: access tokens that callers show, and the ID token that ends a sign-in.

Whoever shows a token learns nothing of why it is refused; the log does, without the token.
"""

import hmac
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.identity.provider import ALGORITHMS, Provider, provider_of
from hub.settings import Settings

log = logging.getLogger(__name__)

SKEW_SECONDS = 30
"""How far the provider's clock may be from ours."""
MAX_LENGTH = 16_384
MAX_SUBJECT = 255

_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_ACCESS_TYPES = ("at+jwt", "application/at+jwt", "jwt")
_ID_TYPES = ("jwt", None)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a good token says: whom it is about, in whose words, and all else as it stands in `values`."""

    issuer: str
    subject: str
    values: Mapping[str, Any]


class RefusedTokenError(Exception):
    """The token is not good; the text says why, for the log alone."""


def verifier(settings: Settings, provider: Provider | None = None) -> Callable[[str, datetime], Claims | None]:
    """Tells what an access token says at an instant; None if it is not good, or not meant for this API.

    It raises ProviderError while the provider's keys cannot be read.
    """
    audience = settings.oidc_audience
    # An ID token's audience is the client: were it the API's too, what a browser is told would open the API.
    is_open = bool(settings.oidc_issuer and audience and audience != settings.oidc_client_id)
    if settings.oidc_issuer and not is_open:
        log.warning("no access token is accepted: set oidc_audience, to something other than oidc_client_id")

    def verify(token: str, now: datetime) -> Claims | None:
        if not is_open:
            return None
        known = provider or provider_of(settings.oidc_issuer)
        try:
            return check(known, token, now, audience=audience, types=_ACCESS_TYPES)
        except RefusedTokenError as error:
            log.info("an access token was refused", extra={"fields": {"reason": str(error)}})
            return None

    return verify


def check_id_token(provider: Provider, token: str, now: datetime, *, client_id: str, nonce: str) -> Claims:
    """What the ID token says that ends the sign-in begun with `nonce`. Raises RefusedTokenError, ProviderError."""
    claims = check(provider, token, now, audience=client_id, types=_ID_TYPES)
    named = claims.values.get("nonce")
    if not isinstance(named, str) or not hmac.compare_digest(named.encode(), nonce.encode()):
        raise RefusedTokenError("nonce is not the one that was sent")
    party = claims.values.get("azp")
    audience = claims.values["aud"]
    if party not in (None, client_id) or (party is None and isinstance(audience, list) and len(audience) > 1):
        raise RefusedTokenError("azp is another client")
    return claims


def check(provider: Provider, token: str, now: datetime, *, audience: str, types: tuple[str | None, ...]) -> Claims:
    """What a token of the provider says to `audience`. Raises RefusedTokenError, ProviderError."""
    if len(token) > MAX_LENGTH or not _SHAPE.fullmatch(token):
        raise RefusedTokenError("it has not the shape of a signed token")
    # Late: most requests come with an API key and need none of this.
    from joserfc import jws, jwt
    from joserfc.errors import JoseError

    try:
        header = jws.extract_compact(token.encode()).headers()
        if not isinstance(header, dict):
            raise RefusedTokenError("its header is no object")
        algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ")
        if algorithm not in ALGORITHMS:
            raise RefusedTokenError(f"alg is {algorithm!r:.50}")
        if (kind.lower() if isinstance(kind, str) else kind) not in types:
            raise RefusedTokenError(f"typ is {kind!r:.50}")
        key = provider.key(kid, algorithm, now) if isinstance(kid, str) else None
        if key is None:
            raise RefusedTokenError(f"kid is {kid!r:.100}, of no key of the provider for {algorithm}")
        # Header parameters that we do not know mean nothing to us; those under `crit` are refused all the same.
        registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
        values = jwt.decode(token, key, [algorithm], registry).claims
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=SKEW_SECONDS,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        ).validate(values)
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise RefusedTokenError(f"{type(error).__name__}: {error}"[:200]) from error
    if len(values["sub"]) > MAX_SUBJECT or not values["sub"].isprintable():
        raise RefusedTokenError("sub is no name that can be kept")
    return Claims(provider.issuer, values["sub"], values)
