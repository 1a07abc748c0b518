"""Signing in through the provider, for browsers: /api/oidc. Both operations answer with redirects, errors included."""

import logging
from typing import Any

from flask import Response, request
from marshmallow import Schema, ValidationError, fields, validate

from hub.errors import NotFoundError
from hub.http.blueprint import Blueprint
from hub.http.context import Hub, current_hub, now
from hub.identity import oidc as flow
from hub.identity import sessions
from hub.identity.provider import ProviderError
from hub.identity.public_address import is_secure
from hub.identity.sign_in import Visitor

log = logging.getLogger(__name__)

oidc = Blueprint("oidc", __name__, url_prefix="/api/oidc", description="Signing in through an OpenID Connect provider.")

_REDIRECTED = {"Location": {"description": "Where the browser goes on.", "schema": {"type": "string"}}}
# What the provider may send back, and how much of each; it may send more, which is not looked at.
_ANSWERED = {"state": 200, "code": 4096, "error": 200, "error_description": 2000, "iss": 500}


def _check_own_path(path: str) -> None:
    if not flow.is_own_path(path):
        raise ValidationError("must be a path on this hub, such as /invoices/")


class StartSchema(Schema):
    """How a sign-in begins."""

    return_to = fields.String(
        load_default="/",
        validate=[validate.Length(max=flow.MAX_RETURN_TO), _check_own_path],
        metadata={"description": "The path on this hub to go on with.", "example": "/invoices/"},
    )
    organization = fields.String(
        validate=[validate.Length(1, 200), validate.Regexp(r"[\w.:-]+\Z")],
        metadata={"description": "Auth0: the organisation to sign in to."},
    )
    prompt = fields.String(
        validate=validate.OneOf(["login", "select_account"]),
        metadata={"description": "Ask for the password, or for the account, even of those who are signed in there."},
    )


@oidc.route("/start")
@oidc.doc(operationId="startOidcSignIn")
@oidc.arguments(StartSchema, location="query")
@oidc.response(302, headers=_REDIRECTED)
@oidc.alt_response(404, "NOT_FOUND")
def start_oidc_sign_in(query: dict[str, Any]) -> Response:
    """Go to the provider to sign in"""
    hub = _hub()
    return_to = query.pop("return_to")
    try:
        begun = flow.begin(hub.storage, hub.settings, return_to, now(), query)
    except ProviderError as error:
        return _failed("provider_unavailable", str(error))
    response = _go(begun.address)
    response.set_cookie(
        _cookie_name(),
        begun.state,
        max_age=int(flow.LIFETIME.total_seconds()),
        path="/",
        secure=is_secure(hub.settings),
        httponly=True,
        # Lax: the provider's redirect back is a navigation from another site, and has to bring it along.
        samesite="Lax",
    )
    return response


@oidc.route("/callback")
@oidc.doc(
    operationId="finishOidcSignIn",
    parameters=[
        {"in": "query", "name": name, "schema": {"type": "string", "maxLength": length}}
        for name, length in _ANSWERED.items()
    ],
)
@oidc.response(302, headers=_REDIRECTED)
@oidc.alt_response(404, "NOT_FOUND")
def finish_oidc_sign_in() -> Response:
    """Come back from the provider; the answer sets the session's cookie

    Whatever goes wrong leads to /sign-in/?error=..., which says it in a sentence.
    """
    hub = _hub()
    answered = {name: value for name in _ANSWERED if (value := request.args.get(name))}
    visitor = Visitor(address=request.remote_addr, user_agent=request.headers.get("User-Agent"))
    kept = request.cookies.get(_cookie_name(), "")
    try:
        if any(len(value) > _ANSWERED[name] for name, value in answered.items()):
            raise flow.SignInRefusedError("provider", "the answer is longer than any provider's")
        ended = flow.finish(hub.storage, hub.settings, answered, kept, now(), visitor)
    except flow.SignInRefusedError as error:
        return _forget_state(_failed(error.reason, str(error)))
    response = _forget_state(_go(ended.return_to))
    sessions.set_cookie(response, ended.cookie, hub.settings)
    return response


def _hub() -> Hub:
    hub = current_hub()
    if not flow.is_on(hub.settings):
        raise NotFoundError("This hub has no single sign-on: no provider is configured.")
    return hub


def _cookie_name() -> str:
    return "__Host-paypredict-oidc" if is_secure(current_hub().settings) else "paypredict-oidc"


def _go(address: str) -> Response:
    return Response(status=302, headers={"Location": address})


def _failed(reason: str, detail: str) -> Response:
    log.warning("a sign-in through the provider failed", extra={"fields": {"reason": reason, "detail": detail}})
    return _go(f"/sign-in/?error={reason}")


def _forget_state(response: Response) -> Response:
    secure = is_secure(current_hub().settings)
    response.delete_cookie(_cookie_name(), path="/", secure=secure, httponly=True, samesite="Lax")
    return response
