"""What the API shows of work under way."""

from marshmallow import Schema, validate
from marshmallow.fields import Dict, Float, Integer, List, Nested, String

from hub.http.fields import count, identifier, instant, text

STATES = ("queued", "running", "done", "failed", "dead")


class JobArguments(Schema):
    """Filters of the list of jobs."""

    state = String(validate=validate.OneOf(STATES), metadata={"description": "Only jobs in this state."})
    kind = text("Only jobs of this kind.", "sync.import")
    limit = Integer(
        load_default=50, validate=validate.Range(1, 200), metadata={"description": "How many, newest first."}
    )


class JobErrorSchema(Schema):
    """Why the newest attempt failed."""

    code = text("Stable name of the problem.", "invalid", required=True)
    message = text("A sentence for people.", required=True)
    trace_id = text("Finds it in the log.", required=True, allow_none=True)


class JobSchema(Schema):
    """One piece of work: its state, how far it is, and what came of it."""

    id = identifier("Follow the job under this id.", required=True)
    kind = text("What it does.", "sync.import", required=True)
    state = String(
        required=True,
        validate=validate.OneOf(STATES),
        metadata={"description": "failed: not worth another try; dead: tried as often as it may."},
    )
    progress = Float(required=True, validate=validate.Range(0, 1), metadata={"description": "Share done, 0 to 1."})
    message = text("What it is doing.", "Reading invoices", required=True)
    result = Dict(required=True, allow_none=True, metadata={"description": "What came of it, once done."})
    error = Nested(JobErrorSchema, required=True, allow_none=True)
    attempts = count("How often it was tried.", required=True)
    max_attempts = count("How often it may be.", required=True)
    run_at = instant("Not before then.", required=True)
    created_at = instant("When it was asked for.", required=True)
    started_at = instant("When the newest attempt began.", required=True, allow_none=True)
    finished_at = instant("When it ended for good.", required=True, allow_none=True)


class JobListSchema(Schema):
    """Jobs, newest first."""

    items = List(Nested(JobSchema), required=True)
