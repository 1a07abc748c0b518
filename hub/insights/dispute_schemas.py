"""What the API shows of the figures of disputes."""

from marshmallow import Schema, validate
from marshmallow.fields import Integer, List, Nested, String

from hub.disputes.groups import GROUPS
from hub.http.fields import count, currency, day, identifier, money, number, probability, text


class DisputeInsightsArguments(Schema):
    """What the figures of disputes take."""

    months = Integer(
        load_default=12,
        validate=validate.Range(1, 36),
        metadata={"description": "Months back, the running one with them."},
    )


class DisputedAmountSchema(Schema):
    """What is disputed in one currency."""

    currency = currency(required=True)
    amount = money("Of all disputes that are counted.", required=True)
    open_amount = money("Of those that are open.", required=True)


class DisputeFiguresSchema(Schema):
    """How many disputes, and how they ended."""

    unresolved = count("Not resolved yet.", required=True)
    late = count("Not resolved past the day by which they were to end.", required=True)
    resolved = count("Resolved.", required=True)
    median_days = number(
        "Median days from opening to resolving; null while none is.", 6.5, required=True, allow_none=True
    )
    decided = count("Ended with somebody right: credited in whole or part, or upheld.", required=True)
    won = count("Ended with the invoice upheld.", required=True)
    partly_won = count("Ended with a part credited.", required=True)
    count = count("Opened, open or resolved in the time.", required=True)
    share_won = probability(
        "Of what was decided, the share that was upheld; null where nothing was.", required=True, allow_none=True
    )
    amounts = List(Nested(DisputedAmountSchema), required=True)


def _code() -> String:
    return String(
        required=True, allow_none=True, metadata={"description": "The reason; null where it has not been read."}
    )


class DisputeReasonSchema(DisputeFiguresSchema):
    """The disputes of one reason."""

    code = _code()
    group = String(required=True, allow_none=True, metadata={"description": "Its group: " + ", ".join(GROUPS) + "."})


class DisputeMonthSchema(Schema):
    """How many disputes came and went in a month."""

    month = day("Its first day.", required=True)
    opened = count("Opened in it.", required=True)
    resolved = count("Resolved in it.", required=True)


class DisputeOutcomeSchema(Schema):
    """How many disputes ended so."""

    outcome = String(required=True, metadata={"description": "How they ended."})
    count = count("How many.", required=True)


class DisputeCauseSchema(Schema):
    """What comes from one customer or one product, in one currency."""

    place = count("1 is the largest amount of its currency.", required=True)
    count = count("Disputes.", required=True)
    currency = currency(required=True)
    amount = money("What is disputed.", required=True, allow_none=True)
    main_code = _code()


class DisputingCustomerSchema(DisputeCauseSchema):
    """A customer that disputes."""

    customer_id = identifier("The customer.", required=True)
    customer_name = text("Its name.", required=True, allow_none=True)


class DisputedProductSchema(DisputeCauseSchema):
    """A product that is disputed."""

    product = text("As whoever opened the dispute called it.", required=True)


class DisputeInsightsSchema(Schema):
    """What customers object to."""

    from_on = day("The first day counted.", required=True)
    to_on = day("The last.", required=True)
    totals = Nested(DisputeFiguresSchema, required=True)
    by_code = List(Nested(DisputeReasonSchema), required=True)
    by_month = List(Nested(DisputeMonthSchema), required=True)
    outcomes = List(Nested(DisputeOutcomeSchema), required=True)
    customers = List(Nested(DisputingCustomerSchema), required=True)
    products = List(Nested(DisputedProductSchema), required=True)
