"""/api/preferences and /api/views: one's own, in the tenant one works in."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from hub.http import idempotency
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import caller, tenant_session
from hub.http.openapi import IDEMPOTENCY_KEY
from hub.personal import service
from hub.personal.schemas import (
    PreferencesSchema,
    ViewArguments,
    ViewChangeSchema,
    ViewInputSchema,
    ViewListSchema,
    ViewSchema,
    show_preferences,
)

preferences = Blueprint(
    "preferences", __name__, url_prefix="/api/preferences", description="How somebody wants the dashboard to be."
)
views = Blueprint("views", __name__, url_prefix="/api/views", description="Views of lists that somebody keeps.")


@preferences.route("")
class Preferences(MethodView):
    """One's own preferences in this tenant."""

    @preferences.doc(operationId="getPreferences")
    @preferences.response(200, PreferencesSchema)
    def get(self) -> Response:
        """How one wants the dashboard to be"""
        with tenant_session() as session:
            return answer(show_preferences(service.get_preferences(session, _own())))

    @preferences.doc(operationId="updatePreferences")
    @preferences.arguments(PreferencesSchema)
    @preferences.response(200, PreferencesSchema)
    def put(self, body: dict[str, Any]) -> Response:
        """Say how one wants the dashboard to be, instead of all that was said before"""
        with tenant_session() as session:
            service.put_preferences(session, _own(), {name: value for name, value in body.items() if value is not None})
        return answer(body)


@views.route("")
class Views(MethodView):
    """One's own views in this tenant."""

    @views.doc(operationId="listViews")
    @views.arguments(ViewArguments, location="query")
    @views.response(200, ViewListSchema)
    def get(self, arguments: dict[str, Any]) -> Response:
        """One's views, of one page or of all"""
        with tenant_session() as session:
            return answer({"items": service.list_views(session, _own(), arguments.get("page"))})

    @views.doc(operationId="createView", parameters=[IDEMPOTENCY_KEY])
    @views.arguments(ViewInputSchema)
    @views.response(201, ViewSchema)
    def post(self, body: dict[str, Any]) -> Response:
        """Keep a view of a page under a name"""
        with tenant_session() as session:
            return idempotency.once(session, lambda: answer(service.create_view(session, _own(), **body), 201))


@views.route("/<uuid:view_id>")
class View(MethodView):
    """One of one's own views."""

    @views.doc(operationId="updateView")
    @views.arguments(ViewChangeSchema)
    @views.response(200, ViewSchema)
    def put(self, body: dict[str, Any], view_id: UUID) -> Response:
        """Call a view something else, or have it show something else"""
        with tenant_session() as session:
            return answer(service.change_view(session, _own(), view_id, **body))

    @views.doc(operationId="deleteView")
    @views.response(204)
    def delete(self, view_id: UUID) -> Response:
        """Let go of a view"""
        with tenant_session() as session:
            service.delete_view(session, _own(), view_id)
        return Response(status=204)


def _own() -> UUID:
    # Only people get here: hub.http.access gives machines no scope for it.
    return UUID(caller().id)
