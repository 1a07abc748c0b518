"""The policy by which steps are suggested: /api/dispute-policy."""

from typing import Any

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from hub.disputes import policies
from hub.disputes.policy_schemas import (
    PolicyInputSchema,
    PolicyListSchema,
    PolicyRollbackSchema,
    PolicySchema,
    PolicyTrialInputSchema,
    PolicyTrialSchema,
)
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import now, tenant_session, today
from hub.http.etags import expected_version, version_header
from hub.http.idempotency import once
from hub.http.openapi import IDEMPOTENCY_KEY, IF_MATCH

dispute_policy = Blueprint(
    "dispute-policy",
    __name__,
    url_prefix="/api/dispute-policy",
    description="Which step is suggested for which dispute, how much it may give, and who approves it.",
)


@dispute_policy.route("")
class DisputePolicy(MethodView):
    """The policy in force."""

    @dispute_policy.doc(operationId="getDisputePolicy")
    @dispute_policy.response(200, PolicySchema)
    def get(self) -> Response:
        """The policy in force: the newest that was stored, else the one that comes with the hub"""
        with tenant_session() as session:
            return _show(session)

    @dispute_policy.doc(operationId="updateDisputePolicy", parameters=[IF_MATCH])
    @dispute_policy.arguments(PolicyInputSchema)
    @dispute_policy.response(200, PolicySchema)
    def put(self, body: dict[str, Any]) -> Response:
        """Have another policy be in force; suggestions follow it when they are made anew"""
        number = expected_version()
        with tenant_session() as session:
            policies.store(session, _source(body), body["note"], now(), expected_number=number)
            return _show(session)


@dispute_policy.route("/versions")
@dispute_policy.doc(operationId="listDisputePolicies")
@dispute_policy.response(200, PolicyListSchema)
def list_policies() -> Response:
    """All policies that were ever in force, newest first"""
    with tenant_session() as session:
        return answer({"items": policies.versions(session)})


@dispute_policy.route("/rollback", methods=["POST"])
@dispute_policy.doc(operationId="rollbackDisputePolicy", parameters=[IDEMPOTENCY_KEY])
@dispute_policy.arguments(PolicyRollbackSchema)
@dispute_policy.response(200, PolicySchema)
def roll_back(body: dict[str, Any]) -> Response:
    """Have an earlier policy be in force again, as a new version"""

    def store(session: Session) -> Response:
        policies.roll_back(session, body["number"], now())
        return _show(session)

    with tenant_session() as session:
        return once(session, lambda: store(session))


@dispute_policy.route("/try", methods=["POST"])
@dispute_policy.doc(operationId="tryDisputePolicy")
@dispute_policy.arguments(PolicyTrialInputSchema)
@dispute_policy.response(200, PolicyTrialSchema)
def try_policy(body: dict[str, Any]) -> Response:
    """What a policy would suggest for the tenant's disputes, beside the one in force; nothing is stored"""
    with tenant_session() as session:
        return answer(policies.try_out(session, _source(body), body["days"], now(), today()))


def _source(body: dict[str, Any]) -> Any:
    return body["yaml"] if "yaml" in body else body["document"]


def _show(session: Session) -> Response:
    shown = policies.show(session)
    return answer(shown, headers=version_header(shown["number"]))
