"""What the API shows of the ledger, and what it takes."""

from typing import Any

from marshmallow import Schema, validate
from marshmallow.fields import UUID, Boolean, Integer, List, Nested, Raw, String

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
    money_input,
    number,
    probability,
    sort_by,
    text,
)
from hub.ledger.aging_buckets import BUCKETS
from hub.ledger.customer_listing import CUSTOMER_SORTS
from hub.ledger.ids import MANUAL
from hub.ledger.listing import INVOICE_SORTS, RISK_LEVELS, STATUSES
from hub.ledger.promises import CHANNELS
from hub.ledger.promises import STATUSES as PROMISE_STATUSES

MOST_IDS = 2_000
_SEARCHED = validate.Length(1, 100)


class InvoiceFilterArguments(Schema):
    """Filters and order of the invoices; all filters that are given must hold."""

    sort = sort_by(INVOICE_SORTS, "due_on")
    q = text("Part of the number or of the customer's name, upper or lower case.", "acme", validate=_SEARCHED)
    status = choices("Any of these; deleted invoices are listed only when asked for.", STATUSES)
    customer_id = identifier("Invoices of this customer.")
    connection_id = identifier("Invoices from this connection.")
    currency = currency()
    aging = choices("Open, and by days past due in any of these buckets; due today is current.", BUCKETS)
    open = flag("Whether anything is still to be paid.")
    overdue = flag("Whether it is open and its due date is past, in the tenant's time zone.")
    disputed = flag("Whether it is in dispute, here or as the source says.")
    due_from = day("Due that day or later.")
    due_to = day("Due that day or earlier.")
    issued_from = day("Issued that day or later.")
    issued_to = day("Issued that day or earlier.")
    min_balance = money_input("At least so much is still to be paid.")
    max_balance = money_input("At most so much is still to be paid.")
    number = text("Numbers that begin so.", "INV-10", validate=_SEARCHED)
    risk_level = choices("Open, and forecast to be of any of these levels.", RISK_LEVELS)
    p_late30_min = probability("Forecast to be paid over 30 days late with at least this probability.")
    p_late30_max = probability("Forecast to be paid over 30 days late with at most this probability.")
    expected_from = day("Expected to be paid that day or later.")
    expected_to = day("Expected to be paid that day or earlier.")


class InvoiceArguments(InvoiceFilterArguments, PageArguments):
    """Filters, order and page of the list of invoices."""

    include = choices(
        "`totals` adds counts, amounts and facets of all that match; `prediction` what is forecast of each open one.",
        ["totals", "prediction"],
    )


class SelectionSchema(Schema):
    """Some rows of a list."""

    ids = List(
        UUID(),
        required=True,
        validate=validate.Length(1, MOST_IDS),
        metadata={"description": f"The hub's ids, at most {MOST_IDS}; those that lead to nothing are passed over."},
    )


class InvoicePredictionSchema(Schema):
    """When an open invoice will be paid, by the newest forecast."""

    p_paid_by_due = probability("That it is paid by its due date.", required=True)
    p_late30 = probability("That it is paid more than 30 days after its due date.", required=True)
    expected_on = day("Expected day of payment.", required=True)
    p10_on = day("Paid by then with a probability of 10 %.", required=True)
    p50_on = day("Paid by then with a probability of 50 %.", required=True)
    p90_on = day("Paid by then with a probability of 90 %.", required=True)
    risk_level = String(required=True, validate=validate.OneOf(RISK_LEVELS))
    at_risk = money("Balance times `p_late30`: what is expected to be over 30 days late.", required=True)
    at_risk_home = money("The same in home currency, at the books' rate; the order goes by it.", required=True)
    model = text("The backend that made it.", "xgboost_hazard", required=True)
    model_number = count("Its version.", required=True)
    run_id = count("The forecast it belongs to.", required=True)
    as_of = day("What was known at the end of that day went into it.", required=True)
    made_at = instant("When it was made.", required=True)


class InvoiceFieldsSchema(Schema):
    """What an invoice says of itself, in lists and on its own."""

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
    disputed = flag(
        "Whether it is in dispute, here or as the source says; null where neither says.", required=True, allow_none=True
    )
    days_overdue = count("Days past due while anything is open, else 0.", required=True)
    connection_id = identifier(f"The connection it came from; {MANUAL} where it was entered by hand.", required=True)
    version = count("Raised by every change.", required=True)


