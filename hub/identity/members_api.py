"""The people of the caller's tenant: /api/members."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import caller, current_hub, now
from hub.http.fields import PageArguments
from hub.http.paging import Key, Sort
from hub.identity import links, members
from hub.identity.member_schemas import (
    AddedMemberSchema,
    MemberInputSchema,
    MemberPageSchema,
    MemberSchema,
    RoleInputSchema,
    SignInLinkSchema,
)
from hub.identity.sign_in import check_is_on, is_on

blp = Blueprint("members", __name__, url_prefix="/api/members", description="Who works in the tenant, and as what.")

_BY_EMAIL = Sort("email", (Key("email", "email", "text"),))


@blp.route("")
class Members(MethodView):
    """All members."""

    @blp.doc(operationId="listMembers")
    @blp.arguments(PageArguments, location="query")
    @blp.response(200, MemberPageSchema)
    def get(self, arguments: dict[str, Any]) -> Response:
        """The tenant's people, by address"""
        limit = arguments["limit"]
        after = _BY_EMAIL.position(arguments["cursor"])["after_0"] if "cursor" in arguments else ""
        with current_hub().storage.hub() as session:
            found = members.list_members(session, caller().tenant, after=after, limit=limit + 1)
        next_cursor = _BY_EMAIL.cursor({"email": found[limit - 1].email}) if len(found) > limit else None
        return answer({"items": found[:limit], "next_cursor": next_cursor})

    @blp.doc(operationId="addMember")
    @blp.arguments(MemberInputSchema)
    @blp.response(201, AddedMemberSchema)
    def post(self, body: dict[str, Any]) -> Response:
        """Add somebody to the tenant; whoever is new to the hub gets a sign-in link, shown once"""
        members.check_role_grant(caller(), body["role"])
        with current_hub().storage.hub() as session:
            added = members.add(session, caller().tenant, **body, now=now(), with_link=is_on(current_hub().settings))
        return answer(show_added(added), 201)


@blp.route("/<uuid:user_id>")
class MemberById(MethodView):
    """One member."""

    @blp.doc(operationId="updateMember")
    @blp.arguments(RoleInputSchema)
    @blp.response(200, MemberSchema)
    def put(self, body: dict[str, Any], user_id: UUID) -> Response:
        """Change what a member is; the last admin stays one"""
        members.check_role_grant(caller(), body["role"])
        with current_hub().storage.hub() as session:
            return answer(members.change_role(session, caller().tenant, user_id, body["role"]))

    @blp.doc(operationId="removeMember")
    @blp.response(204)
    def delete(self, user_id: UUID) -> Response:
        """Take somebody out of the tenant, and end their sessions in it"""
        with current_hub().storage.hub() as session:
            members.remove(session, caller().tenant, user_id, now())
        return Response(status=204)


@blp.route("/<uuid:user_id>/sign-in-link", methods=["POST"])
@blp.doc(operationId="createSignInLink")
@blp.response(201, SignInLinkSchema)
def create_sign_in_link(user_id: UUID) -> Response:
    """A new sign-in link for a member who cannot get in, shown once; not for people who reach other tenants too"""
    settings = current_hub().settings
    check_is_on(settings)
    with current_hub().storage.hub() as session:
        members.check_role_grant(caller(), members.get(session, caller().tenant, user_id).role)
        token = members.create_link(session, caller().tenant, user_id, now())
    document = {"sign_in_link": links.address(settings, token), "expires_at": now() + links.LIFETIME}
    return answer(document, 201)


def show_added(added: members.Added) -> dict[str, Any]:
    """The document of somebody who was added, with their way in."""
    member = added.member
    shown: dict[str, Any] = {name: getattr(member, name) for name in MemberSchema._declared_fields}
    shown["sign_in"] = None
    if added.link_token:
        shown["sign_in"] = {
            "sign_in_link": links.address(current_hub().settings, added.link_token),
            "expires_at": now() + members.INVITATION_LIFETIME,
        }
    return shown
