"""Work under way and its outcome: /api/jobs."""

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from hub.errors import NotFoundError
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import tenant_session
from hub.jobs import service
from hub.jobs.schemas import JobArguments, JobListSchema, JobSchema

jobs = Blueprint("jobs", __name__, url_prefix="/api/jobs", description="Work under way and its outcome.")


@jobs.route("")
@jobs.doc(operationId="listJobs")
@jobs.arguments(JobArguments, location="query")
@jobs.response(200, JobListSchema)
def list_jobs(arguments: dict[str, Any]) -> Response:
    """Jobs, newest first"""
    with tenant_session() as session:
        return answer({"items": service.list_work(session, **arguments)})


@jobs.route("/<uuid:job_id>")
@jobs.doc(operationId="getJob")
@jobs.response(200, JobSchema)
def get_job(job_id: UUID) -> Response:
    """A job's state, progress and result"""
    with tenant_session() as session:
        job = service.get(session, job_id)
    if job is None:
        raise NotFoundError("There is no such job.")
    return answer(job)


def accepted(session: Session, job_id: UUID) -> Response:
    """The answer to a request that became a job: 202 with the job, and where to follow it."""
    return answer(service.get(session, job_id), 202, {"Location": f"/api/jobs/{job_id}"})