class InvoiceItemSchema(InvoiceFieldsSchema):
    """An invoice as lists show it."""

    prediction = Nested(
        InvoicePredictionSchema,
        allow_none=True,
        metadata={"description": "Only where asked for; null where nothing is open or forecast."},
    )


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
    at_risk = money("Sum of what is expected to be over 30 days late.", required=True)


class FacetValueSchema(Schema):
    """One value of a filter."""

    value = String(required=True)
    count = count("How many would match with it in place of what the filter is set to.", required=True)


def _facet() -> List[Any]:
    return List(Nested(FacetValueSchema), required=True)


class InvoiceFacetsSchema(Schema):
    """How many would match by each value of a filter, all other filters as they are set."""

    status = _facet()
    currency = _facet()
    aging = _facet()
    risk_level = _facet()
    connection_id = _facet()


class InvoiceTotalsSchema(Schema):
    """What matches the filters, beyond this page."""

    count = count("Matching invoices.", required=True)
    is_exact = flag("False when there are more than were counted.", required=True)
    by_status = List(Nested(StatusCountSchema), required=True)
    by_currency = List(Nested(CurrencyTotalSchema), required=True)
    facets = Nested(InvoiceFacetsSchema, required=True)


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


class HoldSchema(Schema):
    """What of an invoice is held: nothing is expected to be paid of it, and nobody is reminded."""

    kind = text("Why.", "dispute", required=True)
    amount = money("How much; null for all that is open.", required=True, allow_none=True)
    reason = text("In words.", "Disputed: D-12", required=True)
    source_id = identifier("What placed it: the dispute.", required=True)
    placed_at = instant("Since when.", required=True)
    until = day("The day by which it is expected to end.", required=True, allow_none=True)


class PromiseSchema(Schema):
    """A promise to pay, or the word that something is paid already."""

    id = identifier("Id of the promise.", required=True)
    invoice_id = identifier("What it is about.", required=True)
    invoice_number = text("The number printed on the invoice.", "INV-1042", required=True, allow_none=True)
    customer_id = identifier("Who promised.", required=True)
    customer_name = text("The customer.", "Acme", required=True, allow_none=True)
    amount = money("What is promised.", required=True)
    currency = currency(required=True)
    promised_on = day("The day by which it is paid.", required=True)
    until = day("The last day on which a payment keeps it: two business days later.", required=True)
    paid_on = day(
        "Where the customer says that it is paid already: the day of the payment.", required=True, allow_none=True
    )
    made_at = instant("When it was made.", required=True)
    channel = text(f"How: {', '.join(CHANNELS)}. portal: on the debtor's page.", "phone", required=True)
    note = text("What was said with it.", "The director signs on Friday", required=True, allow_none=True)
    made_by = text("Who said so at the customer.", "Jo Doe", required=True, allow_none=True)
    reminder_id = identifier("The reminder that led to it.", required=True, allow_none=True)
    status = text(f"One of {', '.join(PROMISE_STATUSES)}.", "open", required=True)
    is_overdue = flag("Whether it is open although its day is past.", required=True)
    settled_at = instant("When it ended.", required=True, allow_none=True)
    paid = money("What was paid of the invoice since, as far as it is known.", required=True)
    times = count("How often it was put off before.", required=True)
    version = count("Counts its changes.", required=True)


class InvoiceSchema(InvoiceFieldsSchema):
    """An invoice with what settled it, how it changed, and when it will be paid."""

    external_id = text("The provider's own id.", "INV-1042", required=True)
    stated_balance = money("The source's own open amount, where it states one.", required=True, allow_none=True)
    allocations = List(Nested(AllocationSchema), required=True)
    history = List(Nested(InvoiceVersionSchema), required=True)
    prediction = Raw(allow_none=True, metadata={"description": "As /api/predictions/{invoice_id} answers it, or null."})
    holds = List(Nested(HoldSchema), required=True)
    promises = List(Nested(PromiseSchema), required=True, metadata={"description": "All of it, newest first."})
    disputes = List(
        Raw(),
        metadata={
            "description": "Those that have not ended: id, number, status, code, amount, is_all, currency, due_on,"
            " is_overdue."
        },
    )


