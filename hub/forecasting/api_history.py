"""What was forecast of one invoice over time: /api/predictions/{invoice_id}/history."""

from typing import Any
from uuid import UUID

from flask import Response

from hub.errors import NotFoundError
from hub.forecasting.api import predictions
from hub.forecasting.past_predictions import read_history
from hub.forecasting.schemas_history import PredictionHistorySchema
from hub.http.answers import answer
from hub.http.context import tenant_session
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
