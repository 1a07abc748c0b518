"""Signing in through the provider: Authorization Code with PKCE, the code exchanged here and never in the browser.

What a sign-in begins with (state, nonce, code verifier) is good once, for ten minutes, and in the browser that began
it: that browser alone holds the state as a cookie.
"""

import base64
import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote, urlencode

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from hub.identity import arrivals, claims, sessions, tokens, users
from hub.identity.claims import RefusedPersonError
from hub.identity.models import sign_in_states
from hub.identity.provider import Metadata, Provider, ProviderError, provider_of
from hub.identity.public_address import base_url
from hub.identity.sign_in import Visitor
from hub.settings import Settings
from hub.storage import audit
from hub.storage.session import Storage

log = logging.getLogger(__name__)

LIFETIME = timedelta(minutes=10)
CALLBACK = "/api/oidc/callback"
MAX_RETURN_TO = 1000

_PRINTABLE = re.compile(r"[!-~]+")


class SignInRefusedError(Exception):
    """The sign-in did not end well; `reason` names why for the sign-in page, the text says more, for the log."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and the state that it has to keep as a cookie."""

    address: str
    state: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The session's cookie, and the path on this hub to go on with."""

    cookie: str
    return_to: str


def is_on(settings: Settings) -> bool:
    """Whether people may sign in through a provider."""
    return bool(settings.oidc_issuer and settings.oidc_client_id)


def is_own_path(path: str) -> bool:
    """Whether `path` leads, in every browser and however often it is decoded, to a page of this hub."""
    if not _PRINTABLE.fullmatch(path) or "\\" in path:
        return False
    # What is decoded once too often is the path alone: a query leads nowhere, and may hold a name with spaces.
    plain = path.partition("?")[0].partition("#")[0]
    for _ in range(3):
        if not _PRINTABLE.fullmatch(plain) or not plain.startswith("/") or "\\" in plain or "//" in plain:
            return False
        if any(step in (".", "..") for step in re.split("[/?#]", plain)):
            return False
        plain = unquote(plain, errors="replace")
    return True


def begin(
    storage: Storage, settings: Settings, return_to: str, now: datetime, extra: Mapping[str, str] | None = None
) -> Begun:
    """Begin a sign-in that ends at `return_to`, a path of this hub. Raises ProviderError.

    `extra` goes on to the provider: `organization` and `prompt`.
    """
    metadata = provider_of(settings.oidc_issuer).metadata(now)
    state, nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    with storage.hub() as session:
        session.execute(delete(sign_in_states).where(sign_in_states.c.expires_at <= now))
        session.execute(
            insert(sign_in_states).values(
                state_hash=_hash(state),
                nonce=nonce,
                code_verifier=verifier,
                return_to=return_to,
                expires_at=now + LIFETIME,
            )
        )
    asked = {
        "response_type": "code",
        "client_id": settings.oidc_client_id,
        "redirect_uri": _callback(settings),
        "scope": settings.oidc_scopes,
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
    }
    return Begun(_with_query(metadata.authorization_endpoint, asked | dict(extra or {})), state)


def finish(
    storage: Storage,
    settings: Settings,
    answered: Mapping[str, str],
    kept_state: str,
    now: datetime,
    visitor: Visitor,
) -> Ended:
    """End a sign-in with what the provider sent the browser back with; `kept_state` is the browser's cookie.

    Raises SignInRefusedError. The state is used up whatever comes of it.
    """
    begun = _use_up(storage, answered.get("state", ""), kept_state, now)
    provider = provider_of(settings.oidc_issuer)
    try:
        metadata = provider.metadata(now)
        _check_answer(metadata, answered)
        said = _redeem(provider, metadata, settings, answered["code"], begun["code_verifier"], begun["nonce"], now)
    except (ProviderError, tokens.RefusedTokenError) as error:
        raise SignInRefusedError("provider", str(error)) from error
    try:
        with storage.hub() as session:
            cookie = _enter(session, said, now, settings, visitor)
    except RefusedPersonError as error:
        with storage.hub() as session:
            after = {"method": "oidc", "reason": error.reason, "subject": said.subject}
            audit.record(session, "session.failed", "user", after=after, outcome="denied")
        raise SignInRefusedError(error.reason, error.detail) from error
    return Ended(cookie, begun["return_to"])


