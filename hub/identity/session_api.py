"""Signing in and out, and one's own account: /api/session and /api/sessions."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, request
from flask.views import MethodView
from sqlalchemy.orm import Session

from hub.errors import ConflictError, NotFoundError
from hub.http.answers import answer
from hub.http.auth import CsrfError, Remembered, cookie_name, csrf_token
from hub.http.blueprint import Blueprint
from hub.http.context import Identity, caller, current_hub, now
from hub.identity import oidc, sessions, sign_in, users
from hub.identity.devices import device
from hub.identity.public_address import base_url
from hub.identity.session_schemas import (
    ChangePasswordSchema,
    OwnSessionListSchema,
    PasswordChangedSchema,
    ProfileInputSchema,
    RedeemLinkSchema,
    SessionSchema,
    SignedOutSchema,
    SignInMethodsSchema,
    SignInSchema,
    SwitchTenantSchema,
)
from hub.identity.sign_out import provider_address
from hub.personal import service as personal
from hub.personal.schemas import show_preferences
from hub.tenants import service as tenants

session = Blueprint("session", __name__, url_prefix="/api/session", description="Signing in and out.")
own_sessions = Blueprint("sessions", __name__, url_prefix="/api/sessions", description="Where one is signed in.")

_OWN_SITE = ("same-origin", "none")
_SHOWN = ("id", "tenant_key", "method", "address", "created_at", "last_seen_at", "expires_at")


@session.route("/methods")
@session.doc(operationId="getSignInMethods")
@session.response(200, SignInMethodsSchema)
def get_sign_in_methods() -> Response:
    """How people get in here"""
    settings = current_hub().settings
    return answer({"local": sign_in.is_on(settings), "oidc": oidc.is_on(settings)})


@session.route("")
class OwnSession(MethodView):
    """The session of the cookie."""

    @session.doc(operationId="signIn")
    @session.arguments(SignInSchema)
    @session.response(201, SessionSchema)
    def post(self, body: dict[str, Any]) -> Response:
        """Sign in by email and password; the answer sets the session's cookie"""
        refuse_other_sites()
        hub = current_hub()
        cookie = sign_in.by_password(hub.storage, hub.settings, **body, now=now(), visitor=_visitor())
        return _begun(cookie)

    @session.doc(operationId="getSession")
    @session.response(200, SessionSchema)
    def get(self) -> Response:
        """Who is signed in, and as what"""
        return answer(_document(caller(), _cookie()))

    @session.doc(operationId="signOut")
    @session.response(200, SignedOutSchema)
    def delete(self) -> Response:
        """Sign out: the session ends, and the answer says where to end the provider's"""
        hub = current_hub()
        method = "token"
        with hub.storage.hub() as database:
            if caller().session_id:
                record = sessions.get(database, _session_id())
                sessions.end(database, record.id, now())
                method = record.method
        address = provider_address(hub.settings, method, now())
        return _ended(answer({"sign_out_url": address}))


@session.route("/link", methods=["POST"])
@session.doc(operationId="redeemSignInLink")
@session.arguments(RedeemLinkSchema)
@session.response(201, SessionSchema)
def redeem_sign_in_link(body: dict[str, Any]) -> Response:
    """Sign in by a link, which is used up; the answer sets the session's cookie"""
    refuse_other_sites()
    hub = current_hub()
    cookie = sign_in.by_link(hub.storage, hub.settings, body["link"], body["password"], now(), _visitor())
    return _begun(cookie)


@session.route("/tenant", methods=["PUT"])
@session.doc(operationId="switchTenant")
@session.arguments(SwitchTenantSchema)
@session.response(200, SessionSchema)
def switch_tenant(body: dict[str, Any]) -> Response:
    """Work in another of one's tenants; the answer sets a new cookie, and the old one ends"""
    with current_hub().storage.hub() as database:
        cookie = sessions.switch(database, _session_id(), body["tenant"])
    _forget()
    return _begun(cookie, 200)


@session.route("/profile", methods=["PUT"])
@session.doc(operationId="updateProfile")
@session.arguments(ProfileInputSchema)
@session.response(200, SessionSchema)
def update_profile(body: dict[str, Any]) -> Response:
    """Change what one is called, in all one's tenants"""
    with current_hub().storage.hub() as database:
        users.rename(database, UUID(caller().id), body["name"])
    return answer(_document(caller(), _cookie()))


@session.route("/password", methods=["PUT"])
@session.doc(operationId="changePassword")
@session.arguments(ChangePasswordSchema)
@session.response(200, PasswordChangedSchema)
def change_password(body: dict[str, Any]) -> Response:
    """Change one's password; all other sessions of the person end"""
    hub = current_hub()
    ended = sign_in.change_password(
        hub.storage, hub.settings, _session_id(), body["current_password"], body["password"], now()
    )
    return answer({"ended_sessions": ended})


