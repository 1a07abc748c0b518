"""What the API shows of an invoice's predictions over time."""

from marshmallow import Schema, validate
from marshmallow.fields import Boolean, Integer, List, Nested, String

from hub.http.fields import PageSchema, count, currency, day, identifier, instant, money, probability, text
from hub.sdk.risk import LEVELS


class PastPredictionSchema(Schema):
    """What one run forecast of the invoice, and how far off that was."""

    run_id = count("The forecast it belongs to.", required=True)
    as_of = day("What was known at the end of that day went into it.", required=True)
    made_at = instant("When it was made.", required=True)
    model_id = identifier("The model that made it.", required=True)
    model = text("Its kind.", "xgboost_hazard", required=True)
    p_paid_by_due = probability("That it is paid by its due date.", required=True)
    p_late30 = probability("That it is paid more than 30 days after its due date.", required=True)
    expected_on = day("Expected day of payment.", required=True)
    p10_on = day("Paid by then with a probability of 10 %.", required=True)
    p50_on = day("Paid by then with a probability of 50 %.", required=True)
    p90_on = day("Paid by then with a probability of 90 %.", required=True)
    risk_level = String(required=True, validate=validate.OneOf(LEVELS))
    days_off = Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Days from payment to the expected day: above 0, it came sooner; null until paid."},
    )
    is_held = Boolean(
        required=True,
        allow_none=True,
        metadata={"description": "Whether it was paid from p10_on to p90_on; null until paid."},
    )


class PredictionHistorySchema(PageSchema):
    """An invoice as it is now, and a page of what was forecast of it, the newest first."""

    invoice_id = identifier("The invoice.", required=True)
    number = text("Its number.", "INV-1042", required=True)
    currency = currency(required=True)
    total = money("What it is over.", required=True)
    balance = money("What is still to be paid.", required=True)
    issued_on = day("Invoice date.", required=True)
    due_on = day("Due date.", required=True)
    status = text("What has become of it.", "paid", required=True)
    paid_on = day("The day of its last payment; null until then.", required=True, allow_none=True)
    items = List(Nested(PastPredictionSchema), required=True)
