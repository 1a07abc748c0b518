"""What the API shows of the audit."""

from marshmallow import Schema, validate
from marshmallow.fields import Boolean, Dict, Integer, List, Nested, String

from hub.http.fields import PageArguments, PageSchema, instant, text
from hub.identity.audit import KINDS, OUTCOMES

EXPORT_LIMIT = 1_000_000
VERIFIED_AT_ONCE = 20_000


def _exactly(description: str, example: str) -> String:
    return String(
        validate=[validate.Length(1, 300), validate.Regexp(r"[^\x00]+$", error="Printable text.")],
        metadata={"description": description, "example": example},
    )


class AuditFilters(Schema):
    """What the list and the export may be narrowed by."""

    actor = _exactly(
        "Only what this actor did: the id of a person, a key or a client, or a plugin's connection.", "hub"
    )
    actor_kind = String(validate=validate.OneOf(KINDS), metadata={"description": "Only actors of this kind."})
    action = _exactly("Only this action, or those that begin so.", "customer.")
    object_type = _exactly("Only objects of this type.", "customer")
    object_id = _exactly("Only this object.", "018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10")
    outcome = String(validate=validate.OneOf(OUTCOMES), metadata={"description": "Only events that ended so."})
    request_id = _exactly("Only this request, as X-Request-ID names it.", "4f0c2a1b9d8e")
    since = instant("Only from this instant on.", data_key="from")
    until = instant("Only before this instant.", data_key="to")


class AuditArguments(AuditFilters, PageArguments):
    """Filters and paging of the list."""


class AuditExportArguments(AuditFilters):
    """Filters and form of the export."""

    format = String(
        load_default="csv",
        validate=validate.OneOf(["csv", "jsonl"]),
        metadata={"description": "CSV for spreadsheets, or one JSON object a line."},
    )
    limit = Integer(
        load_default=100_000,
        validate=validate.Range(1, EXPORT_LIMIT),
        metadata={"description": "How many events at most, newest first; narrow by `to` for the older ones."},
    )


class AuditEventSchema(Schema):
    """One thing that was done, refused or failed."""

    number = Integer(required=True, metadata={"description": "Its place in the chain, without gaps.", "example": 412})
    at = instant("When, by the database's clock.", required=True)
    actor_kind = String(required=True, validate=validate.OneOf(KINDS), metadata={"description": "What acted."})
    actor_id = text("Who acted: an id, or the address of somebody unknown.", "hub", required=True)
    actor_name = text("What people call them.", "ann@example.com", required=True)
    action = text("What was done; an operationId where nothing says it better.", "customer.updated", required=True)
    object_type = text("What it was done to.", "customer", required=True)
    object_id = text("Which one; empty for several.", "018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10", required=True)
    outcome = String(required=True, validate=validate.OneOf(OUTCOMES), metadata={"description": "How it ended."})
    before = Dict(required=True, allow_none=True, metadata={"description": "What changed, as it was."})
    after = Dict(
        required=True,
        allow_none=True,
        metadata={"description": "As it is now. Contact details are fingerprints (`fp:...`), secrets are struck out."},
    )
    address = text("Where from.", "192.0.2.7", required=True, allow_none=True)
    user_agent = text("With which program.", None, required=True, allow_none=True)
    request_id = text("In which request.", "4f0c2a1b9d8e", required=True, allow_none=True)


class AuditListSchema(PageSchema):
    """Events, newest first."""

    items = List(Nested(AuditEventSchema), required=True)


class VerificationArguments(Schema):
    """Which part of the chain to verify."""

    after = Integer(
        validate=validate.Range(0, 2**62),
        metadata={"description": "Begin behind this event; left out for the newest ones. 0 begins with the first."},
    )
    limit = Integer(
        load_default=VERIFIED_AT_ONCE,
        validate=validate.Range(1, VERIFIED_AT_ONCE),
        metadata={"description": "How many events to verify at most."},
    )


class FaultSchema(Schema):
    """Where the chain is not as it was written."""

    number = Integer(required=True, metadata={"description": "The first event with something wrong."})
    reason = text("What is wrong with it.", "was changed", required=True)


class VerificationSchema(Schema):
    """Whether the audit is as it was written."""

    is_intact = Boolean(required=True, metadata={"description": "Whether no fault was found in what was verified."})
    after = Integer(required=True, metadata={"description": "Verified behind this event ..."})
    through = Integer(required=True, metadata={"description": "... up to this one."})
    fault = Nested(FaultSchema, required=True, allow_none=True)
    head_number = Integer(required=True, metadata={"description": "The newest event."})
    head_hash = text("Its hash, hexadecimal: keep it elsewhere to prove later that nothing was written anew.", None)
    next_after = Integer(
        required=True, allow_none=True, metadata={"description": "Pass it as `after` to go on; null at the end."}
    )
