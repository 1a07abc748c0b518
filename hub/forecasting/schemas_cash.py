"""What the API shows of cash to come, and what it takes to suppose otherwise."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, validate, validates_schema
from marshmallow.fields import Float, Integer, List, Nested, String

from hub.forecasting.cash_reading import MOST
from hub.http.fields import choices, currency, day, identifier, instant, money, money_input, text

PERIODS = tuple(MOST)


class PeriodsSchema(Schema):
    """Into what the time is cut, and how much of it is shown."""

    by = String(load_default="week", validate=validate.OneOf(PERIODS), metadata={"description": "Periods to show."})
    horizon = Integer(
        validate=validate.Range(1, max(MOST.values())),
        metadata={
            "description": "Periods ahead, the running one first: up to 182 days (30), 26 weeks (13), 6 months (3).",
            "example": 13,
        },
    )

    @validates_schema(skip_on_field_errors=True)
    def horizon_fits(self, data: Mapping[str, Any], **_: Any) -> None:
        """Half a year ahead is as far as forecasts go."""
        most = MOST[data.get("by", "week")]
        if data.get("horizon", 1) > most:
            raise ValidationError(f"At most {most} by {data['by']}.", "horizon")


class CashFlowArguments(PeriodsSchema):
    """What the cash flow takes."""

    back = Integer(
        validate=validate.Range(0, 104),
        metadata={"description": "Past periods with what came in, beside the running one: 14 days, 8 weeks, 3 months."},
    )
    weeks = Integer(validate=validate.Range(1, 26), metadata={"description": "The same as horizon.", "example": 13})
    weeks_back = Integer(validate=validate.Range(0, 104), metadata={"description": "The same as back."})
    include = choices("`new_business` adds what invoices issued later may bring.", ["new_business"])


class ExpectedSumSchema(Schema):
    """What several weeks together are expected to bring; narrower than the sum of their ranges."""

    expected = money("The mean.", required=True)
    p10 = money("Less comes in 10 % of cases.", required=True)
    p90 = money("More comes in 10 % of cases.", required=True)


class ExpectedSchema(ExpectedSumSchema):
    """What one period is expected to bring; 80 % of periods fall between p10 and p90."""

    p50 = money("More comes in half of the cases.")


class SpanSchema(Schema):
    """A period."""

    starts_on = day("Its first day.", required=True)
    ends_on = day("Its last day.", required=True)
    week = day("Its Monday, of weeks.")


class ExpectedPeriodSchema(SpanSchema, ExpectedSchema):
    """What one period is expected to bring."""

    new_business = Nested(
        ExpectedSumSchema,
        allow_none=True,
        metadata={
            "description": "Where asked for: what invoices issued later may bring in it, as such did in the ledger's "
            "past; not in the figures beside it. Null where the ledger is too young to tell."
        },
    )


class EarlierForecastSchema(ExpectedSchema):
    """What a run before a period had expected of it, of the invoices that it knew."""

    as_of = day("What was known at the end of that day went into it.", required=True)
    came = money("What came in on the invoices that had been issued by then.", required=True)


class ActualPeriodSchema(SpanSchema):
    """What one period brought, and what had been expected of it."""

    amount = money("Receipts set against invoices, whenever these were issued.", required=True)
    forecast_1_week_before = Nested(
        EarlierForecastSchema,
        allow_none=True,
        metadata={"description": "By the run a week before it; null without one."},
    )
    forecast_4_weeks_before = Nested(
        EarlierForecastSchema, allow_none=True, metadata={"description": "By the run four weeks before it."}
    )


class CurrencyCashFlowSchema(Schema):
    """Receipts in one currency."""

    currency = currency(required=True)
    forecast = List(Nested(ExpectedPeriodSchema), required=True)
    four_weeks = Nested(ExpectedSumSchema, required=True, metadata={"description": "The first four weeks together."})
    actual = List(Nested(ActualPeriodSchema), required=True)


class CashFlowSchema(Schema):
    """Receipts by period, a currency to an entry."""

    as_of = day("What was known at the end of that day went into it; null before the first forecast.", allow_none=True)
    made_at = instant("When it was made.", allow_none=True)
    model = text("The backend that made it.", "xgboost_hazard", allow_none=True)
    model_number = Integer(allow_none=True, metadata={"description": "That model's number.", "example": 12})
    model_version = text("The backend's version.", "1.0.0", allow_none=True)
    by = String(validate=validate.OneOf(PERIODS), metadata={"description": "The periods shown."})
    covers = text("What the forecast is about.", "Invoices issued by as_of; new business is not included.")
    currencies = List(Nested(CurrencyCashFlowSchema), required=True)


_OF_KIND: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "stops_paying": (frozenset({"customer_id"}), frozenset()),
    "terms": (frozenset({"days"}), frozenset({"customer_id", "currency", "country"})),
    "collection_push": (frozenset({"days"}), frozenset({"customer_id", "currency", "country", "share"})),
    "paid_on": (frozenset({"invoice_id", "paid_on"}), frozenset()),
    "new_invoice": (frozenset({"customer_id", "currency", "amount", "issued_on", "due_on"}), frozenset()),
}
"""What each kind of change needs, and what it may have."""


class ChangeSchema(Schema):
    """One thing that is supposed to be otherwise.

    `stops_paying` needs customer_id; `terms` and `collection_push` need days and are about all open invoices, or those
    of a customer_id, a currency, a country; `paid_on` needs invoice_id and paid_on; `new_invoice` needs customer_id,
    currency, amount, issued_on and due_on.
    """

    kind = String(required=True, validate=validate.OneOf(_OF_KIND), metadata={"description": "What is otherwise."})
    customer_id = identifier("A customer.")
    invoice_id = identifier("An open invoice.")
    currency = currency()
    country = text("Customers of this country, as the books name it.", "DE", validate=validate.Length(1, 60))
    days = Integer(
        validate=validate.Range(-180, 180),
        metadata={
            "description": "Days later (terms; sooner where negative) or sooner (collection_push).",
            "example": 10,
        },
    )
    share = Float(
        validate=validate.Range(0, 1),
        metadata={"description": "How likely a push works, by your own assumption; 1 unless given.", "example": 0.5},
    )
    amount = money_input("What the new invoice is over.")
    issued_on = day("Its day of issue.")
    due_on = day("Its due date.")
    paid_on = day("The day on which the invoice is paid.")

    @validates_schema(skip_on_field_errors=True)
    def has_what_its_kind_needs(self, data: Mapping[str, Any], **_: Any) -> None:
        """No field is missing, and none is there in vain."""
        needed, allowed = _OF_KIND[data["kind"]]
        given = set(data) - {"kind"}
        problems = {name: ["Needed for this kind of change."] for name in needed - given}
        problems |= {name: ["This kind of change does not take it."] for name in given - needed - allowed}
        if data["kind"] == "collection_push" and data.get("days", 1) < 1:
            problems["days"] = ["At least 1."]
        if data.get("amount", 1) <= 0:
            problems["amount"] = ["Above 0."]
        if problems:
            raise ValidationError(problems)


class ScenarioSchema(Schema):
    """Changes that are supposed together, one after the other."""

    name = text("What to call it in the answer.", "Acme stops paying", validate=validate.Length(max=100))
    changes = List(Nested(ChangeSchema), required=True, validate=validate.Length(1, 10))


class ScenariosRequestSchema(PeriodsSchema):
    """What is supposed, each scenario by itself."""

    scenarios = List(Nested(ScenarioSchema), required=True, validate=validate.Length(1, 5))


class ComparedPeriodSchema(Schema):
    """One period as it is expected, as it would be, and the effect with its own range."""

    starts_on = day("Its first day.", required=True)
    ends_on = day("Its last day.", required=True)
    base = Nested(ExpectedSchema, required=True)
    scenario = Nested(ExpectedSchema, required=True)
    difference = Nested(ExpectedSchema, required=True, metadata={"description": "Scenario less base."})


class ComparedCurrencySchema(Schema):
    """One currency."""

    currency = currency(required=True)
    periods = List(Nested(ComparedPeriodSchema), required=True)


class ComparedSchema(Schema):
    """One scenario beside the base."""

    name = text("As it was called.", required=True, allow_none=True)
    assumes = List(String(), required=True, metadata={"description": "What is supposed, in words, one per change."})
    currencies = List(Nested(ComparedCurrencySchema), required=True)


class ScenariosSchema(Schema):
    """Scenarios beside the newest forecast. Nothing of them is kept."""

    as_of = day("The forecast's day.", required=True)
    made_at = instant("When the forecast was made.", required=True)
    by = String(required=True, validate=validate.OneOf(PERIODS), metadata={"description": "The periods shown."})
    scenarios = List(Nested(ComparedSchema), required=True)
