"""The API keys of the caller's tenant: /api/keys."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from hub.errors import InvalidError
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import Identity, caller, current_hub, now
from hub.identity import keys
from hub.identity.key_schemas import (
    DEFAULT_DAYS,
    MAX_DAYS,
    IssuedKeySchema,
    KeyArguments,
    KeyInputSchema,
    KeyListSchema,
    KeySchema,
    RotationSchema,
)

blp = Blueprint("keys", __name__, url_prefix="/api/keys", description="What lets machines in as the tenant.")

_SHOWN = tuple(KeySchema._declared_fields)


@blp.route("")
class Keys(MethodView):
    """All keys."""

    @blp.doc(operationId="listKeys")
    @blp.arguments(KeyArguments, location="query")
    @blp.response(200, KeyListSchema)
    def get(self, arguments: dict[str, Any]) -> Response:
        """The tenant's API keys without their secrets, those that have ended too"""
        with current_hub().storage.hub() as session:
            found = keys.list_keys(session, caller().tenant, arguments["limit"])
        return answer({"items": [_show(key) for key in found]})

    @blp.doc(operationId="createKey")
    @blp.arguments(KeyInputSchema)
    @blp.response(201, IssuedKeySchema)
    def post(self, body: dict[str, Any]) -> Response:
        """Make an API key, which is shown this once"""
        keys.check_grant(body["scopes"], _held(caller()))
        expires_at = _expiry(body, now())
        with current_hub().storage.hub() as session:
            issued = keys.issue(
                session, caller().tenant, body["name"], body["scopes"], expires_at, created_by=caller().name
            )
        return answer(_show(issued.key) | {"secret": issued.secret}, 201)


@blp.route("/<uuid:key_id>/rotation", methods=["POST"])
@blp.doc(operationId="rotateKey")
@blp.arguments(RotationSchema)
@blp.response(201, IssuedKeySchema)
def rotate_key(body: dict[str, Any], key_id: UUID) -> Response:
    """Replace a key by one of the same name, scopes and length of life; both work until the overlap is over"""
    overlap = timedelta(hours=body["overlap_hours"])
    with current_hub().storage.hub() as session:
        issued = keys.rotate(
            session,
            caller().tenant,
            str(key_id),
            overlap,
            now(),
            held=_held(caller()),
            created_by=caller().name,
        )
    return answer(_show(issued.key) | {"secret": issued.secret}, 201)


@blp.route("/<uuid:key_id>", methods=["DELETE"])
@blp.doc(operationId="revokeKey")
@blp.response(204)
def revoke_key(key_id: UUID) -> Response:
    """End a key; processes that have just checked it may go on trusting it for 5 seconds"""
    with current_hub().storage.hub() as session:
        keys.revoke(session, caller().tenant, str(key_id), now())
    return Response(status=204)


def _held(identity: Identity) -> frozenset[str]:
    # People get here as admins of the tenant, who may do all that can be done in it.
    return frozenset({"*"}) if identity.kind == "person" else identity.scopes


def _expiry(body: dict[str, Any], at: datetime) -> datetime:
    if "expires_at" not in body:
        return at + timedelta(days=body.get("expires_in_days", DEFAULT_DAYS))
    expires_at: datetime = body["expires_at"]
    if not at < expires_at <= at + timedelta(days=MAX_DAYS):
        message = f"Use an instant within the next {MAX_DAYS} days."
        raise InvalidError("The key cannot end then.", fields={"expires_at": message})
    return expires_at


def _show(key: keys.ApiKey) -> dict[str, Any]:
    return {name: getattr(key, name) for name in _SHOWN}
