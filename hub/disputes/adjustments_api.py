"""What is to be taken off invoices: /api/adjustments."""

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from hub.disputes import history, write_back
from hub.disputes.documents import show_adjustment
from hub.disputes.policy_schemas import AdjustmentArguments, AdjustmentListSchema, AdjustmentSchema, WritingSchema
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import current_hub, now, tenant_session
from hub.http.idempotency import once
from hub.http.openapi import IDEMPOTENCY_KEY
from hub.jobs import service as jobs
from hub.ledger import adjustments as ledger

adjustments = Blueprint(
    "adjustments",
    __name__,
    url_prefix="/api/adjustments",
    description="What is to be taken off invoices, until the provider's books say the same.",
)


@adjustments.route("")
@adjustments.doc(operationId="listAdjustments")
@adjustments.arguments(AdjustmentArguments, location="query")
@adjustments.response(200, AdjustmentListSchema)
def list_adjustments(arguments: dict[str, Any]) -> Response:
    """Adjustments, newest first"""
    with tenant_session() as session:
        return answer({"items": [show_adjustment(each) for each in ledger.list_adjustments(session, **arguments)]})


@adjustments.route("/<uuid:adjustment_id>/write-back", methods=["POST"])
@adjustments.doc(operationId="writeBackAdjustment", parameters=[IDEMPOTENCY_KEY])
@adjustments.response(202, WritingSchema, description="It is being written: follow the job.")
def write(adjustment_id: UUID) -> Response:
    """Have it written to the provider as a credit memo, once; where an admin lets the hub write there"""

    def ask(session: Session) -> Response:
        job_id = write_back.ask(session, adjustment_id, current_hub().registry())
        shown = {"adjustment": show_adjustment(ledger.get(session, adjustment_id)), "job": jobs.get(session, job_id)}
        return answer(shown, 202, {"Location": f"/api/jobs/{job_id}"})

    with tenant_session() as session:
        return once(session, lambda: ask(session))


@adjustments.route("/<uuid:adjustment_id>/cancel", methods=["POST"])
@adjustments.doc(operationId="cancelAdjustment", parameters=[IDEMPOTENCY_KEY])
@adjustments.response(200, AdjustmentSchema)
def cancel(adjustment_id: UUID) -> Response:
    """Have it not be, as long as the provider was not told of it"""

    def end(session: Session) -> Response:
        before = ledger.get(session, adjustment_id, for_update=True)
        after = ledger.cancel(session, adjustment_id, now())
        if after.dispute_id is not None and before.status != after.status:
            was, told = ({"adjustment_id": after.id, "status": each.status} for each in (before, after))
            history.record(session, after.dispute_id, "adjusted", now(), before=was, after=told)
        return answer(show_adjustment(after))

    with tenant_session() as session:
        return once(session, lambda: end(session))
