"""What the API shows of a tenant's dispute classifier, and what it takes."""

from marshmallow import Schema, validate
from marshmallow.fields import Boolean, Dict, Float, Integer, List, Nested, String

from hub.http.fields import count, instant, text

STATUSES = ("champion", "retired", "rejected")


class ClassifierScoreSchema(Schema):
    """How a version did on the disputes that were held back."""

    accuracy = Float(
        required=True, metadata={"description": "How often its likeliest class is what a person said.", "example": 0.9}
    )
    log_loss = Float(
        required=True, metadata={"description": "Mean log loss of what a person said; less is better.", "example": 0.4}
    )


class ClassifierScoresSchema(Schema):
    """A new version beside the one in use then."""

    incumbent = Nested(ClassifierScoreSchema, required=True, metadata={"description": "The one in use then."})
    challenger = Nested(ClassifierScoreSchema, required=True, metadata={"description": "The new one."})
    held_back = count("On how many disputes, that neither learnt from.", required=True)


class ClassifierChangeSchema(Schema):
    """When a version came into use or left it."""

    at = instant("When.", required=True)
    status = String(required=True, validate=validate.OneOf(STATUSES))
    why = text("Why.", "Rolled back to version 2.", required=True)
    by_kind = text("Who: person, key, client or system.", "person", required=True)
    by_id = text("Their id.", "018f3a52-0000-7000-8000-00000000000a", required=True)


class DisputeClassifierSchema(Schema):
    """A version of the tenant's classifier."""

    number = count("Counts up within the tenant.", required=True)
    backend = text("The classifier it was learnt on.", "minilm_disputes", required=True)
    backend_version = text("Of that classifier.", "3f2a9c01d4b7", required=True)
    status = String(
        required=True,
        validate=validate.OneOf(STATUSES),
        metadata={"description": "champion: in use; retired: was; rejected: was not better than the one in use."},
    )
    reason = text("Why it is that.", "Better: log loss 0.410 after 0.530.", required=True)
    labels = count("Disputes with a class from a person by then.", required=True)
    scores = Nested(ClassifierScoresSchema, required=True)
    sha256 = text("Of what was learnt.", "9f86d081884c7d65", required=True)
    created_at = instant("When it was learnt.", required=True)
    changes = List(Nested(ClassifierChangeSchema), required=True)


class DisputeClassifiersSchema(Schema):
    """The tenant's classifier and its versions."""

    backend = text("The classifier that reads here, by the operator's settings.", "minilm_disputes", required=True)
    number = count("The version in use; 0: the classifier as it comes.", required=True)
    labels = count("Disputes with a class from a person.", required=True)
    labels_needed = count("So many are needed before anything is learnt.", required=True)
    by_code = Dict(
        keys=String(),
        values=Integer(),
        required=True,
        metadata={"description": "How many by class.", "example": {"pricing": 12, "tax_error": 3}},
    )
    can_learn = Boolean(required=True, metadata={"description": "Whether there is enough to learn from."})
    reason = text(
        "What is missing; null where it can learn.", "12 disputes have a class.", required=True, allow_none=True
    )
    items = List(Nested(DisputeClassifierSchema), required=True, metadata={"description": "Versions, newest first."})


class ClassifierRollbackSchema(Schema):
    """The version to go back to."""

    number = Integer(
        required=True,
        validate=validate.Range(min=0, max=2_147_483_647),
        metadata={"description": "A version that was in use; 0: the classifier as it comes.", "example": 2},
    )
