"""The tenant's dispute classifier, its versions and what it learns from: /api/dispute-classifiers."""

from collections import Counter
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from hub.disputes import classifiers, learning
from hub.disputes.classifier_schemas import ClassifierRollbackSchema, DisputeClassifiersSchema
from hub.http import idempotency
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import current_hub, now, tenant_session
from hub.http.openapi import IDEMPOTENCY_KEY
from hub.jobs import service as jobs
from hub.jobs.api import accepted
from hub.jobs.schemas import JobSchema

dispute_classifiers = Blueprint(
    "dispute-classifiers",
    __name__,
    url_prefix="/api/dispute-classifiers",
    description="What reads the tenant's disputes, and what it has learnt from people's corrections.",
)


@dispute_classifiers.route("")
@dispute_classifiers.doc(operationId="listDisputeClassifiers")
@dispute_classifiers.response(200, DisputeClassifiersSchema)
def list_classifiers() -> Response:
    """The classifier in use, the labels collected and needed, and all versions, newest first"""
    with tenant_session() as session:
        return answer(_shown(session))


@dispute_classifiers.route("/train", methods=["POST"])
@dispute_classifiers.doc(operationId="trainDisputeClassifier", parameters=[IDEMPOTENCY_KEY])
@dispute_classifiers.response(202, JobSchema, description="The job that learns; its result says what came of it.")
def train() -> Response:
    """Learn from people's corrections now; the new version reads only if it is better on those held back"""
    with tenant_session() as session:
        return idempotency.once(
            session, lambda: accepted(session, jobs.submit(session, "disputes.learn", {"asked": True}))
        )


@dispute_classifiers.route("/rollback", methods=["POST"])
@dispute_classifiers.doc(operationId="rollbackDisputeClassifier", parameters=[IDEMPOTENCY_KEY])
@dispute_classifiers.arguments(ClassifierRollbackSchema)
@dispute_classifiers.response(200, DisputeClassifiersSchema)
def roll_back(body: dict[str, Any]) -> Response:
    """Have an earlier version, or the classifier as it comes, read from now on"""

    def change(session: Session) -> Response:
        classifiers.roll_back(session, body["number"], now())
        return answer(_shown(session))

    with tenant_session() as session:
        return idempotency.once(session, lambda: change(session))


def _shown(session: Session) -> dict[str, Any]:
    found = learning.labels(session)
    items = classifiers.versions(session)
    problem = learning.missing(found)
    champion = next((each["number"] for each in items if each["status"] == "champion"), 0)
    return {
        "backend": current_hub().settings.disputes_classifier,
        "number": champion,
        "labels": len(found),
        "labels_needed": learning.FEWEST_LABELS,
        "by_code": dict(sorted(Counter(label.code for label in found).items())),
        "can_learn": problem is None,
        "reason": problem,
        "items": items,
    }
