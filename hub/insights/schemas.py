"""What the API shows of the figures, and what it takes."""

from typing import get_args

from marshmallow import Schema, validate
from marshmallow.fields import Boolean, Dict, Integer, List, Nested, String

from hub.forecasting.risk_contact import NEXT_STEPS, SEGMENTS
from hub.forecasting.schemas import RISK_LEVELS
from hub.http.fields import (
    PageArguments,
    PageSchema,
    count,
    currency,
    day,
    identifier,
    instant,
    money,
    probability,
    ratio,
    text,
)
from hub.insights.aging import Basis
from hub.insights.collection import DsoMethod

_AS_OF = "The day the figures are for; today in the tenant's time zone unless given."


class SummaryArguments(Schema):
    """What the summary takes."""

    as_of = day(_AS_OF)
    months = Integer(
        load_default=12, validate=validate.Range(1, 24), metadata={"description": "Months of trend.", "example": 12}
    )


class AgingArguments(Schema):
    """What the aging takes."""

    as_of = day(_AS_OF)
    basis = String(
        load_default="due_on",
        validate=validate.OneOf(get_args(Basis)),
        metadata={"description": "Age by days past due, or by days since issue."},
    )
    customer_id = identifier("Of this customer only.")


class DsoArguments(Schema):
    """What days sales outstanding takes."""

    as_of = day(_AS_OF)
    method = String(
        load_default="countback",
        validate=validate.OneOf(get_args(DsoMethod)),
        metadata={"description": "How it is worked out; docs/api.md says what each means."},
    )
    days = Integer(
        validate=validate.Range(1, 3660),
        metadata={"description": "Length of the period that ends on as_of; not with countback."},
    )


class WorklistArguments(Schema):
    """What the worklist takes."""

    as_of = day(_AS_OF)
    limit = Integer(
        load_default=20,
        validate=validate.Range(1, 500),
        metadata={"description": "Customers per currency.", "example": 20},
    )


HELD = ("disputed", "promised", "unapplied_cash", "credit_pending", "no_reminders")


class ContactArguments(PageArguments):
    """Filters of the list of whom to contact."""

    next_step = String(validate=validate.OneOf(NEXT_STEPS), metadata={"description": "Only those to be treated so."})
    risk_level = String(validate=validate.OneOf(RISK_LEVELS), metadata={"description": "Only customers of this level."})
    owner = String(
        validate=validate.Regexp(r"me|none|[0-9a-fA-F-]{36}", error="me, none, or the id of a person."),
        metadata={"description": "Only those that somebody looks after: me, none, or the id of a person."},
    )
    snoozed = Boolean(load_default=False, metadata={"description": "Only those that rest, which are left out else."})


class AmountsToContactSchema(Schema):
    """A customer's money in one currency."""

    currency = currency(required=True)
    open = money("All that is open.", required=True)
    free = money("Of this, neither disputed, promised nor covered by cash or credit.", required=True)
    overdue = money("Of this, past due.", required=True)
    delayed = money("Expected delayed cash: money times thirty-day months still to wait beyond due.", required=True)
    late30 = money("Expected to go over 30 days late.", required=True)
    loss = money("Expected never to be paid.", required=True)


class HeldSchema(Schema):
    """What is left out of the value, and why."""

    kind = String(required=True, validate=validate.OneOf(HELD))
    currency = currency(required=True, allow_none=True)
    amount = money("How much of the open amount; null for what is no amount.", required=True, allow_none=True)


class ContactOwnerSchema(Schema):
    """Somebody of the tenant."""

    id = identifier("Names the person.", required=True)
    name = text("What they are called.", "Ada Lovelace", required=True)


class LastContactSchema(Schema):
    """The newest talk with a customer, or reminder to it."""

    at = instant("When.", required=True)
    kind = String(required=True, validate=validate.OneOf(["reminder", "call", "email", "meeting"]))


class ContactPromiseSchema(Schema):
    """A promise that was broken in the last 30 days, or the next one that is open."""

    promised_on = day("The day by which it was to be paid.", required=True)
    amount = money("What was promised.", required=True)
    currency = currency(required=True)
    status = String(required=True, validate=validate.OneOf(["open", "broken", "partly_kept"]))


class DoneTodaySchema(Schema):
    """What people did since the day began where the tenant is."""

    customers = count("Customers that somebody turned to.", required=True)
    mine = count("Of them, those the caller turned to.", required=True)
    amounts = List(Nested(lambda: TouchedSchema()), required=True)


class TouchedSchema(Schema):
    """What customers that were turned to owe in one currency."""

    amount = money("All that is open.", required=True)
    currency = currency(required=True)


class CustomerToContactSchema(Schema):
    """A customer to contact, or to leave alone for a reason."""

    customer_id = identifier("The customer.", required=True)
    customer_name = text("Its name.", "Acme GmbH", required=True)
    risk_level = String(required=True, validate=validate.OneOf(RISK_LEVELS))
    p_late30 = probability("That it goes 30 days late.", required=True)
    p_late60 = probability("That it goes 60 days late.", required=True)
    p_late90 = probability("That it goes 90 days late.", required=True)
    segment = String(required=True, validate=validate.OneOf(SEGMENTS))
    contact_value = money("Expected delayed cash at home, times what contact is assumed to save of it.", required=True)
    expected_loss = money("In home currency.", required=True)
    oldest_due_on = day("Of the invoices open then.", required=True, allow_none=True)
    amounts = List(Nested(AmountsToContactSchema), required=True)
    held = List(Nested(HeldSchema), required=True)
    next_step = String(required=True, validate=validate.OneOf(NEXT_STEPS))
    why = text("Why this step.", required=True)


