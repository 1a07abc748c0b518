"""What the API shows of the page that a dashboard opens with."""

from marshmallow import Schema
from marshmallow.fields import Integer, List, Nested, String

from hub.connections.schemas import NoticeSchema
from hub.forecasting.schemas_cash import CurrencyCashFlowSchema
from hub.http.fields import count, currency, day, flag, identifier, instant, money, ratio, text
from hub.insights.schemas import BucketSchema, CustomersToContactSchema, FigureSchema


class TrendSchema(Schema):
    """DSO at the end of one calendar month."""

    month = day("Its first day.", required=True)
    to_on = day("Its last day, or as_of.", required=True)
    dso = ratio("Receivable in days of the last 90 days' sales.", required=True, allow_none=True)


class OverviewCashSchema(CurrencyCashFlowSchema):
    """Receipts in one currency, without what had been forecast of them."""

    class Meta:
        exclude = ("currency",)


class CurrencyOverviewSchema(Schema):
    """All of one currency."""

    currency = currency(required=True)
    open = money("Open invoices.", required=True)
    open_invoices = count("How many are open.", required=True)
    customers = count("Of how many customers.", required=True)
    overdue = money("Of these, past due.", required=True)
    overdue_invoices = count("How many are past due.", required=True)
    overdue_before = money("What was past due 30 days ago.", required=True)
    unapplied = money("Money and credit that settles no invoice yet.", required=True)
    buckets = List(Nested(BucketSchema), required=True, metadata={"description": "Open invoices by days past due."})
    dso = Nested(FigureSchema, required=True, allow_none=True)
    trend = List(
        Nested(TrendSchema), required=True, metadata={"description": "Thirteen months of DSO, the running one last."}
    )
    cash = Nested(
        OverviewCashSchema, required=True, allow_none=True, metadata={"description": "Null before the first forecast."}
    )


class CurrentForecastSchema(Schema):
    """Which forecast the figures come from."""

    as_of = day("What was known at the end of that day went into it.", required=True)
    made_at = instant("When it was made.", required=True)
    model_id = identifier("The model that made it.", required=True)
    model = text("Its backend.", "xgboost_hazard", required=True, allow_none=True)
    model_number = Integer(required=True, allow_none=True, metadata={"description": "Its number.", "example": 12})
    model_version = text("Its backend's version.", "1.0.0", required=True, allow_none=True)
    alarms = List(String(), required=True, metadata={"description": "What is wrong with the model, a sentence each."})


class FailedRunSchema(Schema):
    """The newest run of a connection, where it did not end as it should."""

    connection_id = identifier("The connection.", required=True)
    plugin = text("Its connector.", "quickbooks", required=True)
    name = text("What the connection is called.", "Acme Books", required=True)
    run_id = identifier("The run.", required=True)
    status = text("failed, suspicious or partial.", "failed", required=True)
    reason = text("Why.", required=True, allow_none=True)
    rejected = count("Records that could not be used.", required=True)
    at = instant("When it ended.", required=True)


class OpenDisputesSchema(Schema):
    """Disputes that have not ended; one may be counted under several."""

    unresolved = count("All of them.", required=True)
    late = count("Past the day by which they are to end.", required=True)
    check = count("Whose reason the classifier was not sure of, and nobody has said yet.", required=True)
    unassigned = count("That nobody looks after.", required=True)


class WaitingRemindersSchema(Schema):
    """Reminders that wait for a person."""

    to_approve = count("For approval.", required=True)
    uncertain = count("For somebody to say whether they went out.", required=True)
    failed = count("To be tried again, or given up.", required=True)


class BrokenPromisesSchema(Schema):
    """Promises to pay that were not kept."""

    broken = count("Within the last seven days, in part or altogether.", required=True)


class AttentionSchema(Schema):
    """What needs a person."""

    notices = List(Nested(NoticeSchema), required=True)
    runs = List(Nested(FailedRunSchema), required=True)
    disputes = Nested(OpenDisputesSchema, required=True)
    reminders = Nested(WaitingRemindersSchema, required=True)
    promises = Nested(BrokenPromisesSchema, required=True)


class ProgressSchema(Schema):
    """How far a new tenant has come."""

    connections = count("Connections that are in use.", required=True)
    last_synced_at = instant("When something was last read.", required=True, allow_none=True)
    has_invoices = flag("Whether the ledger holds any.", required=True)
    has_forecast = flag("Whether there was a forecast.", required=True)


class OverviewSchema(Schema):
    """What the first page of a dashboard shows, nothing summed across currencies."""

    as_of = day("The day it is for, in the tenant's time zone.", required=True)
    home_currency = String(
        required=True,
        allow_none=True,
        metadata={"description": "What customers are assessed in; null before that.", "example": "EUR"},
    )
    currencies = List(Nested(CurrencyOverviewSchema), required=True)
    forecast = Nested(CurrentForecastSchema, required=True, allow_none=True)
    contacts = Nested(CustomersToContactSchema, required=True)
    attention = Nested(AttentionSchema, required=True)
    progress = Nested(ProgressSchema, required=True)
