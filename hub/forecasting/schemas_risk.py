"""What the API shows of customers' risk."""

from marshmallow import Schema, validate
from marshmallow.fields import Dict, Integer, List, Nested, String

from hub.forecasting.risk_contact import NEXT_STEPS, SEGMENTS
from hub.forecasting.schemas import RISK_LEVELS
from hub.http.fields import count, currency, day, flag, identifier, instant, money, number, probability, text


class RiskAmountsSchema(Schema):
    """A customer's money in one currency, and what is expected of it. Estimates but for `open`, `cash` and `credit`."""

    currency = currency(required=True)
    open = money("All that is open.", required=True)
    disputed = money("Of this, disputed.", required=True)
    cash = money("Money received that settles no invoice yet.", required=True)
    credit = money("Credit memos that settle no invoice yet.", required=True)
    promised = money("Of this, promised for a day to come.", required=True)
    free = money("Open, and neither disputed, promised nor covered by cash or credit, the oldest first.", required=True)
    overdue = money("Of this, past due.", required=True)
    delayed = money("Expected delayed cash: money times thirty-day months still to wait beyond due.", required=True)
    late30 = money("Expected to go over 30 days late.", required=True)
    loss = money("Expected never to be paid; see the assumption.", required=True)


class RiskReasonSchema(Schema):
    """One thing that moved the probability of going 30 days late."""

    feature = text("What it is about.", "oldest", required=True)
    contribution = number("Above 0: likelier late. In the model's own unit.", 0.8, required=True)
    sentence = text("In plain words.", "Its oldest open invoice is 25 days overdue", required=True)


class RiskChangeSchema(Schema):
    """A level that began."""

    as_of = day("Since when.", required=True)
    level = String(required=True, validate=validate.OneOf(RISK_LEVELS))
    p_late30 = probability("The probability then.", required=True)


class RiskModelSchema(Schema):
    """The model behind an assessment."""

    id = identifier("The model, as in /api/models.", required=True, allow_none=True)
    number = Integer(required=True, allow_none=True, metadata={"description": "Its version.", "example": 7})
    backend = text("What kind of model it is.", "xgboost_risk", required=True, allow_none=True)
    note = text("Why it is used.", required=True, allow_none=True)
    trained_on = day("It learnt from what was known at the end of that day.", required=True, allow_none=True)
    scores = Dict(required=True, allow_none=True, metadata={"description": "Of answers not seen, by backend."})


class RiskAssumptionSchema(Schema):
    """What the figures rest on."""

    loss_given_default = number("The part of what is 90 days late that is never paid.", 0.45, required=True)
    is_measured = flag("Whether the ledger's own write-offs say so; else it is set, or an assumption.", required=True)
    is_set = flag("Whether your people set it; see PUT /api/tenant.", required=True)
    words = text("Where it is from, in words.", required=True)
    severity = List(
        number("A part.", 0.6),
        required=True,
        metadata={
            "description": "The part of what is watched that goes 30, 60 and 90 days late where a customer does."
        },
    )
    medium_from = probability("From this p_late30 on the level is medium.", required=True)
    high_from = probability("From this p_late30 on the level is high.", required=True)
    horizon_days = count("What is open, or issued in so many days, is watched as far as it falls due in them.")
    material = number("A customer goes late when this part of what is watched does.", 0.1)
    contact_saves = Dict(
        required=True,
        metadata={"description": "An assumption: the part of the delay that contact saves, by segment."},
    )


class CustomerRiskSchema(Schema):
    """How likely a customer goes late, what that may cost, and why."""

    customer_id = identifier("The customer.", required=True)
    level = String(
        required=True,
        validate=validate.OneOf(RISK_LEVELS),
        metadata={"description": "What your people say, where they do; else what the model says."},
    )
    model_level = String(required=True, validate=validate.OneOf(RISK_LEVELS))
    risk_override = String(required=True, allow_none=True, validate=validate.OneOf(RISK_LEVELS))
    p_late30 = probability(
        "That it goes 30 days late with a tenth or more of what falls due in 30 days.", required=True
    )
    p_late60 = probability("The same, 60 days.", required=True)
    p_late90 = probability("The same, 90 days.", required=True)
    amounts = List(Nested(RiskAmountsSchema), required=True)
    home_currency = currency(required=True)
    expected_loss = money("In home currency.", required=True)
    contact_value = money("Expected delayed cash in home currency, times what contact saves of it.", required=True)
    assumption = Nested(RiskAssumptionSchema, required=True)
    reasons = List(
        Nested(RiskReasonSchema),
        required=True,
        allow_none=True,
        metadata={"description": "The weightiest first; kept for the customers with the most at risk."},
    )
    segment = String(required=True, validate=validate.OneOf(SEGMENTS))
    next_step = String(required=True, validate=validate.OneOf(NEXT_STEPS))
    why = text("Why this step.", required=True)
    history = List(Nested(RiskChangeSchema), required=True, metadata={"description": "Newest first."})
    model = Nested(RiskModelSchema, required=True)
    as_of = day("What was known at the end of that day went into it.", required=True)
    made_at = instant("When it was made.", required=True)
