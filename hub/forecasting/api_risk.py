"""A customer's risk: /api/customers/{id}/risk."""

from uuid import UUID

from flask import Response

from hub.errors import NotFoundError
from hub.forecasting import risk_service
from hub.forecasting.schemas_risk import CustomerRiskSchema
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import tenant_session

risk = Blueprint("risk", __name__, url_prefix="/api/customers", description="How likely customers go late, and why.")


@risk.route("/<uuid:customer_id>/risk")
@risk.doc(operationId="getCustomerRisk")
@risk.response(200, CustomerRiskSchema)
def get_customer_risk(customer_id: UUID) -> Response:
    """A customer's risk: level, probabilities, expected loss with its assumption, reasons and history"""
    with tenant_session() as session:
        found = risk_service.get_risk(session, customer_id)
    if found is None:
        raise NotFoundError("There is no such customer, or it has not been assessed yet.")
    model = {
        "id": found["model_id"],
        "number": found["model_number"],
        "backend": found["model"],
        "note": found["model_note"],
        "trained_on": found["trained_on"],
        "scores": found["scores"],
    }
    left_out = ("model_id", "model_number", "model_note", "trained_on", "scores", "assumptions")
    shown = {name: value for name, value in found.items() if name not in left_out}
    return answer(shown | {"model": model, "assumption": {"is_set": False} | found["assumptions"]})
