"""What the API shows of the ledger, and what it takes."""

from marshmallow import Schema, validate
from marshmallow.fields import Boolean, Integer, List, Nested, Raw, String

from hub.http.fields import (
    PageArguments,
    PageSchema,
    choices,
    count,
    currency,
    day,
    flag,
    identifier,
    instant,
    money,
    number,
    probability,
    sort_by,
    text,
)
from hub.ledger.listing import CUSTOMER_SORTS, INVOICE_SORTS, STATUSES


class InvoiceArguments(PageArguments):
    """Filters of the list of invoices; all that are given must hold."""

    sort = sort_by(INVOICE_SORTS, "due_on")
    include = choices("`totals` adds counts and amounts of all that match.", ["totals"])
    status = choices("Any of these; deleted invoices are listed only when asked for.", STATUSES)
    customer_id = identifier("Invoices of this customer.")
    currency = currency()
    open = flag("Whether anything is still to be paid.")
    overdue = flag("Whether it is open and its due date is past, in the tenant's time zone.")
    disputed = flag("Whether the source calls it disputed.")
    due_from = day("Due that day or later.")
    due_to = day("Due that day or earlier.")
    issued_from = day("Issued that day or later.")
    issued_to = day("Issued that day or earlier.")
    number = text("Numbers that begin so.", "INV-10", validate=validate.Length(1, 100))


class InvoiceItemSchema(Schema):
    """An invoice as lists show it."""

    id = identifier("The hub's id.", required=True)
    number = text("The number printed on it.", "INV-1042", required=True)
    customer_id = identifier("Who owes it.", required=True)
    customer_name = text(
        "Null while the customer's own record has not arrived.", "Acme", required=True, allow_none=True
    )
    issued_on = day("Invoice date.", required=True)
    due_on = day("Due date.", required=True)
    currency = currency(required=True)
    total = money("The whole amount.", required=True)
    balance = money("What is still to be paid; 0 for void, draft and deleted ones.", required=True)
    status = String(required=True, validate=validate.OneOf(STATUSES), metadata={"description": "Where it stands."})
    paid_on = day("When a payment settled it.", required=True, allow_none=True)
    terms = text("Payment terms as the source names them.", "Net 30", required=True, allow_none=True)
    disputed = flag("Null where the source does not say.", required=True, allow_none=True)
    days_overdue = count("Days past due while anything is open, else 0.", required=True)
    version = count("Raised by every change.", required=True)


class StatusCountSchema(Schema):
    """How many have one status."""

    status = String(required=True)
    count = count("How many.", required=True)


class CurrencyTotalSchema(Schema):
    """Count and amounts in one currency."""

    currency = currency(required=True)
    count = count("How many.", required=True)
    total = money("Sum of the totals.", required=True)
    balance = money("Sum of what is open.", required=True)


class InvoiceTotalsSchema(Schema):
    """What matches the filters, beyond this page."""

    count = count("Matching invoices.", required=True)
    is_exact = flag("False when there are more than were counted.", required=True)
    by_status = List(Nested(StatusCountSchema), required=True)
    by_currency = List(Nested(CurrencyTotalSchema), required=True)


class InvoicePageSchema(PageSchema):
    """A page of invoices."""

    items = List(Nested(InvoiceItemSchema), required=True)
    totals = Nested(InvoiceTotalsSchema)


class AllocationSchema(Schema):
    """A part of a payment, credit or the like set against the invoice."""

    id = identifier("The hub's id.", required=True)
    kind = text("What settled it.", "payment", required=True)
    amount = money("In the invoice's currency.", required=True)
    source_id = identifier("The payment or credit memo.", required=True, allow_none=True)
    source_amount = money("In the payment's currency, where that differs.", required=True, allow_none=True)
    applied_on = day("From when it counts.", required=True)
    reversed_on = day("From when it no longer counts.", required=True, allow_none=True)


class InvoiceVersionRowSchema(Schema):
    """An invoice as it was known."""

    number = text("The number printed on it.", "INV-1042", required=True)
    customer_id = identifier("Who owes it.", required=True)
    issued_on = day("Invoice date.", required=True)
    due_on = day("Due date.", required=True)
    currency = currency(required=True)
    total = money("The whole amount.", required=True)
    balance = money("What was still to be paid.", required=True)
    stated_balance = money("The source's own open amount.", required=True, allow_none=True)
    status = text("Where it stood.", "open", required=True)
    paid_on = day("When a payment settled it.", required=True, allow_none=True)
    terms = text("Payment terms.", "Net 30", required=True, allow_none=True)
    disputed = flag("Whether the source called it disputed.", required=True, allow_none=True)


class InvoiceVersionSchema(Schema):
    """What the hub knew of the invoice for a while."""

    recorded_at = instant("From when on the hub knew it so.", required=True)
    superseded_at = instant("Until when; null for what it knows now.", required=True, allow_none=True)
    row = Nested(InvoiceVersionRowSchema, required=True)


