"""What the API shows of policies, simulations and settings, and what it takes."""

from typing import Any

from marshmallow import Schema, validate
from marshmallow.fields import Boolean, Dict, Integer, List, Nested, String

from hub.http.fields import count, currency, day, flag, identifier, instant, money, number, text
from hub.reminders.policy import CODES
from hub.reminders.simulation import MOST_DAYS
from hub.reminders.statuses import TONES

MOST_SIMULATED = 50
_POLICY_SCHEMA = "config/reminder_policy.schema.json"
_SETTINGS_SCHEMA = "config/reminder_settings.schema.json"


def _document(description: str, **options: Any) -> Dict:
    return Dict(keys=String(), metadata={"description": description, "additionalProperties": True}, **options)


class ReminderPolicyInputSchema(Schema):
    """A policy, whole."""

    name = String(
        required=True,
        validate=[validate.Length(1, 80), validate.Regexp(r"^\S(.*\S)?$", error="No blanks at either end.")],
        metadata={"description": "What people call it.", "example": "Small accounts"},
    )
    is_active = Boolean(required=True, metadata={"description": "Whether it decides for invoices."})
    document = _document(f"What it takes and its steps, by {_POLICY_SCHEMA}.", required=True)
    position = Integer(
        strict=True,
        validate=validate.Range(1, 1_000),
        metadata={"description": "The place at which it is asked, from 1; left out: where it is.", "example": 1},
    )
    note = String(
        allow_none=True,
        load_default=None,
        validate=validate.Length(1, 1_000),
        metadata={"description": "What changes, for whoever looks at it later."},
    )


class NewReminderPolicyInputSchema(ReminderPolicyInputSchema):
    """A new policy."""

    is_active = Boolean(load_default=False, metadata={"description": "Whether it decides for invoices."})
    document = _document("What it takes and its steps; left out: the suggested sequence.")


class ReminderPolicySchema(Schema):
    """A policy."""

    id = identifier("The policy.", required=True)
    name = text("What people call it.", "Small accounts", required=True)
    position = count("The place at which it is asked, from 1.", required=True)
    is_active = flag("Whether it decides for invoices.", required=True)
    document = _document(f"What it takes and its steps, by {_POLICY_SCHEMA}.", required=True)
    version = count("Counts its changes.", required=True)
    created_at = instant("When it was made.", required=True)
    updated_at = instant("When it was last changed.", required=True)


class ReminderPolicyListSchema(Schema):
    """All policies, in the order in which they are asked."""

    items = List(Nested(ReminderPolicySchema), required=True)
    suggested = _document("The sequence that the hub suggests to begin with.", required=True)


class ReminderPolicyVersionSchema(Schema):
    """A policy as it was from some day on."""

    version = count("Which.", required=True)
    document = _document("What it took and its steps.", required=True)
    is_active = flag("Whether it decided for invoices.", required=True)
    note = text("What changed.", required=True, allow_none=True)
    created_by = text("The id of who stored it.", required=True)
    created_at = instant("When.", required=True)


class ReminderPolicyVersionsSchema(Schema):
    """All versions of a policy, newest first."""

    items = List(Nested(ReminderPolicyVersionSchema), required=True)


class TriedPolicySchema(Schema):
    """A policy to simulate, stored or not."""

    id = identifier("Of a stored policy whose lots count; without it they are drawn by the name.")
    name = String(required=True, validate=validate.Length(1, 80))
    document = _document(f"What it takes and its steps, by {_POLICY_SCHEMA}.", required=True)


class SimulationInputSchema(Schema):
    """The period to simulate, and by which policies."""

    from_ = day("The first day.", data_key="from", required=True)
    to = day(f"The last day, at most {MOST_DAYS} days from the first.", required=True)
    policies = List(
        Nested(TriedPolicySchema),
        validate=validate.Length(1, MOST_SIMULATED),
        metadata={"description": "In the order in which they are asked; left out: the active ones."},
    )
    customer_id = identifier("This customer alone.")


class AskedAmountSchema(Schema):
    """An amount that is asked for."""

    currency = currency(required=True)
    amount = money("How much.", required=True)