class CustomerFilterArguments(Schema):
    """Filters and order of the customers; all filters that are given must hold."""

    sort = sort_by(CUSTOMER_SORTS, "name")
    name = text("Names that contain this, upper or lower case.", "acme", validate=_SEARCHED)
    country = text("As the source names it.", "DE", validate=validate.Length(1, 100))
    currency = currency()
    open = flag("Whether anything is still to be paid, in any currency.")
    overdue = flag("Whether anything open is past its due date, in the tenant's time zone.")
    risk_level = choices("Customers of any of these levels.", RISK_LEVELS)
    connection_id = identifier("Customers from this connection.")


class CustomerArguments(CustomerFilterArguments, PageArguments):
    """Filters, order and page of the list of customers."""

    include = choices("`totals` adds counts, amounts and facets of all that match.", ["totals"])


class CustomerBalanceSchema(Schema):
    """What a customer owes in one currency, and how they have paid."""

    currency = currency(required=True)
    open_balance = money("Sum of the open invoices.", required=True)
    unapplied = money("Payments and credits not yet set against an invoice.", required=True)
    overdue = money("Of the open invoices what is past due; in lists. A customer's own document has it by age.")
    open_invoices = count("How many are open.", required=True)
    oldest_due_on = day("The oldest due date that is open.", required=True, allow_none=True)
    mean_days_late = number(
        "Mean of paid less due date, in days; below 0 is early.", 3.4, required=True, allow_none=True
    )
    paid_invoices = Integer(required=True, metadata={"description": "Invoices settled by payment."})
    paid_late = Integer(required=True, metadata={"description": "Of these, after the due date."})


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
    connection_id = identifier(f"The connection it came from; {MANUAL} where it was entered by hand.", required=True)
    version = count("Raised by every change.", required=True)
    balances = List(Nested(CustomerBalanceSchema), required=True)
    risk_level = String(
        allow_none=True,
        validate=validate.OneOf(RISK_LEVELS),
        metadata={"description": "What your people say, else the newest assessment; null before one."},
    )
    p_late30 = probability("That it goes 30 days late, by the newest assessment.", allow_none=True)
    expected_loss = money("By the newest assessment, in home currency; 0 before one.")
    open_home = money("All that is open in home currency, at the books' rates; in lists, whose order goes by it.")
    overdue_home = money("Of that, what is past due.")


class CustomerCurrencySchema(Schema):
    """What the customers owe in one currency."""

    currency = currency(required=True)
    count = count("How many customers have invoices in it.", required=True)
    open_balance = money("Sum of what is open.", required=True)
    overdue = money("Of that, what is past due.", required=True)


class CustomerFacetsSchema(Schema):
    """How many would match by each value of a filter, all other filters as they are set."""

    currency = _facet()
    country = _facet()
    risk_level = _facet()
    connection_id = _facet()


class CustomerTotalsSchema(Schema):
    """What matches the filters, beyond this page."""

    count = count("Matching customers.", required=True)
    is_exact = flag("False when there are more than were counted.", required=True)
    by_currency = List(Nested(CustomerCurrencySchema), required=True)
    facets = Nested(CustomerFacetsSchema, required=True)


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
        validate=validate.OneOf(RISK_LEVELS),
        metadata={"description": "What you know better than the forecast; null leaves it to the forecast."},
    )
    preferred_channel = String(allow_none=True, validate=validate.OneOf(["email", "phone", "post"]))
    exclude_from_reminders = Boolean(metadata={"description": "Never remind this customer."})


class CustomerStatsSchema(CustomerBalanceSchema):
    """What a customer owes in one currency, and how they have paid, in full."""

    last_paid_on = day("Newest payment.", required=True, allow_none=True)


class PromisesCountedSchema(Schema):
    """What became of promises: of a customer's, or of all."""

    kept = count("Kept in time.", required=True)
    partly_kept = count("Paid in part.", required=True)
    broken = count("Not paid, or put off for the third time.", required=True)
    p_kept = probability("The share that was kept; null before the first.", required=True, allow_none=True)


class CustomerSchema(CustomerItemSchema):
    """A customer with profile, figures, aging and risk."""

    external_id = text("The provider's own id.", "C-17", required=True)
    profile = Nested(ProfileSchema, required=True)
    balances = List(Nested(CustomerStatsSchema), required=True)
    promises = Nested(PromisesCountedSchema, required=True)
    aging = Raw(metadata={"description": "Open amounts by days overdue, per currency."})
    risk = Raw(allow_none=True, metadata={"description": "The riskiest open invoices and the level they make."})
