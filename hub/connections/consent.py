"""A person's consent at the provider: Authorization Code with PKCE, the code exchanged here and never in the browser.

What a consent begins with is good once, for ten minutes, and in the browser that began it, which alone holds a secret
as a cookie; where a person began it, for that person alone. Anything else that comes back does nothing and is noted.
"""

import base64
import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from hub.connections import candidates, clients, service
from hub.connections.models import connect_states
from hub.connections.service import Connection
from hub.errors import HubError, NotFoundError
from hub.http.access import ACCESS
from hub.http.auditing import Refusals
from hub.http.context import Identity
from hub.identity.public_address import base_url, is_secure
from hub.jobs import service as jobs
from hub.sdk.errors import PluginError
from hub.sdk.manifest import Auth
from hub.settings import Settings
from hub.storage import audit
from hub.storage.audit import Actor
from hub.storage.session import Storage
from hub.storage.vault import Vault

log = logging.getLogger(__name__)

LIFETIME = timedelta(minutes=10)
CALLBACK = "/api/oauth/callback"
ENDED_AT = "/connections/view/"
"""Where a browser goes on, unless who began it named another page: the dashboard's, which says how it ended."""
OUTCOMES = ("checking", "denied", "refused", "failed")
"""What the page that a consent ends at is told."""
LONGEST = {"state": 200, "code": 4096, "error": 200, "error_description": 2000}
"""Of what providers send back; other parameters have LONGEST_VALUE."""
LONGEST_VALUE = 200

_refusals = Refusals()


@dataclass(slots=True, kw_only=True)
class Scope:
    """Where a consent is given: the process's services, for one tenant."""

    storage: Storage
    settings: Settings
    vault: Vault
    registry: Any
    tenant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Where to send the browser, and the cookie that it has to keep until it comes back."""

    address: str
    cookie: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a consent ended, for the page that the browser goes on with, and the job that tries the connection.

    `outcome`: checking, denied (by the person), refused (not this browser's or person's, expired, used), failed.
    """

    outcome: str
    return_to: str = ENDED_AT
    connection_id: UUID | None = None
    job_id: UUID | None = None


