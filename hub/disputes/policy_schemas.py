"""What the API shows of suggestions, policies and adjustments, and what it takes."""

from typing import Any

from marshmallow import Schema, ValidationError, validate, validates_schema
from marshmallow.fields import Dict, Integer, List, Nested, String

from hub.disputes.policy import schema as policy_schema
from hub.disputes.policy_text import MAX_CHARACTERS
from hub.http.fields import choices, count, day, flag, identifier, instant, money, text
from hub.jobs.schemas import JobSchema
from hub.ledger.adjustments import KINDS, STATUSES

_DEFINITIONS = policy_schema()["$defs"]
ACTIONS: tuple[str, ...] = tuple(_DEFINITIONS["action"]["enum"])
EVIDENCE: tuple[str, ...] = tuple(sorted(_DEFINITIONS["evidence_kinds"]["items"]["enum"]))
FACTS: tuple[str, ...] = tuple(_DEFINITIONS["facts"]["items"]["enum"])
APPROVALS = ("member", "admin", "automatic")
MOST_DAYS = 366


class FactSchema(Schema):
    """Something that the ledger shows."""

    kind = String(required=True, validate=validate.OneOf(FACTS))
    sentence = text("With its figures.", "Nothing of INV-1042 is open: it is paid.", required=True)
    link = text("The page of the dashboard that has more.", "/invoices/view/?id=...")


class PastOutcomesSchema(Schema):
    """How earlier disputes of the same customer and reason ended."""

    count = count("How many.", required=True)
    outcomes = Dict(
        keys=String(),
        values=Integer(),
        required=True,
        metadata={"description": "How many by outcome.", "example": {"valid_credited": 3, "invalid_upheld": 1}},
    )


class SuggestionSchema(Schema):
    """What the policy suggests. It commits nothing."""

    action = String(required=True, validate=validate.OneOf(ACTIONS), metadata={"example": "credit"})
    amount = money("What it gives; null where no money moves.", required=True, allow_none=True)
    currency = text("Of the amount.", "EUR", required=True, allow_none=True)
    sentence = text("What to do, for people.", required=True)
    rule = text("The rule that fits; no_rule_fits where none does.", "price_proven", required=True)
    policy_number = Integer(
        required=True, metadata={"description": "The version of the policy; 0 is the one that comes with the hub."}
    )
    approve = String(
        required=True, validate=validate.OneOf(APPROVALS), metadata={"description": "Who has to approve at least."}
    )
    evidence_needed = List(String(validate=validate.OneOf(EVIDENCE)), required=True)
    evidence_missing = List(String(validate=validate.OneOf(EVIDENCE)), required=True)
    facts = List(Nested(FactSchema), required=True)
    look_alikes = Nested(PastOutcomesSchema)
    warning = text("What to beware of.", "Call back on a number known before.")


class PolicySchema(Schema):
    """A policy: which step is suggested for which dispute, how much it may give, and who approves it."""

    number = Integer(required=True, metadata={"description": "Counts up; 0 is the policy that comes with the hub."})
    document = Dict(
        required=True, metadata={"description": "The policy as data, by config/dispute_policy.schema.json."}
    )
    yaml = text("The same as it was written.", "version: 1", required=True)
    note = text("What whoever stored it said.", required=True, allow_none=True)
    created_by = text("Who stored it; null for the one that comes with the hub.", required=True, allow_none=True)
    created_at = instant("When it was stored.", required=True, allow_none=True)


class PolicyListSchema(Schema):
    """All versions, newest first."""

    items = List(Nested(PolicySchema), required=True)


class _PolicyTextSchema(Schema):
    document = Dict(metadata={"description": "The policy as data.", "additionalProperties": True})
    yaml = String(
        validate=validate.Length(1, MAX_CHARACTERS),
        metadata={"description": "The policy as YAML, in place of `document`.", "example": "version: 1"},
    )

    @validates_schema
    def _check(self, data: dict[str, Any], **_: Any) -> None:
        if ("document" in data) == ("yaml" in data):
            raise ValidationError("Give either yaml or document.", "yaml")


