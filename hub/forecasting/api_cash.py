"""Cash to come, and what it would be if things were otherwise: /api/cashflow."""

from typing import Any

from flask import Response

from hub.errors import NotFoundError
from hub.forecasting import cash_reading
from hub.forecasting.schemas_cash import (
    CashFlowArguments,
    CashFlowSchema,
    ScenariosRequestSchema,
    ScenariosSchema,
)
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import tenant_session

COVERS = "Invoices issued by as_of; new business is not included."
WITH_NEW = (
    "Invoices issued by as_of. Beside them, new_business is what invoices issued later may bring, as such did in the "
    "ledger's past; expected values may be added, ranges may not."
)

cash_flow = Blueprint("cashflow", __name__, url_prefix="/api/cashflow", description="Expected receipts, and scenarios.")


@cash_flow.route("")
@cash_flow.doc(operationId="getCashFlow")
@cash_flow.arguments(CashFlowArguments, location="query")
@cash_flow.response(200, CashFlowSchema)
def get_cash_flow(arguments: dict[str, Any]) -> Response:
    """What came in lately, what had been expected of it, and what is expected next, with its range"""
    by = arguments["by"]
    horizon = arguments.get("horizon", arguments.get("weeks"))
    back = arguments.get("back", arguments.get("weeks_back"))
    with_new = "new_business" in arguments.get("include", ())
    covers = WITH_NEW if with_new else COVERS
    with tenant_session() as session:
        found = cash_reading.cash_flow(session, by=by, horizon=horizon, back=back, with_new=with_new)
    if found is None:
        none = dict.fromkeys(("as_of", "made_at", "model", "model_number", "model_version"))
        return answer(none | {"by": by, "covers": covers, "currencies": []})
    currencies = [{"currency": currency, **periods} for currency, periods in found["currencies"].items()]
    return answer(found | {"covers": covers, "currencies": currencies})


@cash_flow.route("/scenarios", methods=["POST"])
@cash_flow.doc(operationId="compareScenarios")
@cash_flow.arguments(ScenariosRequestSchema)
@cash_flow.response(200, ScenariosSchema)
@cash_flow.alt_response(404, "NOT_FOUND")
def compare_scenarios(body: dict[str, Any]) -> Response:
    """What the cash would be if things were otherwise, beside what is expected; nothing is kept"""
    # Arrays are needed for this alone: the process stays light until somebody asks.
    from hub.forecasting.what_if import scenarios

    by = body["by"]
    horizon = body.get("horizon", cash_reading.AHEAD[by])
    with tenant_session() as session:
        found = scenarios(session, body["scenarios"], by, horizon)
    if found is None:
        raise NotFoundError("There is no forecast to compare with yet; POST /api/predictions makes one.")
    return answer(found)
