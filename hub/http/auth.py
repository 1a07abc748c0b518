"""Who is calling, and whether they may: asked here, before every view, of hub.http.access and of nobody else.

A caller shows an API key or a provider's token as `Authorization: Bearer`, or a session cookie. A header wins over a
cookie, so that a program in a browser is what it says it is. What a cookie may write needs the session's CSRF token.
"""

import hmac
import threading
import time
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from typing import Any, TypeVar

from flask import Flask, current_app, g, request

from hub.errors import ForbiddenError, UnauthorizedError
from hub.http.access import ACCESS, Rule
from hub.http.context import Identity, current_hub
from hub.telemetry import logs

REMEMBERED_SECONDS = 5.0
"""For how long a process trusts credentials it has checked; so long a revoked key may still work."""
CSRF_HEADER = "X-CSRF-Token"
TENANT_HEADER = "X-Tenant"

_SAFE = ("GET", "HEAD", "OPTIONS")
_NOBODY = Rule(frozenset(), None, "no")
View = TypeVar("View", bound=Callable[..., Any])


class CsrfError(ForbiddenError):
    """A write by cookie without the session's CSRF token: it may come from somebody else's page."""

    code, title = "csrf", "CSRF token needed"


def public(view: View) -> View:
    """Let anybody call this view, which is no operation of the API: it must tell nothing of any tenant."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def install(app: Flask) -> None:
    """Refuse requests to `app` that hub.http.access does not allow."""
    app.before_request(_admit)


def operation_id(view: Any, method: str) -> str | None:
    """The operationId of a view function (or of a MethodView's method); None for what is no operation."""
    view_class = getattr(view, "view_class", None)
    verb = "get" if method == "HEAD" else method.lower()
    handler = getattr(view_class, verb, None) if view_class else view
    name: str | None = getattr(handler, "_apidoc", {}).get("manual_doc", {}).get("operationId")
    return name


def rule_of(endpoint: str, method: str) -> Rule:
    """The rule for this request's operation; one that nobody meets where there is none."""
    return _rule(current_app.view_functions[endpoint], method)


@cache
def _rule(view: Any, method: str) -> Rule:
    return ACCESS.get(operation_id(view, method) or "", _NOBODY)


def is_public(view: Any) -> bool:
    """Whether a view, which is no operation, answers anybody."""
    return getattr(view, "is_public", False) is True


def csrf_token(cookie: str) -> str:
    """The CSRF token of the session whose cookie this is: told to its own pages, and not to be guessed without it."""
    return sha256(b"csrf " + cookie.encode()).hexdigest()


def cookie_name() -> str:
    """The session cookie's name; where browsers come by TLS, one that no other host or path can set."""
    return "__Host-paypredict" if current_hub().settings.public_url.startswith("https://") else "paypredict"


def _admit() -> None:
    # Without an endpoint the answer is 404 or 405 for everybody.
    if request.endpoint is None or is_public(current_app.view_functions[request.endpoint]):
        return
    rule = g.rule = rule_of(request.endpoint, request.method)
    identity = None if rule.is_public else _identify()
    if identity is None:
        return
    g.identity = identity
    logs.bind_more(tenant=identity.tenant_key)
    if not rule.allows(identity.roles, identity.scopes) and not (rule.is_own and identity.kind == "person"):
        raise ForbiddenError(_why_not(identity, rule))


def _identify() -> Identity:
    tenant = request.headers.get(TENANT_HEADER)
    if header := request.headers.get("Authorization"):
        scheme, _, presented = header.partition(" ")
        if scheme.lower() != "bearer" or not presented.strip():
            raise UnauthorizedError("Send an API key or an access token as `Authorization: Bearer <it>`.")
        identity = current_hub().identify_bearer(presented.strip(), tenant)
        if identity is None:
            raise UnauthorizedError("These credentials are unknown, expired or revoked.")
        return identity
    if cookie := request.cookies.get(cookie_name()):
        identity = current_hub().identify_session(cookie, tenant)
        if identity is None:
            raise UnauthorizedError("The session has ended. Sign in again.")
        if request.method not in _SAFE:
            _check_csrf(cookie)
        return identity
    raise UnauthorizedError("Sign in, or send an API key as `Authorization: Bearer <key>`.")


def _check_csrf(cookie: str) -> None:
    if not hmac.compare_digest(request.headers.get(CSRF_HEADER, "").encode(), csrf_token(cookie).encode()):
        raise CsrfError(f"Send the session's csrf_token as `{CSRF_HEADER}`; GET /api/session tells it.")


def _why_not(identity: Identity, rule: Rule) -> str:
    if identity.kind != "person":
        wanted = f"the scope {rule.scope}" if rule.scope else "a person who is signed in"
        return f"This needs {wanted}; these credentials do not have it."
    if rule.roles and identity.tenant_key is None:
        return "You are a member of no tenant, and this is a tenant's. Ask one of its admins to add you."
    return f"This needs the role {' or '.join(sorted(rule.roles)) or 'of nobody'}."


Identify = Callable[[str, str | None], Identity | None]


class Remembered:
    """An `identify` with its answers kept for a few seconds, so that a busy caller costs no query per request."""

    def __init__(self, identify: Identify, *, size: int = 4096) -> None:
        self._identify = identify
        self._size = size
        self._known: dict[tuple[bytes, str | None], tuple[float, Identity]] = {}
        self._lock = threading.Lock()

    def __call__(self, presented: str, tenant: str | None = None) -> Identity | None:
        # The digest, so that no key lies readable in the process's memory for longer than its request.
        asked = (sha256(presented.encode()).digest(), tenant)
        now = time.monotonic()
        known = self._known.get(asked)
        if known and known[0] > now:
            return known[1]
        identity = self._identify(presented, tenant)
        with self._lock:
            if identity is None:
                self._known.pop(asked, None)
            else:
                if len(self._known) >= self._size:
                    self._known.clear()
                self._known[asked] = (now + REMEMBERED_SECONDS, identity)
        return identity

    def forget(self, presented: str) -> None:
        """Ask anew at the next request: something about these credentials has changed."""
        digest = sha256(presented.encode()).digest()
        with self._lock:
            for asked in [each for each in self._known if each[0] == digest]:
                del self._known[asked]