class PolicyInputSchema(_PolicyTextSchema):
    """A policy to be in force from now on."""

    note = String(
        allow_none=True,
        load_default=None,
        validate=validate.Length(1, 1_000),
        metadata={"description": "What changes, for whoever looks at it later.", "example": "Waive freight up to 80."},
    )


class PolicyRollbackSchema(Schema):
    """An earlier policy that is to be in force again."""

    number = Integer(
        required=True,
        validate=validate.Range(0, 2**31 - 1),
        metadata={"description": "Which; 0 for the one that comes with the hub.", "example": 0},
    )


class PolicyTrialInputSchema(_PolicyTextSchema):
    """A policy to try."""

    days = Integer(
        load_default=90,
        validate=validate.Range(1, MOST_DAYS),
        metadata={"description": "Disputes opened in so many days.", "example": 90},
    )


class DecisionSchema(Schema):
    """What a policy suggests for one dispute, in short."""

    action = String(required=True, validate=validate.OneOf(ACTIONS))
    amount = money("What it gives.", required=True, allow_none=True)
    currency = text("Of the amount.", "EUR", required=True, allow_none=True)
    rule = text("The rule that fits.", "price_proven", required=True)
    approve = String(required=True, validate=validate.OneOf(APPROVALS))


class TriedDisputeSchema(Schema):
    """One dispute under both policies."""

    id = identifier("The dispute.", required=True)
    number = count("Its number.", required=True)
    code = text("Its reason.", "pricing", required=True)
    today = Nested(DecisionSchema, required=True)
    tried = Nested(DecisionSchema, required=True)
    differs = flag("Whether they suggest different things.", required=True)


class PolicyTrialSchema(Schema):
    """What a policy would suggest for the tenant's own disputes as they stand now, beside the one in force."""

    policy_number = Integer(required=True, metadata={"description": "The policy in force."})
    items = List(Nested(TriedDisputeSchema), required=True)
    differing = count("Those for which they suggest different things.", required=True)
    count = count("Disputes that were looked at, the newest first.", required=True)
    is_cut = flag("Whether there were more disputes than are looked at.", required=True)


class AdjustmentSchema(Schema):
    """What is to be taken off an invoice, beside its balance until the provider's books say the same."""

    id = identifier("The adjustment.", required=True)
    invoice_id = identifier("The invoice.", required=True)
    dispute_id = identifier("The dispute that it settles.", required=True, allow_none=True)
    kind = String(required=True, validate=validate.OneOf(KINDS))
    amount = money("How much, in the invoice's currency.", required=True)
    currency = text("Of the amount.", "EUR", required=True)
    reason = text("What it is for.", "Dispute D-12: pricing", required=True)
    status = String(
        required=True,
        validate=validate.OneOf(STATUSES),
        metadata={
            "description": "pending: nobody was told. sending: the provider was asked, and nobody knows yet what came"
            " of it. written_back: the provider has the document. confirmed: a sync brought it. failed: the provider"
            " has none, and `error` says why."
        },
    )
    connection_id = identifier("Where it is written.", required=True, allow_none=True)
    written_on = day("The day that the document bears.", required=True, allow_none=True)
    external_id = text("The provider's id of the document.", required=True, allow_none=True)
    number = text("The number of the document.", "CM-1042", required=True, allow_none=True)
    applied = money("How much of the document settles the invoice.", required=True, allow_none=True)
    error = text("What is in the way, or what nobody knows yet.", required=True, allow_none=True)
    created_at = instant("When it was noted.", required=True)
    created_by = text("Who noted it.", required=True)
    updated_at = instant("When it was last changed.", required=True)
    version = count("Counts its changes.", required=True)


class AdjustmentListSchema(Schema):
    """Adjustments, newest first."""

    items = List(Nested(AdjustmentSchema), required=True)


class AdjustmentArguments(Schema):
    """Which adjustments."""

    dispute_id = identifier("Those of a dispute.")
    invoice_id = identifier("Those of an invoice.")
    status = choices("Those in one of these states.", STATUSES)
    limit = Integer(
        load_default=100, validate=validate.Range(1, 200), metadata={"description": "How many, newest first."}
    )


class WritingSchema(Schema):
    """An adjustment on its way to the provider: follow the job."""

    adjustment = Nested(AdjustmentSchema, required=True)
    job = Nested(JobSchema, required=True)
