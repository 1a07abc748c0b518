"""Whose key this is: /api/tenant."""

from flask import Response

from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import caller, current_hub
from hub.tenants import service
from hub.tenants.schemas import TenantSchema

tenant = Blueprint("tenant", __name__, url_prefix="/api/tenant", description="The company whose data the key reaches.")

_SHOWN = ("key", "name", "home_currency", "time_zone", "created_at")


@tenant.route("")
@tenant.doc(operationId="getTenant")
@tenant.response(200, TenantSchema)
def get_tenant() -> Response:
    """The tenant of the API key"""
    with current_hub().storage.hub() as session:
        found = service.get(session, caller().tenant)
    return answer({name: getattr(found, name) for name in _SHOWN})
