"""What the debtor's page shows, and what it takes; and the requests for copies, as the tenant's people see them."""

from typing import Any

from marshmallow import Schema, ValidationError, validate, validates_schema
from marshmallow.fields import UUID, Boolean, List, Nested

from hub.http.fields import (
    EXAMPLE_ID,
    count,
    currency,
    day,
    flag,
    identifier,
    instant,
    money,
    money_input,
    text,
)
from hub.reminders.debtor_page import MOST_DAYS_AHEAD, MOST_PROMISES, MOST_SHOWN

MOST_INVOICES = 100
LONGEST_NOTE = 1_000
LONGEST_OBJECTION = 5_000


def _invoice_ids() -> List[Any]:
    return List(
        UUID(),
        required=True,
        validate=validate.Length(1, MOST_INVOICES),
        metadata={"description": "Open invoices of the page; all of them or none.", "example": [EXAMPLE_ID]},
    )


class DebtorPromiseInputSchema(Schema):
    """A day by which invoices are paid."""

    invoice_ids = _invoice_ids()
    promised_on = day(f"Today or later, at most {MOST_DAYS_AHEAD} days ahead.", required=True)
    note = text("What else is to be said.", "After our pay run", validate=validate.Length(1, LONGEST_NOTE))


class DebtorPaymentInputSchema(Schema):
    """The word that invoices are paid already."""

    invoice_ids = _invoice_ids()
    paid_on = day("Today or up to 60 days ago.", required=True)
    note = text("The bank reference, say.", "SEPA 2026-118", validate=validate.Length(1, LONGEST_NOTE))


class DebtorDisputeInputSchema(Schema):
    """What is wrong with an invoice."""

    invoice_id = identifier("An open invoice of the page.", required=True)
    text = text("In their words.", "Four cartons are missing", required=True)
    amount = money_input("How much of it is objected to; left out or null, all that is left.", allow_none=True)

    @validates_schema
    def _says_something(self, data: dict[str, Any], **_: Any) -> None:
        if not 1 <= len(data["text"].strip()) <= LONGEST_OBJECTION:
            raise ValidationError(f"1 to {LONGEST_OBJECTION:,} characters.", "text")
        if data.get("amount") is not None and data["amount"] <= 0:
            raise ValidationError("More than 0.", "amount")


class CopyInputSchema(Schema):
    """Invoices of which copies are wanted."""

    invoice_ids = _invoice_ids()


class DebtorContactSchema(Schema):
    """Whom to speak to at the sender."""

    name = text("Who signs the reminders.", "Jo Doe", required=True, allow_none=True)
    phone = text("Their number.", "+49 30 123456", required=True, allow_none=True)
    reply_to = text("Their address.", "ar@acme.example", required=True, allow_none=True)


class DebtorBankSchema(Schema):
    """Where to pay to."""

    iban = text("The account.", "DE89370400440532013000", required=True)
    bic = text("Its bank.", "COBADEFFXXX", required=True, allow_none=True)
    holder = text("Whose it is.", "Acme GmbH", required=True, allow_none=True)


class DebtorPromisedSchema(Schema):
    """What stands promised of an invoice."""

    promised_on = day("The day by which it is paid.", required=True)
    paid_on = day("Where it is said to be paid already, when.", required=True, allow_none=True)
    amount = money("How much of it.", required=True)


class DebtorInvoiceSchema(Schema):
    """An open invoice as its debtor sees it."""

    id = identifier("Id of the invoice.", required=True)
    number = text("The number printed on it.", "INV-1042", required=True)
    issued_on = day("Date of the invoice.", required=True)
    due_on = day("When it is due.", required=True)
    currency = currency(required=True)
    total = money("What it was made out for.", required=True)
    open = money("What is still to be paid.", required=True)
    credited = money("What of that is agreed to be credited and not booked yet; it is not asked for.", required=True)
    disputed = money("What of the rest is in dispute, and not asked for meanwhile.", required=True)
    asked = money("What is asked: what is open, less credited, disputed and said to be paid.", required=True)
    days_overdue = count("Days past due; 0 before.", required=True)
    promise = Nested(DebtorPromisedSchema, required=True, allow_none=True)
    can_promise = Boolean(
        required=True,
        metadata={
            "description": f"Whether a day can be promised here: not where all is in dispute or credited, nor more than"
            f" {MOST_PROMISES} times."
        },
    )
    is_copy_asked = flag("Whether a copy was asked for and is not sent yet.", required=True)
    payment_link = text("Where to pay it.", "https://pay.example.com/INV-1042", required=True, allow_none=True)


class DebtorTotalSchema(Schema):
    """What is open in one currency, and what of it is asked."""

    currency = currency(required=True)
    invoices = count("How many invoices.", required=True)
    open = money("What is open in the books.", required=True)
    credited = money("What of that is agreed to be credited and not booked yet.", required=True)
    asked = money("What of that is asked.", required=True)


class DebtorPageSchema(Schema):
    """What a customer owes, as they see it themselves."""

    language = text("One of en, de, es, fr.", "de", required=True)
    expires_at = instant("Until when the link is good.", required=True)
    company = text("To whom it is owed.", "Acme GmbH", required=True)
    contact = Nested(DebtorContactSchema, required=True)
    customer = text("Who owes.", "Debtor Ltd", required=True)
    today = day("The day it is for the sender.", required=True)
    invoices = List(
        Nested(DebtorInvoiceSchema),
        required=True,
        metadata={"description": f"Open ones, the first due first; at most {MOST_SHOWN}."},
    )
    is_cut = flag("Whether there are more.", required=True)
    totals = List(Nested(DebtorTotalSchema), required=True)
    bank = Nested(DebtorBankSchema, required=True, allow_none=True)
    last_promised_on = day("The last day that can be promised here.", required=True)


class CopyRequestArguments(Schema):
    """Filters of the requests for copies."""

    customer_id = identifier("Of this customer.")
    waiting = Boolean(load_default=True, metadata={"description": "Whether the copy is still to be sent."})


class CopyRequestSchema(Schema):
    """A copy that a customer asked for."""

    id = identifier("Id of the request.", required=True)
    customer_id = identifier("Who asked.", required=True)
    customer_name = text("The customer.", "Acme", required=True, allow_none=True)
    invoice_id = identifier("Of which invoice.", required=True)
    invoice_number = text("The number printed on it.", "INV-1042", required=True, allow_none=True)
    address = text("Where to send it.", "ap@debtor.example", required=True, allow_none=True)
    reminder_id = identifier("The reminder that led to it.", required=True, allow_none=True)
    asked_at = instant("When.", required=True)
    sent_at = instant("When it was sent.", required=True, allow_none=True)


class CopyRequestListSchema(Schema):
    """Requests for copies, newest first; at most 200."""

    items = List(Nested(CopyRequestSchema), required=True)