@own_sessions.route("")
@own_sessions.doc(operationId="listSessions")
@own_sessions.response(200, OwnSessionListSchema)
def list_sessions() -> Response:
    """One's own sessions, the last used first"""
    hub = current_hub()
    with hub.storage.hub() as database:
        records = sessions.list_live(database, UUID(caller().id), now(), hub.settings)
    return answer({"items": [_shown(record) for record in records]})


@own_sessions.route("/<uuid:session_id>", methods=["DELETE"])
@own_sessions.doc(operationId="endSession")
@own_sessions.response(204)
def end_session(session_id: UUID) -> Response:
    """End one of one's own sessions; its cookie stops working within seconds"""
    with current_hub().storage.hub() as database:
        if str(sessions.get(database, session_id).user_id) != caller().id:
            raise NotFoundError("There is no such session.")
        sessions.end(database, session_id, now())
    response = Response(status=204)
    return _ended(response) if str(session_id) == caller().session_id else response


def refuse_other_sites() -> None:
    """Refuse what another site's page sends: it must not sign its visitors in as somebody it chose.

    Raises CsrfError. Browsers say where a request comes from; programs say nothing, and are let through.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    own = {urlsplit(base_url(current_hub().settings)).netloc, request.host}
    if (site and site not in _OWN_SITE) or (origin and urlsplit(origin).netloc not in own):
        raise CsrfError("Signing in works from this hub's own pages only.")


def _visitor() -> sign_in.Visitor:
    return sign_in.Visitor(address=request.remote_addr, user_agent=request.headers.get("User-Agent"))


def _session_id() -> UUID:
    session_id = caller().session_id
    if session_id is None:
        raise ConflictError("This needs a session: sign in with a browser. A token has none.")
    return UUID(session_id)


def _cookie() -> str | None:
    return request.cookies.get(cookie_name()) if caller().session_id else None


def _begun(cookie: str, status: int = 201) -> Response:
    """The answer that hands out a session's cookie."""
    identity = current_hub().identify_session(cookie, None)
    assert identity
    response = answer(_document(identity, cookie), status)
    sessions.set_cookie(response, cookie, current_hub().settings)
    return response


def _ended(response: Response) -> Response:
    _forget()
    sessions.clear_cookie(response, current_hub().settings)
    return response


def _forget() -> None:
    # Other processes trust what they remember for some seconds more; in this one it is over at once.
    remembered = current_hub().identify_session
    if isinstance(remembered, Remembered):
        remembered.forget(request.cookies.get(cookie_name(), ""))


def _document(identity: Identity, cookie: str | None) -> dict[str, Any]:
    with current_hub().storage.hub() as database:
        user = users.get(database, UUID(identity.id))
        record = sessions.get(database, UUID(identity.session_id)) if identity.session_id else None
        own = _own_tenants(database, user.id, record, identity)
    role = next((role.value for role in users.TENANT_ROLES if role in identity.roles), None)
    return {
        "user": {"id": user.id, "email": user.email, "name": user.name},
        "tenant": next(({"key": each["key"], "name": each["name"]} for each in own if each["is_current"]), None),
        "role": role,
        "is_operator": user.is_operator,
        "tenants": [{name: each[name] for name in ("key", "name", "role")} for each in own],
        "csrf_token": csrf_token(cookie) if cookie else None,
        "expires_at": record.expires_at if record else None,
        "idle_minutes": current_hub().settings.session_idle_minutes if record else None,
        "method": record.method if record else "token",
        "asks_password": sign_in.asks_password(record, now()) if record else True,
        "preferences": _preferences(identity),
    }


def _preferences(identity: Identity) -> dict[str, Any] | None:
    """With the session, so that a page knows how to look before it asks for anything else."""
    if identity.tenant_key is None:
        return None
    with current_hub().storage.tenant(identity.tenant_key) as database:
        return show_preferences(personal.get_preferences(database, UUID(identity.id)))


def _own_tenants(
    database: Session, user_id: UUID, record: sessions.SessionRecord | None, identity: Identity
) -> list[dict[str, Any]]:
    """Where the person may work: the hub's memberships, and the tenant that a provider's claim names."""
    found = {
        each.tenant_key: {"key": each.tenant_key, "name": each.tenant_name, "role": each.role}
        for each in users.memberships(database, user_id)
    }
    claimed = record.claimed_tenant_key if record else identity.tenant_key
    role = (
        record.claimed_role
        if record
        else next((each.value for each in users.TENANT_ROLES if each in identity.roles), None)
    )
    if claimed and role and claimed not in found:
        found[claimed] = {"key": claimed, "name": tenants.get(database, claimed).name, "role": role}
    return [each | {"is_current": each["key"] == identity.tenant_key} for each in found.values()]


def _shown(record: sessions.SessionRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in _SHOWN} | {
        "device": device(record.user_agent),
        "is_current": str(record.id) == caller().session_id,
    }
