"""Coming back from a provider after consent: /api/oauth/callback."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Response, request

from hub.connections import consent
from hub.connections.consent import Ended, Scope
from hub.errors import HubError
from hub.http.auth import cookie_name
from hub.http.blueprint import Blueprint
from hub.http.context import Identity, current_hub, now
from hub.identity.public_address import is_secure

oauth = Blueprint("oauth", __name__, url_prefix="/api/oauth", description="Coming back from a provider after consent.")

_REDIRECTED = {"Location": {"description": "Where the browser goes on.", "schema": {"type": "string"}}}


@oauth.route("/callback")
@oauth.doc(
    operationId="finishConsent",
    parameters=[
        {"in": "query", "name": name, "schema": {"type": "string", "maxLength": length}}
        for name, length in consent.LONGEST.items()
    ],
)
@oauth.response(302, headers=_REDIRECTED)
def finish_consent() -> Response:
    """Come back from the provider; the browser goes on to a page that is told how it ended

    `outcome` in its query is checking (follow `job`), denied, refused (not this browser's or person's, used, expired)
    or failed (`reason` of the `connection` says why).
    """
    hub = current_hub()
    scope = Scope(storage=hub.storage, settings=hub.settings, vault=hub.vault, registry=hub.registry(), tenant="")
    answered = {name: value for name, value in list(request.args.items())[:30] if "\0" not in value}
    ended = consent.finish(scope, answered, request.cookies, _signed_in, now())
    response = Response(status=302, headers={"Location": _address(ended)})
    if ended.connection_id is not None:
        cookie = consent.cookie_of(hub.settings, answered.get("state", ""))
        response.delete_cookie(cookie, path="/", secure=is_secure(hub.settings), httponly=True, samesite="Lax")
    return response


def _signed_in(tenant: str) -> Identity | None:
    """Who this browser is signed in as, in a tenant; the callback itself asks for nobody."""
    cookie = request.cookies.get(cookie_name())
    try:
        return current_hub().identify_session(cookie, tenant) if cookie else None
    except HubError:
        return None


def _address(ended: Ended) -> str:
    told: dict[str, Any] = {"outcome": ended.outcome, "connection": ended.connection_id, "job": ended.job_id}
    parts = urlsplit(ended.return_to)
    query = parse_qsl(parts.query) + [(name, str(value)) for name, value in told.items() if value is not None]
    return urlunsplit(("", "", parts.path, urlencode(query), parts.fragment))
