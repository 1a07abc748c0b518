"""How likely one invoice is paid by each day to come: /api/predictions/{invoice_id}/curve."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import text

from hub.errors import NotFoundError
from hub.forecasting import service
from hub.forecasting.api_history import predictions as predictions
from hub.forecasting.schemas_curve import CurveArguments, PredictionCurveSchema
from hub.http.answers import answer
from hub.http.context import tenant_session

_EPOCH = date(1970, 1, 1)
_MAY_BE_THERE = text(
    "select 1 from forecast_books where run_id = :run_id and :invoice_id between first_invoice_id and last_invoice_id"
)


@predictions.route("/<uuid:invoice_id>/curve")
@predictions.doc(operationId="getPredictionCurve")
@predictions.arguments(CurveArguments, location="query")
@predictions.response(200, PredictionCurveSchema)
def get_prediction_curve(arguments: dict[str, Any], invoice_id: UUID) -> Response:
    """How likely an open invoice is paid by the end of each day to come"""
    with tenant_session() as session:
        run = service.current_run(session)
        found = None
        if run is not None and session.scalar(_MAY_BE_THERE, {"run_id": run["id"], "invoice_id": invoice_id}):
            # Arrays are needed for this alone: the process stays light until somebody asks.
            from hub.forecasting.book_store import read_curve

            found = read_curve(session, run["id"], invoice_id)
    if run is None or found is None:
        raise NotFoundError("The newest forecast has no such invoice.")
    first, paid_by = found
    points = [
        {"on": _EPOCH + timedelta(days=first + place), "p_paid": round(float(p), 6)}
        for place, p in enumerate(paid_by[: arguments["days"]])
    ]
    head = {"invoice_id": invoice_id, "run_id": run["id"], "points": points}
    return answer(head | {name: run[name] for name in ("as_of", "model", "model_number")})
