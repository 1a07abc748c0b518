"""What the API shows of an invoice's predictions over time."""

from marshmallow import Schema, validate
from marshmallow.fields import Boolean, Integer, List, Nested, String

from hub.forecasting.schemas import RISK_LEVELS
from hub.http.fields import PageSchema, count, currency, day, identifier, instant, money, number, probability, text


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
    risk_level = String(required=True, validate=validate.OneOf(RISK_LEVELS))
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


class PaymentReasonSchema(Schema):
    """One thing that makes the payment come later or sooner than that of a typical invoice."""

    feature = text("What it is about.", "usual_delay", required=True)
    sentence = text("In words.", "This customer usually pays 9 days after due", required=True)
    days = number("By how many days it has the payment expected later.", 6.5)
    contribution = number("The same in the model's own unit.", 0.8, required=True)


class ReminderEffectSchema(Schema):
    """What a reminder would change, where the tenant's own past says so."""

    days_sooner = number("By how many days; null where that is not known.", 4.0, required=True, allow_none=True)
    why = text("What it rests on, or why nothing is claimed.", required=True)
    reminded = count("Invoices that were reminded.", required=True)
    not_reminded = count("Like ones that were held back, by lot.", required=True)
    needed = count("Customers of each that are needed at least.", required=True)


class PredictionReasonsSchema(Schema):
    """Why the newest forecast expects an invoice when it does."""

    invoice_id = identifier("The invoice.", required=True)
    run_id = count("The forecast it is about.", required=True)
    as_of = day("What was known at the end of that day went into it.", required=True)
    model = text("The backend that made it.", "xgboost_hazard", required=True)
    difference_days = number(
        "How much later than a typical invoice's the payment is expected; null for reasons that were kept.",
        7.5,
        required=True,
        allow_none=True,
    )
    other_days = number("What of it is not among the reasons.", 0.5, required=True, allow_none=True)
    reasons = List(Nested(PaymentReasonSchema), required=True, metadata={"description": "The weightiest first."})
    if_reminded = Nested(ReminderEffectSchema, required=True)
