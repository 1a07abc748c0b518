"""Predictions, and the models behind them."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from hub.errors import NotFoundError
from hub.forecasting import risk_service, service
from hub.forecasting.schemas import (
    ForecastRequestSchema,
    PredictionArguments,
    PredictionPageSchema,
    PredictionSchema,
)
from hub.http import idempotency
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import tenant_session
from hub.http.openapi import IDEMPOTENCY_KEY
from hub.http.paging import Key, Sort
from hub.jobs import service as jobs
from hub.jobs.api import accepted
from hub.jobs.schemas import JobSchema

predictions = Blueprint(
    "predictions", __name__, url_prefix="/api/predictions", description="When each open invoice will be paid, and why."
)

_BY_EXPECTED = Sort(
    "expected_on", (Key("expected_on", "p.expected_on", "date"), Key("invoice_id", "p.invoice_id", "uuid"))
)


@predictions.route("")
class Predictions(MethodView):
    """The current predictions."""

    @predictions.doc(operationId="listPredictions")
    @predictions.arguments(PredictionArguments, location="query")
    @predictions.response(200, PredictionPageSchema)
    def get(self, arguments: dict[str, Any]) -> Response:
        """Current predictions of open invoices, by expected day, page by page"""
        filters = {name: value for name, value in arguments.items() if name in service.FILTERS}
        limit = arguments["limit"]
        position = _BY_EXPECTED.position(arguments["cursor"]) if "cursor" in arguments else {}
        after = (position["after_0"], position["after_1"]) if position else None
        with tenant_session() as session:
            found = service.list_predictions(session, filters, after=after, limit=limit + 1)
            totals = service.count_predictions(session, filters) if "totals" in arguments.get("include", ()) else None
        items = found[:limit]
        page = {"items": items, "next_cursor": _BY_EXPECTED.cursor(items[-1]) if len(found) > limit else None}
        return answer(page if totals is None else page | {"totals": totals})

    @predictions.doc(operationId="requestForecast", parameters=[IDEMPOTENCY_KEY])
    @predictions.arguments(ForecastRequestSchema)
    @predictions.response(202, JobSchema, description="The job that forecasts; follow it at Location.")
    def post(self, body: dict[str, Any]) -> Response:
        """Forecast every open invoice anew"""
        kind = "forecasting.train" if body["train"] else "forecasting.score"
        with tenant_session() as session:
            return idempotency.once(session, lambda: accepted(session, jobs.submit(session, kind, {})))


@predictions.route("/<uuid:invoice_id>")
@predictions.doc(operationId="getPrediction")
@predictions.response(200, PredictionSchema)
def get_prediction(invoice_id: UUID) -> Response:
    """The newest prediction for one invoice"""
    with tenant_session() as session:
        prediction = service.get_prediction(session, invoice_id)
    if prediction is None:
        raise NotFoundError("There is no prediction for such an invoice.")
    return answer(prediction)


def invoice_prediction(session: Session, invoice_id: UUID, as_of: date) -> dict[str, Any] | None:
    """What the invoice document shows as `prediction`."""
    return service.get_prediction(session, invoice_id)


def customer_risk(session: Session, customer_id: UUID, as_of: date) -> dict[str, Any] | None:
    """What the customer document shows as `risk`: its assessment, and how many open invoices have which level.

    Before the first assessment the level is the worst among the open invoices.
    """
    counts = service.count_predictions(session, {"customer_id": customer_id})["risk_level"]
    card = risk_service.risk_card(session, customer_id)
    if card is not None:
        return card | {"invoices": counts}
    worst = next((level for level in ("high", "medium", "low") if counts[level]), None)
    return None if worst is None else {"level": worst, "invoices": counts}
