"""The tenant the caller works in: /api/tenant."""

from typing import Any

from flask import Response
from flask.views import MethodView

from hub.errors import ConflictError
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import caller, current_hub, tenant_session, with_parts
from hub.http.etags import expected_version, version_header
from hub.http.openapi import IF_MATCH
from hub.tenants import service
from hub.tenants.schemas import TenantSchema, TenantUpdateSchema

tenant = Blueprint("tenant", __name__, url_prefix="/api/tenant", description="The company whose data you work on.")

_SHOWN = ("key", "name", "home_currency", "time_zone", "loss_given_default", "created_at")


@tenant.route("")
class OwnTenant(MethodView):
    """The caller's tenant."""

    @tenant.doc(operationId="getTenant")
    @tenant.response(200, TenantSchema)
    def get(self) -> Response:
        """The tenant you work in"""
        with current_hub().storage.hub() as session:
            found = service.get(session, caller().tenant)
        return _answer(found, _has_records(found))

    @tenant.doc(operationId="updateTenant", parameters=[IF_MATCH])
    @tenant.arguments(TenantUpdateSchema)
    @tenant.response(200, TenantSchema)
    def put(self, body: dict[str, Any]) -> Response:
        """Change its name, its time zone and its loss given default, and its home currency while its ledger is empty"""
        storage = current_hub().storage
        # One transaction after the other, as each takes a connection; the version tells if they saw the same tenant.
        with storage.hub() as session:
            old = service.get(session, caller().tenant)
        has_records = _has_records(old)
        wanted = {"home_currency": old.home_currency, "loss_given_default": old.loss_given_default} | body
        if has_records and wanted["home_currency"] != old.home_currency:
            message = f"It stays {old.home_currency}: the ledger has records, and their figures are kept in it."
            raise ConflictError("The home currency is settled.", fields={"home_currency": message})
        with storage.hub() as session:
            changed = service.update_details(session, old.key, **wanted, expected_version=expected_version())
        return _answer(changed, has_records)


def _has_records(found: service.Tenant) -> bool:
    with tenant_session() as session:
        return bool(with_parts("tenant", {}, session, found.id)["has_records"])


def _answer(found: service.Tenant, has_records: bool) -> Response:
    shown = {name: getattr(found, name) for name in _SHOWN}
    return answer(shown | {"has_records": has_records}, headers=version_header(found.version))