class WorklistCustomerSchema(CustomerToContactSchema):
    """A customer to contact, and how it stands with them."""

    owner = Nested(ContactOwnerSchema, required=True, allow_none=True)
    snoozed_until = day("The list leaves it out before this day.", required=True, allow_none=True)
    last_contact = Nested(LastContactSchema, required=True, allow_none=True)
    promise = Nested(ContactPromiseSchema, required=True, allow_none=True)
    expected_on = day("When the next payment is expected.", required=True, allow_none=True)


class CustomersToContactSchema(PageSchema):
    """Whom to contact, the most worthwhile first."""

    items = List(Nested(CustomerToContactSchema), required=True)
    as_of = day("The assessment's day; null before the first.", required=True, allow_none=True)
    home_currency = String(required=True, allow_none=True, metadata={"description": "Of the values to order by."})
    assumption = text("What the value rests on.", required=True)
    contact_saves = Dict(
        required=True, metadata={"description": "The part of the delay that contact is assumed to save, by segment."}
    )


class WorklistPageSchema(CustomersToContactSchema):
    """The worklist: whom to contact, how it stands with them, and what was done today."""

    items = List(Nested(WorklistCustomerSchema), required=True)
    done_today = Nested(DoneTodaySchema, required=True)


class BucketSchema(Schema):
    """The invoices of one age."""

    label = text("Days past due, or since issue.", "1-30", required=True)
    amount = money("Sum of what is open.", required=True)
    invoices = count("How many.", required=True)


class AgingSchema(Schema):
    """What is open in one currency, by age."""

    as_of = day("The day it is for.", required=True)
    basis = String(required=True)
    currency = currency(required=True)
    customer_id = identifier("Null for all customers.", required=True, allow_none=True)
    buckets = List(Nested(BucketSchema), required=True)
    unapplied = money("Money and credit received that settles no invoice yet.", required=True)
    open = money("All open invoices.", required=True)
    balance = money("Open invoices less unapplied credit.", required=True)
    invoices = count("Open invoices.", required=True)


class AgingListSchema(Schema):
    """Aging, a currency to an entry."""

    items = List(Nested(AgingSchema), required=True)


class FigureSchema(Schema):
    """One key figure, with what it takes to check it by hand."""

    name = text("Which figure.", "dso", required=True)
    method = text("How it was worked out.", "countback", required=True)
    currency = currency(required=True)
    value = ratio("Null where the figure is undefined; the note says why.", required=True, allow_none=True)
    unit = String(required=True, validate=validate.OneOf(["days", "percent", "times"]))
    inputs = Dict(required=True, metadata={"description": "The sums, dates and counts it was worked out from."})
    note = text("Why it is undefined, or what to know when reading it.", required=True, allow_none=True)


class FigureListSchema(Schema):
    """A figure, a currency to an entry."""

    items = List(Nested(FigureSchema), required=True)


class MonthSchema(Schema):
    """One calendar month: its flows, and what they left receivable."""

    currency = currency(required=True)
    from_on = day("First day.", required=True)
    to_on = day("Last day, or as_of.", required=True)
    days = count("Days of the month that have passed.", required=True)
    billed = money("Invoices issued.", required=True)
    credited = money("Credit memos issued.", required=True)
    paid = money("Set against invoices by payments and the like.", required=True)
    written_off = money("Written off.", required=True)
    receivable = money("What customers owed at its end.", required=True)
    trailing_sales = money("Net credit sales of the trailing days that end with it.", required=True)
    trailing_days = count("How many days that is.", required=True)
    rolling_dso = ratio("Receivable in days of the trailing sales.", required=True, allow_none=True)


class CurrencySummarySchema(Schema):
    """All of one currency."""

    currency = currency(required=True)
    open = money("Open invoices.", required=True)
    overdue = money("Of these, past due.", required=True)
    unapplied = money("Money and credit that settles no invoice yet.", required=True)
    open_invoices = count("How many are open.", required=True)
    overdue_invoices = count("How many are past due.", required=True)
    aging = Nested(AgingSchema, required=True)
    figures = List(Nested(FigureSchema), required=True)
    trend = List(Nested(MonthSchema), required=True, metadata={"description": "By month, oldest first."})


class SummarySchema(Schema):
    """The ledger on one day, a currency to an entry."""

    as_of = day("The day it is for.", required=True)
    currencies = List(Nested(CurrencySummarySchema), required=True)


class WorklistItemSchema(Schema):
    """A customer's undisputed overdue invoices of one currency."""

    rank = count("Place within the currency, from 1.", required=True)
    customer_id = identifier("Who owes it.", required=True)
    customer_name = text("Their name.", "Acme GmbH", required=True)
    currency = currency(required=True)
    overdue = money("Sum past due.", required=True)
    invoices = count("How many invoices.", required=True)
    oldest_due_on = day("The oldest due date.", required=True)
    days_overdue = count("Days since then.", required=True)
    delayed = money("Balance times thirty-day months overdue.", required=True)


class WorklistSchema(Schema):
    """Customers to turn to first, by currency and rank."""

    items = List(Nested(WorklistItemSchema), required=True)