class ExpectedGainSchema(Schema):
    """What is expected to be gained: money that comes sooner."""

    currency = currency(required=True)
    amount = money("So much one thirty-day month sooner, or as much as that.", required=True)
    days = number("By how many days it comes sooner, on average by amount.", 4.2, required=True, allow_none=True)
    basis = String(
        required=True,
        validate=validate.OneOf(("measured", "assumed")),
        metadata={"description": "measured: against invoices held back by lot; assumed: not measured yet."},
    )
    sentence = text("The same in words.", required=True, allow_none=True)


class SimulatedCustomerSchema(Schema):
    """Who gets a message."""

    id = identifier("The customer.", required=True)
    name = text("Their name.", "Acme", required=True)


class SimulatedRecipientSchema(Schema):
    """Somebody who gets a message."""

    name = text("Their name; empty where it is not known.", required=True)
    email = text("Their address.", required=True)
    role = text("What they do; empty where it is not known.", required=True)


class SimulatedInvoiceSchema(Schema):
    """An invoice in a message."""

    id = identifier("The invoice.", required=True)
    number = text("Its number.", "INV-1042", required=True)
    due_on = day("When it is due.", required=True)
    days_overdue = Integer(required=True, metadata={"description": "On the day of the message; negative: before."})
    stage = count("The stage of its sequence.", required=True)
    policy = text("The policy that took it.", required=True)
    amount = money("What is asked for of it.", required=True)
    currency = currency(required=True)


class SimulatedMessageSchema(Schema):
    """A message that would go out."""

    day = day("The debtor's day.", required=True)
    at = instant("When.", required=True)
    customer = Nested(SimulatedCustomerSchema, required=True)
    recipients = List(Nested(SimulatedRecipientSchema), required=True)
    channel = identifier("The channel; null: the default one to debtors.", required=True, allow_none=True)
    tone = String(required=True, validate=validate.OneOf(TONES))
    stage = count("The firmest stage in it.", required=True)
    policy = text("The policy of that stage.", required=True)
    writer = text("What writes it; person where a person does.", "template_writer", required=True)
    approve = String(required=True, validate=validate.OneOf(("automatic", "member", "admin")))
    attachments = List(String(), required=True)
    invoices = List(Nested(SimulatedInvoiceSchema), required=True)
    totals = List(Nested(AskedAmountSchema), required=True)
    expected_gain = List(Nested(ExpectedGainSchema), required=True)


class ReasonAgainstSchema(Schema):
    """Why nothing is asked for."""

    code = String(required=True, validate=validate.OneOf(CODES))
    sentence = text("For people.", "Payment is promised.", required=True)


class LeftOutInvoiceSchema(Schema):
    """The invoice that gets nothing."""

    id = identifier("The invoice.", required=True)
    number = text("Its number.", "INV-1042", required=True)
    customer = Nested(SimulatedCustomerSchema, required=True)
    due_on = day("When it is due.", required=True)
    amount = money("What is open of it.", required=True)
    currency = currency(required=True)


class LeftOutSchema(Schema):
    """An open invoice that gets nothing in the period, and why."""

    invoice = Nested(LeftOutInvoiceSchema, required=True)
    reasons = List(Nested(ReasonAgainstSchema), required=True, metadata={"description": "The weightiest first."})


class ReasonCountSchema(Schema):
    """How many invoices get nothing mainly for one reason."""

    code = String(required=True, validate=validate.OneOf(CODES))
    count = count("How many.", required=True)


class SimulationSchema(Schema):
    """What would go out, and why everything else gets nothing. Nothing is stored."""

    messages = List(Nested(SimulatedMessageSchema), required=True)
    nothing = List(Nested(LeftOutSchema), required=True)
    message_count = count("All messages; fewer are listed where there are very many.", required=True)
    invoice_count = count("Invoices in them, each time it is asked for.", required=True)
    nothing_count = count("Open invoices that get nothing.", required=True)
    by_reason = List(Nested(ReasonCountSchema), required=True)
    totals = List(Nested(AskedAmountSchema), required=True)
    expected_gain = List(Nested(ExpectedGainSchema), required=True)
    assumption = text("What the simulation supposes.", required=True)


class ReminderSettingsInputSchema(Schema):
    """The settings, whole."""

    document = _document(f"All settings, by {_SETTINGS_SCHEMA}.", required=True)


class ReminderSettingsSchema(Schema):
    """The settings of reminders."""

    document = _document(f"All settings, by {_SETTINGS_SCHEMA}.", required=True)
    version = count("Counts their changes; 0: as they come.", required=True)
    updated_at = instant("When they were last changed; null: never.", required=True, allow_none=True)
