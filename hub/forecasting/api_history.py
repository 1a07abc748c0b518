"""What was forecast of one invoice over time: /api/predictions/{invoice_id}/history."""

from typing import Any
from uuid import UUID

from flask import Response

from hub.errors import NotFoundError, UnavailableError
from hub.forecasting import asking
from hub.forecasting.api import predictions as predictions
from hub.forecasting.past_predictions import kept_reasons, read_history
from hub.forecasting.schemas_history import PredictionHistorySchema, PredictionReasonsSchema
from hub.http.answers import answer
from hub.http.context import caller, current_hub, tenant_session, with_parts
from hub.http.fields import PageArguments
from hub.http.paging import Key, Sort

_NEWEST = Sort("-run_id", (Key("run_id", "p.run_id", "int"),), descending=True)


@predictions.route("/<uuid:invoice_id>/history")
@predictions.doc(operationId="getPredictionHistory")
@predictions.arguments(PageArguments, location="query")
@predictions.response(200, PredictionHistorySchema)
def get_prediction_history(arguments: dict[str, Any], invoice_id: UUID) -> Response:
    """Every prediction made for one invoice, with its model and what happened, the newest first, page by page"""
    limit = arguments["limit"]
    after = _NEWEST.position(arguments["cursor"])["after_0"] if "cursor" in arguments else None
    with tenant_session() as session:
        found = read_history(session, invoice_id, after=after, limit=limit + 1)
    if found is None:
        raise NotFoundError("There is no such invoice.")
    items = found["items"][:limit]
    cursor = _NEWEST.cursor(items[-1]) if len(found["items"]) > limit else None
    return answer(found | {"items": items, "next_cursor": cursor})


@predictions.route("/<uuid:invoice_id>/reasons")
@predictions.doc(operationId="getPredictionReasons")
@predictions.response(200, PredictionReasonsSchema)
@predictions.alt_response(503, "DEFAULT_ERROR")
def get_prediction_reasons(invoice_id: UUID) -> Response:
    """Why an invoice is expected when it is, in days against a typical one, and what a reminder would change"""
    with tenant_session() as session:
        kept = kept_reasons(session, invoice_id)
    if kept is None:
        raise NotFoundError("There is no prediction for such an invoice.")
    found = None
    if kept["is_current"]:
        found = asking.ask(current_hub().redis(), caller().tenant, invoice_id)
    if found is None or "reasons" not in found:
        if not kept["reasons"]:
            raise UnavailableError("No worker has answered why; only the weightiest reasons of a run are kept.")
        found = {"difference_days": None, "other_days": None, "reasons": kept["reasons"]}
    shown = {name: kept[name] for name in ("run_id", "as_of", "model")} | found | {"invoice_id": invoice_id}
    with tenant_session() as session:
        return answer(with_parts("reasons", shown, session, invoice_id))
