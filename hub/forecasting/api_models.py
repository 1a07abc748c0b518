"""The models behind the predictions, and how good those were: /api/models and /api/accuracy."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from hub.forecasting import catalogue, succession
from hub.forecasting.schemas_models import (
    AccuracyArguments,
    AccuracySchema,
    BacktestRequestSchema,
    ModelArguments,
    ModelDetailSchema,
    ModelPageSchema,
    PromotionSchema,
    RollbackSchema,
)
from hub.http import idempotency
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import now, tenant_session
from hub.http.openapi import IDEMPOTENCY_KEY
from hub.http.paging import Key, Sort
from hub.jobs import service as jobs
from hub.jobs.api import accepted
from hub.jobs.schemas import JobSchema

models = Blueprint("models", __name__, url_prefix="/api/models", description="The models behind the predictions.")
track_record = Blueprint("accuracy", __name__, url_prefix="/api/accuracy", description="How good forecasts were.")

_NEWEST = Sort("-number", (Key("number", "m.number", "int"),), descending=True)


@models.route("")
@models.doc(operationId="listModels")
@models.arguments(ModelArguments, location="query")
@models.response(200, ModelPageSchema)
def list_models(arguments: dict[str, Any]) -> Response:
    """Models trained so far, of forecasts and of risk, each with its record and metrics, newest first, page by page"""
    filters = {name: value for name, value in arguments.items() if name in catalogue.FILTERS}
    limit = arguments["limit"]
    after = _NEWEST.position(arguments["cursor"])["after_0"] if "cursor" in arguments else None
    with tenant_session() as session:
        found = catalogue.list_models(session, filters, after=after, limit=limit + 1)
    items = found[:limit]
    cursor = _NEWEST.cursor(items[-1]) if len(found) > limit else None
    return answer({"items": [_shown(each) for each in items], "next_cursor": cursor})


@models.route("/<uuid:model_id>")
@models.doc(operationId="getModel")
@models.response(200, ModelDetailSchema)
def get_model(model_id: UUID) -> Response:
    """A model's whole record: what it learnt from, how it compared, and what it followed"""
    with tenant_session() as session:
        return answer(_detail(session, model_id))


@models.route("/<uuid:model_id>/backtest")
class ModelBacktest(MethodView):
    """A model's backend on the ledger's past."""

    @models.doc(operationId="backtestModel", parameters=[IDEMPOTENCY_KEY])
    @models.arguments(BacktestRequestSchema)
    @models.response(202, JobSchema, description="The job that tries it; its result has the backtest.")
    def post(self, body: dict[str, Any], model_id: UUID) -> Response:
        """Try a model's backend on the ledger as it was known on a day"""
        as_of: date = body.get("as_of") or now().date()
        with tenant_session() as session:
            catalogue.get_model(session, model_id)
            payload = {"model_id": str(model_id), "as_of": as_of.isoformat()}
            return idempotency.once(
                session, lambda: accepted(session, jobs.submit(session, "forecasting.backtest", payload))
            )


@models.route("/<uuid:model_id>/promote")
class ModelPromotion(MethodView):
    """A model put in charge by hand."""

    @models.doc(operationId="promoteModel", parameters=[IDEMPOTENCY_KEY])
    @models.arguments(PromotionSchema)
    @models.response(200, ModelDetailSchema)
    def post(self, body: dict[str, Any], model_id: UUID) -> Response:
        """Put a model in charge of its task, whatever trainings say, until it is released"""
        with tenant_session() as session:

            def promote() -> Response:
                succession.promote(session, model_id, why=body.get("why"), pin=body["pin"], now=now())
                return answer(_detail(session, model_id))

            return idempotency.once(session, promote)


@models.route("/<uuid:model_id>/release", methods=["POST"])
@models.doc(operationId="releaseModel", parameters=[IDEMPOTENCY_KEY])
@models.response(200, ModelDetailSchema)
def release_model(model_id: UUID) -> Response:
    """Take the pin off a model, so that the next training may replace it"""
    with tenant_session() as session:

        def release() -> Response:
            succession.release(session, model_id, now=now())
            return answer(_detail(session, model_id))

        return idempotency.once(session, release)


@models.route("/rollback")
class ModelRollback(MethodView):
    """The way back."""

    @models.doc(operationId="rollBackModel", parameters=[IDEMPOTENCY_KEY])
    @models.arguments(RollbackSchema)
    @models.response(200, ModelDetailSchema)
    def post(self, body: dict[str, Any]) -> Response:
        """Put the model before the present one back in charge, until it is released"""
        with tenant_session() as session:

            def roll_back() -> Response:
                found = succession.rollback(session, body["task"], why=body.get("why"), now=now())
                return answer(_detail(session, found))

            return idempotency.once(session, roll_back)


@track_record.route("")
@track_record.doc(operationId="getAccuracy")
@track_record.arguments(AccuracyArguments, location="query")
@track_record.response(200, AccuracySchema)
def get_accuracy(arguments: dict[str, Any]) -> Response:
    """How good forecasts were, now that the invoices are paid: by month, model and kind of invoice, beside naive"""
    since = now().date().replace(day=1)
    for _ in range(arguments["months"] - 1):
        since = (since - timedelta(days=1)).replace(day=1)
    filters = {name: value for name, value in arguments.items() if name in catalogue.SCORE_FILTERS}
    with tenant_session() as session:
        found = catalogue.accuracy(session, filters, since=since)
    return answer({"since": since, "horizon": arguments["horizon"], **found})


def _detail(session: Any, model_id: UUID) -> dict[str, Any]:
    model = _shown(catalogue.get_model(session, model_id))
    return model | {"changes": succession.changes(session, model_id)}


def _shown(model: dict[str, Any]) -> dict[str, Any]:
    data = model["data"]
    names = ("first", "last", "invoices", "payments", "customers", "digest")
    return model | {"data": {name: data[name] for name in names} if data else None}