def sign_out_address(settings: Settings, now: datetime) -> str | None:
    """Where the provider ends its own session and sends the browser back; None where it has no such place."""
    try:
        endpoint = provider_of(settings.oidc_issuer).metadata(now).end_session_endpoint
    except ProviderError:
        # The session here has ended; the provider's goes on until it can be asked again.
        return None
    if endpoint is None:
        return None
    back = f"{base_url(settings)}/sign-in"
    return _with_query(endpoint, {"client_id": settings.oidc_client_id, "post_logout_redirect_uri": back})


def _use_up(storage: Storage, state: str, kept_state: str, now: datetime) -> Mapping[str, str]:
    if not state or not hmac.compare_digest(state.encode(), kept_state.encode()):
        raise SignInRefusedError("expired", "the state is not this browser's")
    columns = sign_in_states.c
    used = delete(sign_in_states).where(columns.state_hash == _hash(state), columns.expires_at > now)
    with storage.hub() as session:
        row = session.execute(used.returning(columns.nonce, columns.code_verifier, columns.return_to)).one_or_none()
    if row is None:
        raise SignInRefusedError("expired", "the state is unknown, used or expired")
    return dict(row._mapping)


def _check_answer(metadata: Metadata, answered: Mapping[str, str]) -> None:
    sender = answered.get("iss")
    if sender != metadata.issuer and (sender is not None or metadata.names_issuer):
        raise ProviderError(f"the answer is from {sender!r:.200}")
    if error := answered.get("error"):
        reason = "access_denied" if error == "access_denied" else "provider"
        described = answered.get("error_description", "")
        raise SignInRefusedError(reason, f"the provider answered {error!r:.100}: {described!r:.300}")
    if not answered.get("code"):
        raise ProviderError("the answer has no code")


def _redeem(
    provider: Provider, metadata: Metadata, settings: Settings, code: str, verifier: str, nonce: str, now: datetime
) -> tokens.Claims:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _callback(settings),
        "client_id": settings.oidc_client_id,
        "code_verifier": verifier,
    }
    options: dict[str, Any] = {}
    if settings.oidc_client_secret and metadata.takes_secret_in_body:
        form["client_secret"] = settings.oidc_client_secret
    elif settings.oidc_client_secret:
        options["auth"] = (quote(settings.oidc_client_id, safe=""), quote(settings.oidc_client_secret, safe=""))
    answered = provider.send("POST", metadata.token_endpoint, data=form, **options)
    if not isinstance(answered.get("id_token"), str):
        raise ProviderError("the token endpoint answers without an ID token; is openid among oidc_scopes?")
    client_id = settings.oidc_client_id
    said = tokens.check_id_token(provider, answered["id_token"], now, client_id=client_id, nonce=nonce)
    if "email" in said.values or metadata.userinfo_endpoint is None:
        return said
    # Many providers tell of a person here only.
    bearer = {"Authorization": f"Bearer {answered.get('access_token')}"}
    person = provider.send("GET", metadata.userinfo_endpoint, headers=bearer)
    if person.get("sub") != said.subject:
        raise ProviderError("userinfo tells of somebody else")
    return replace(said, values={**person, **said.values})


def _enter(session: Session, said: tokens.Claims, now: datetime, settings: Settings, visitor: Visitor) -> str:
    user = arrivals.welcome(session, said, said.values, now)
    if user.disabled_at:
        raise RefusedPersonError("disabled", "The account is disabled.")
    tenant = claims.tenant(session, said.values, settings.oidc_tenant_claim)
    role, is_operator = claims.roles(said.values, settings.oidc_roles_claim)
    arrivals.follow_operator_claim(session, user, is_operator, now)
    if tenant and role is None and users.membership(session, user.id, tenant) is None:
        tenant = None
    with audit.acting(replace(audit.actor(), kind="person", id=str(user.id), name=user.email)):
        return sessions.create(
            session,
            user.id,
            "oidc",
            now,
            settings=settings,
            tenant_key=tenant,
            claimed_role=role if tenant else None,
            address=visitor.address,
            user_agent=visitor.user_agent,
        )


def _callback(settings: Settings) -> str:
    return base_url(settings) + CALLBACK


def _with_query(address: str, parameters: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters)}"


def _hash(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()