class InvoiceSchema(InvoiceItemSchema):
    """An invoice with what settled it, how it changed, and when it will be paid."""

    external_id = text("The provider's own id.", "INV-1042", required=True)
    stated_balance = money("The source's own open amount, where it states one.", required=True, allow_none=True)
    allocations = List(Nested(AllocationSchema), required=True)
    history = List(Nested(InvoiceVersionSchema), required=True)
    prediction = Raw(allow_none=True, metadata={"description": "As /api/predictions/{invoice_id} answers it, or null."})


class CustomerArguments(PageArguments):
    """Filters of the list of customers."""

    sort = sort_by(CUSTOMER_SORTS, "name")
    include = choices("`totals` adds the number of all that match.", ["totals"])
    name = text("Names that contain this, upper or lower case.", "acme", validate=validate.Length(1, 100))
    country = text("As the source names it.", "DE", validate=validate.Length(1, 100))
    currency = currency()
    open = flag("Whether anything is still to be paid, in any currency.")
    risk_level = String(
        validate=validate.OneOf(["low", "medium", "high"]), metadata={"description": "Only customers of this level."}
    )


class CustomerBalanceSchema(Schema):
    """What a customer owes in one currency, and how they have paid."""

    currency = currency(required=True)
    open_balance = money("Sum of the open invoices.", required=True)
    unapplied = money("Payments and credits not yet set against an invoice.", required=True)
    open_invoices = count("How many are open.", required=True)
    oldest_due_on = day("The oldest due date that is open.", required=True, allow_none=True)
    mean_days_late = number(
        "Mean of paid less due date, in days; below 0 is early.", 3.4, required=True, allow_none=True
    )


class CustomerItemSchema(Schema):
    """A customer as lists show them."""

    id = identifier("The hub's id.", required=True)
    name = text("Name.", "Acme GmbH", required=True)
    email = text("Address for invoices.", "ap@acme.example", required=True, allow_none=True)
    currency = String(required=True, allow_none=True, metadata={"description": "Usual currency, ISO 4217."})
    country = text("As the source names it.", "DE", required=True, allow_none=True)
    industry = text("As the source names it.", "Retail", required=True, allow_none=True)
    credit_score = count("As the source states it.", required=True, allow_none=True)
    credit_limit = money("In the customer's currency.", required=True, allow_none=True)
    version = count("Raised by every change.", required=True)
    balances = List(Nested(CustomerBalanceSchema), required=True)
    risk_level = String(
        allow_none=True,
        validate=validate.OneOf(["low", "medium", "high"]),
        metadata={"description": "What your people say, else the newest assessment; null before one."},
    )
    p_late30 = probability("That it goes 30 days late, by the newest assessment.", allow_none=True)
    expected_loss = money("By the newest assessment, in home currency; 0 before one.")


class CustomerTotalsSchema(Schema):
    """What matches the filters, beyond this page."""

    count = count("Matching customers.", required=True)
    is_exact = flag("False when there are more than were counted.", required=True)


class CustomerPageSchema(PageSchema):
    """A page of customers."""

    items = List(Nested(CustomerItemSchema), required=True)
    totals = Nested(CustomerTotalsSchema)


class ContactSchema(Schema):
    """Somebody to talk to at the customer."""

    name = text("Name.", "Jo Doe", required=True, validate=validate.Length(1, 200))
    role = text("What they do.", "Accounts payable", validate=validate.Length(0, 200))
    email = String(validate=validate.Email(), metadata={"description": "E-mail address."})
    phone = text("Telephone.", "+49 30 1234", validate=validate.Length(0, 60))


class ProfileSchema(Schema):
    """What your own people say of a customer; no sync touches it. A PUT replaces all of it."""

    contacts = List(Nested(ContactSchema), validate=validate.Length(0, 20))
    notes = String(validate=validate.Length(0, 10_000), metadata={"description": "Notes."})
    tags = List(String(validate=validate.Length(1, 60)), validate=validate.Length(0, 30))
    risk_override = String(
        allow_none=True,
        validate=validate.OneOf(["low", "medium", "high"]),
        metadata={"description": "What you know better than the forecast; null leaves it to the forecast."},
    )
    preferred_channel = String(allow_none=True, validate=validate.OneOf(["email", "phone", "post"]))
    exclude_from_reminders = Boolean(metadata={"description": "Never remind this customer."})


class CustomerStatsSchema(CustomerBalanceSchema):
    """What a customer owes in one currency, and how they have paid, in full."""

    paid_invoices = Integer(required=True, metadata={"description": "Invoices settled by payment."})
    paid_late = Integer(required=True, metadata={"description": "Of these, after the due date."})
    last_paid_on = day("Newest payment.", required=True, allow_none=True)


class CustomerSchema(CustomerItemSchema):
    """A customer with profile, figures, aging and risk."""

    external_id = text("The provider's own id.", "C-17", required=True)
    profile = Nested(ProfileSchema, required=True)
    balances = List(Nested(CustomerStatsSchema), required=True)
    aging = Raw(metadata={"description": "Open amounts by days overdue, per currency."})
    risk = Raw(allow_none=True, metadata={"description": "The riskiest open invoices and the level they make."})