class NoConsentError(Exception):
    """What came back opens nothing: `outcome` is for the browser, the text for people and the audit."""

    def __init__(self, outcome: str, detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What a consent was begun with."""

    tenant_key: str
    connection_id: UUID
    user_id: UUID | None
    code_verifier: str | None = field(repr=False)
    redirect_uri: str
    return_to: str


_COLUMNS = tuple(connect_states.c[name] for name in _State.__slots__)
Identify = Callable[[str], Identity | None]
"""Who the browser that came back is signed in as, in a tenant."""


def begin(
    scope: Scope, connection: Connection, auth: Auth, *, user_id: UUID | None, return_to: str | None, now: datetime
) -> Begun:
    """Begin a consent that is to open a connection. `return_to` is a path of this hub. Raises ConfigError."""
    client = clients.client_of(scope, service.candidate_of(connection) or connection)
    state, secret, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    redirect_uri = base_url(scope.settings) + CALLBACK
    asked = {"response_type": "code", "client_id": client.value("client_id"), "redirect_uri": redirect_uri}
    scopes = [*auth.scopes, *(auth.write_scopes if connection.write_back else ())]
    asked |= {"state": state} | ({"scope": " ".join(scopes)} if scopes else {})
    if auth.pkce:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
        asked |= {"code_challenge": challenge.decode(), "code_challenge_method": "S256"}
    with scope.storage.hub() as session:
        session.execute(delete(connect_states).where(connect_states.c.expires_at <= now))
        session.execute(
            insert(connect_states).values(
                state_hash=_hash(state),
                browser_hash=_hash(secret),
                tenant_key=scope.tenant,
                connection_id=connection.id,
                user_id=user_id,
                code_verifier=verifier if auth.pkce else None,
                redirect_uri=redirect_uri,
                return_to=return_to or ENDED_AT,
                expires_at=now + LIFETIME,
            )
        )
    address = client.addresses.authorize_url
    joint = "&" if "?" in address else "?"
    return Begun(address=f"{address}{joint}{urlencode(asked)}", cookie=cookie_of(scope.settings, state), secret=secret)


def is_awaited(connection: Connection) -> bool:
    """Whether a connection waits for a consent: nobody has ended or connected it since it was asked for.

    What has been to a company is opened by what was proposed and proves good, never by what comes back alone.
    """
    return connection.candidate is not None or (connection.status != "disconnected" and connection.account_id is None)


def cookie_of(settings: Settings, state: str) -> str:
    """What the cookie is called that goes with a state: two consents in one browser do not get in each other's way."""
    # In letters, so that it is known for a cookie of ours wherever one is struck out.
    digest = _hash(state).hex()[:10].translate(str.maketrans("0123456789", "ghijklmnop"))
    return f"{'__Host-' if is_secure(settings) else ''}paypredict-connect-{digest}"


def finish(
    scope: Scope, answered: Mapping[str, str], cookies: Mapping[str, str], identify: Identify, now: datetime
) -> Ended:
    """End a consent with what the provider sent the browser back with. `scope` names no tenant yet."""
    state = answered.get("state", "")
    try:
        begun = _use_up(scope.storage, state, cookies.get(cookie_of(scope.settings, state), ""), now)
    except NoConsentError as error:
        _note_stranger(scope.storage, state, str(error))
        return Ended(outcome=error.outcome)
    scope = replace(scope, tenant=begun.tenant_key)
    ended = Ended(outcome="checking", return_to=begun.return_to, connection_id=begun.connection_id)
    try:
        with audit.acting(_actor(begun, identify)):
            return replace(ended, job_id=_redeem(scope, begun, answered))
    except NoConsentError as error:
        _note_failure(scope, begun, error)
        return replace(ended, outcome=error.outcome)


def _use_up(storage: Storage, state: str, secret: str, now: datetime) -> _State:
    """What this browser began, which is good no second time. Raises NoConsentError; then nothing has changed."""
    if not state or not secret or len(state) > LONGEST["state"]:
        raise NoConsentError("refused", "the state is not this browser's")
    columns = connect_states.c
    used = delete(connect_states).where(
        columns.state_hash == _hash(state), columns.browser_hash == _hash(secret), columns.expires_at > now
    )
    with storage.hub() as session:
        row = session.execute(used.returning(*_COLUMNS)).one_or_none()
    if row is None:
        raise NoConsentError("refused", "the state is unknown, used, expired or another browser's")
    return _State(**row._mapping)


def _actor(begun: _State, identify: Identify) -> Actor:
    """Who consents: whoever began it, and still may. Raises NoConsentError."""
    if begun.user_id is None:
        return audit.actor()
    person = identify(begun.tenant_key)
    rule = ACCESS["createConnection"]
    if person is None or person.id != str(begun.user_id) or not rule.allows(person.roles, person.scopes):
        raise NoConsentError("refused", "whoever came back is not signed in as the person who began it")
    return replace(audit.actor(), kind="person", id=person.id, name=person.name)


def _redeem(scope: Scope, begun: _State, answered: Mapping[str, str]) -> UUID:
    """Exchange the code, keep the grant, and have it tried; the job's id. No transaction is held over the exchange."""
    from hub.connections import token_requests, tokens  # late: they bring what calls providers

    changed = NoConsentError("failed", "the connection was changed meanwhile")
    with scope.storage.tenant(scope.tenant) as session:
        connection = _get(session, begun.connection_id)
    subject = service.candidate_of(connection) or connection
    try:
        auth = clients.way(scope.registry.get(subject.plugin), subject.auth_method)
        if auth.kind != "oauth2_code" or not is_awaited(connection):
            raise changed
        values = _read(auth, answered)
        client = clients.client_of(scope, subject)
        with scope.storage.tenant(scope.tenant) as session:
            # Now, for a grant that cannot be sealed when it has come is lost.
            scope.vault.sealing_key(session)
        grant = token_requests.exchange_code(client, answered["code"], begun.redirect_uri, begun.code_verifier)
    except (PluginError, HubError) as error:
        raise NoConsentError("failed", str(error)) from error
    with scope.storage.tenant(scope.tenant) as session:
        current = service.get(session, connection.id, for_update=True)
        if not is_awaited(current) or (service.candidate_of(current) or current).id != subject.id:
            raise changed
        scopes = grant.scopes or [*auth.scopes, *(auth.write_scopes if current.write_back else ())]
        candidates.bind(session, current, values, can_write=auth.write_scopes.keys() <= set(scopes))
        tokens.store(session, scope.vault, subject.id, grant, auth, is_new=True)
        if current.candidate is None:
            service.set_status(session, current.id, "pending")
        allowed = {"scopes": list(scopes)}
        audit.record(session, "connection.consented", "connection", current.id, after=allowed)
        return jobs.submit(session, "connections.check", {"connection_id": str(current.id)})


def _get(session: Session, connection_id: UUID) -> Connection:
    try:
        return service.get(session, connection_id)
    except NotFoundError as error:
        raise NoConsentError("failed", "the connection is gone") from error


def _read(auth: Auth, answered: Mapping[str, str]) -> dict[str, str]:
    """What came back with the code and belongs to the grant. Raises NoConsentError."""
    if error := answered.get("error"):
        said = f"the provider answered {error!r:.100}: {answered.get('error_description', '')!r:.300}"
        raise NoConsentError("denied" if error == "access_denied" else "failed", said)
    for name in ("code", *auth.callback):
        value = answered.get(name, "")
        if not value or len(value) > LONGEST.get(name, LONGEST_VALUE) or not value.isprintable():
            raise NoConsentError("failed", f"the provider's answer has no {name} that can be used")
    return {name: answered[name] for name in auth.callback}


def _note_failure(scope: Scope, begun: _State, error: NoConsentError) -> None:
    """Say at the connection, for whoever mends it, and in the audit why a consent came to nothing."""
    log.warning("a consent came to nothing", extra={"fields": {"outcome": error.outcome, "detail": str(error)}})
    words = {"denied": "Consent was not given. Connect again when you want to give it."}
    reason = words.get(error.outcome, f"The consent came to nothing: {error}. Connect again.")
    with scope.storage.tenant(scope.tenant) as session:
        after = {"outcome": error.outcome, "reason": str(error)}
        outcome: audit.Outcome = "denied" if error.outcome in ("denied", "refused") else "failed"
        audit.record(
            session, "connection.consent_failed", "connection", begun.connection_id, after=after, outcome=outcome
        )
        # Who is not the person that began it has nothing to say about the connection.
        if error.outcome != "refused":
            service.note_reason(session, begun.connection_id, reason)


def _note_stranger(storage: Storage, state: str, detail: str) -> None:
    """Note what came back from nowhere, in the audit of the tenant whose state it may be; a bounded number a minute."""
    log.warning("a consent is nobody's", extra={"fields": {"detail": detail}})
    with storage.hub() as session:
        query = select(connect_states.c.tenant_key, connect_states.c.connection_id)
        row = session.execute(query.where(connect_states.c.state_hash == _hash(state))).one_or_none()
        tenant, connection_id = row or (None, "")
        who = audit.actor()
        left_out = _refusals.admit(tenant or audit.INSTALLATION, f"{who.kind}:{who.id}", time.monotonic())
        if left_out is None:
            return
        after = {"outcome": "refused", "reason": detail} | ({"left_out_before": left_out} if left_out else {})
        audit.record(
            session,
            "connection.consent_failed",
            "connection",
            connection_id,
            tenant=tenant,
            after=after,
            outcome="denied",
        )


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
