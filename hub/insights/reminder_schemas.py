"""What the API shows of the figures of reminders."""

from marshmallow import Schema, validate
from marshmallow.fields import Integer, List, Nested, String

from hub.http.fields import count, day, flag, number, probability, text
from hub.ledger.schemas import PromisesCountedSchema


class ReminderInsightsArguments(Schema):
    """What the figures of reminders take."""

    months = Integer(
        load_default=12,
        validate=validate.Range(1, 36),
        metadata={"description": "Months back, the running one with them."},
    )


class ReminderFiguresSchema(Schema):
    """How many reminders, and what became of them."""

    sent = count("Sent.", required=True)
    delivered = count("Known to be delivered; channels without receipts do not say.", required=True)
    bounced = count("That bounced.", required=True)
    complained = count("That were complained about.", required=True)
    replied = count("That were answered.", required=True)


class ReminderStageSchema(ReminderFiguresSchema):
    """The reminders of one stage."""

    stage = Integer(
        required=True, allow_none=True, metadata={"description": "The stage; null: composed by a person.", "example": 2}
    )


class ReminderMonthSchema(Schema):
    """The reminders of one month."""

    month = day("Its first day.", required=True)
    sent = count("Sent.", required=True)
    bounced = count("That bounced.", required=True)
    replied = count("That were answered.", required=True)


class PaidWithinSchema(Schema):
    """How many of the invoices were paid in full so soon after a reminder: what followed, not what it caused."""

    days = count("Within so many days of the sending.", required=True)
    invoices = count("Invoices in reminders that are so old, each time it was asked for.", required=True)
    paid = count("Of those, paid in full within the days.", required=True)
    p_paid = probability("The share; null while none is so old.", required=True, allow_none=True)


class ArmPaidSchema(Schema):
    """The share of an arm that was paid within so many days."""

    days = count("Within so many days of the first step.", required=True)
    p_paid = probability("The share; null where the arm is empty.", required=True, allow_none=True)


class ArmSchema(Schema):
    """The invoices that were reminded, or those that were held back by lot."""

    arm = String(required=True, validate=validate.OneOf(("reminded", "held_back")))
    invoices = count("How many, 30 days after their first step or longer.", required=True)
    customers = count("Of how many customers.", required=True)
    days_open = number(
        "Days to payment on average, 30 at most; null where it is empty.", required=True, allow_none=True
    )
    paid_within = List(Nested(ArmPaidSchema), required=True)


class UpliftSchema(Schema):
    """By how many days reminders bring payment forward, against invoices held back by lot."""

    days_gained = number("Days; null while there is not enough to tell.", 2.4, required=True, allow_none=True)
    low = number("The lower end of the 95 % interval.", 0.9, required=True, allow_none=True)
    high = number("Its upper end.", 3.9, required=True, allow_none=True)
    is_clear = flag("Whether the interval leaves out 0.", required=True)
    why = text("The same in words, or what is missing.", required=True)
    arms = List(Nested(ArmSchema), required=True)


class ReminderInsightsSchema(ReminderFiguresSchema):
    """What became of reminders, and what they changed."""

    from_ = day("From this day on.", data_key="from", attribute="from", required=True)
    to = day("To this day.", required=True)
    paid_within = List(Nested(PaidWithinSchema), required=True)
    months = List(Nested(ReminderMonthSchema), required=True)
    stages = List(Nested(ReminderStageSchema), required=True)
    promises = Nested(
        PromisesCountedSchema, required=True, metadata={"description": "What became of promises that ended meanwhile."}
    )
    uplift = Nested(UpliftSchema, required=True)
