"""What the API shows of forecasts and models, and what it takes."""

from marshmallow import Schema, validate
from marshmallow.fields import Boolean, List, Nested, Raw, String

from hub.http.fields import (
    PageArguments,
    PageSchema,
    choices,
    count,
    currency,
    day,
    identifier,
    instant,
    money,
    probability,
    text,
)

RISK_LEVELS = ("low", "medium", "high")


class PredictionArguments(PageArguments):
    """Filters of the list of predictions; all that are given must hold."""

    include = choices("`totals` adds the number of all that match, by risk level.", ["totals"])
    risk_level = String(validate=validate.OneOf(RISK_LEVELS), metadata={"description": "Only this level."})
    customer_id = identifier("Invoices of this customer.")
    currency = currency()
    due_from = day("Due that day or later.")
    due_to = day("Due that day or earlier.")
    expected_from = day("Expected to be paid that day or later.")
    expected_to = day("Expected to be paid that day or earlier.")


class PredictionSchema(Schema):
    """When one invoice will be paid, how sure that is, and why."""

    invoice_id = identifier("The invoice.", required=True)
    number = text("Its number.", "INV-1042", required=True)
    customer_id = identifier("Who owes it.", required=True)
    currency = currency(required=True)
    balance = money("What is still to be paid.", required=True)
    issued_on = day("Invoice date.", required=True)
    due_on = day("Due date.", required=True)
    p_paid_by_due = probability("That it is paid by its due date.", required=True)
    p_late30 = probability("That it is paid more than 30 days after its due date.", required=True)
    expected_on = day("Expected day of payment.", required=True)
    p10_on = day("Paid by then with a probability of 10 %.", required=True)
    p50_on = day("Paid by then with a probability of 50 %.", required=True)
    p90_on = day("Paid by then with a probability of 90 %.", required=True)
    risk_level = String(required=True, validate=validate.OneOf(RISK_LEVELS))
    reasons = Raw(
        required=True,
        allow_none=True,
        metadata={"description": "Sentences with their weight; kept for the invoices most worth a look."},
    )
    model = text("The backend that made it.", "xgboost_hazard", required=True)
    model_number = count("Its version.", required=True)
    run_id = count("The forecast it belongs to.", required=True)
    as_of = day("What was known at the end of that day went into it.", required=True)
    made_at = instant("When it was made.", required=True)


class RiskCountsSchema(Schema):
    """How many of each risk level."""

    low = count("How many.", required=True)
    medium = count("How many.", required=True)
    high = count("How many.", required=True)


class PredictionTotalsSchema(Schema):
    """What matches the filters, beyond this page."""

    total = count("Matching predictions.", required=True)
    risk_level = Nested(RiskCountsSchema, required=True)


class PredictionPageSchema(PageSchema):
    """A page of predictions, by expected day."""

    items = List(Nested(PredictionSchema), required=True)
    totals = Nested(PredictionTotalsSchema)


class ForecastRequestSchema(Schema):
    """What to forecast anew."""

    train = Boolean(
        load_default=False,
        metadata={"description": "Train a new model first, which takes minutes; else the present one is used."},
    )
