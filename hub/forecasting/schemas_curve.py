"""What the API shows of the curve of one invoice's payment."""

from marshmallow import Schema, validate
from marshmallow.fields import Integer, List, Nested

from hub.http.fields import count, day, identifier, probability, text

MOST_DAYS = 180


class CurveArguments(Schema):
    """How far ahead to look."""

    days = Integer(
        load_default=120,
        validate=validate.Range(1, MOST_DAYS),
        metadata={"description": "Days from the first one that was forecast.", "example": 120},
    )


class CurvePointSchema(Schema):
    """One day of the curve."""

    on = day("The day.", required=True)
    p_paid = probability("That the invoice is paid by the end of it.", required=True)


class PredictionCurveSchema(Schema):
    """How likely an invoice is paid by each day to come, by the newest forecast."""

    invoice_id = identifier("The invoice.", required=True)
    run_id = count("The forecast it belongs to.", required=True)
    as_of = day("What was known at the end of that day went into it.", required=True)
    model = text("The backend that made it.", "xgboost_hazard", required=True)
    model_number = count("Its version.", required=True)
    points = List(Nested(CurvePointSchema), required=True, metadata={"description": "Every day, the earliest first."})
