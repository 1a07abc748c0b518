"""The installation's tenants, for operators: /api/operator/tenants. Nothing here shows what a tenant holds."""

from typing import Any

from flask import Response
from flask.views import MethodView

from hub.errors import NotFoundError
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import current_hub, now
from hub.http.fields import PageArguments
from hub.http.paging import Key, Sort
from hub.identity import operator
from hub.identity.member_schemas import (
    AddedMemberSchema,
    CreatedTenantSchema,
    InstalledTenantPageSchema,
    InstalledTenantSchema,
    InvitationSchema,
    TenantInputSchema,
)
from hub.identity.members_api import show_added
from hub.identity.sign_in import is_on
from hub.storage.session import TENANT_KEY
from hub.tenants import service as tenants

blp = Blueprint("operator", __name__, url_prefix="/api/operator", description="The installation, for operators.")

_BY_KEY = Sort("key", (Key("key", "key", "text"),))
_SHOWN = tuple(InstalledTenantSchema().fields)


@blp.route("/tenants")
class Tenants(MethodView):
    """All tenants."""

    @blp.doc(operationId="listTenants")
    @blp.arguments(PageArguments, location="query")
    @blp.response(200, InstalledTenantPageSchema)
    def get(self, arguments: dict[str, Any]) -> Response:
        """The tenants of this installation, by key"""
        limit = arguments["limit"]
        after = _BY_KEY.position(arguments["cursor"])["after_0"] if "cursor" in arguments else ""
        with current_hub().storage.hub() as session:
            found = tenants.list_tenants(session, after=after, limit=limit + 1)
        next_cursor = _BY_KEY.cursor({"key": found[limit - 1].key}) if len(found) > limit else None
        return answer({"items": [_show(tenant) for tenant in found[:limit]], "next_cursor": next_cursor})

    @blp.doc(operationId="createTenant")
    @blp.arguments(TenantInputSchema)
    @blp.response(201, CreatedTenantSchema)
    def post(self, body: dict[str, Any]) -> Response:
        """Make a tenant and, if named, its first admin; name a key to make the request safe to send again"""
        hub = current_hub()
        opened = operator.open_tenant(hub.storage, **body, now=now(), with_link=is_on(hub.settings))
        admin = show_added(opened.admin) if opened.admin else None
        return answer(_show(opened.tenant) | {"admin": admin}, 201)


@blp.route("/tenants/<key>/admins", methods=["POST"])
@blp.doc(operationId="inviteAdmin")
@blp.arguments(InvitationSchema)
@blp.response(201, AddedMemberSchema)
def invite_admin(body: dict[str, Any], key: str) -> Response:
    """Make somebody an admin of a tenant; it is noted in the tenant's own audit too"""
    if not TENANT_KEY.fullmatch(key):
        raise NotFoundError("There is no such tenant.")
    hub = current_hub()
    with hub.storage.hub() as session:
        added = operator.invite_admin(session, key, **body, now=now(), with_link=is_on(hub.settings))
    return answer(show_added(added), 201)


def _show(tenant: tenants.Tenant) -> dict[str, Any]:
    return {name: getattr(tenant, name) for name in _SHOWN}
