"""What the API shows of reminders, and what it takes."""

from typing import Any

from marshmallow import Schema, ValidationError, validate, validates_schema
from marshmallow.fields import UUID, Boolean, Dict, List, Nested, String

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
    sort_by,
    text,
)
from hub.ledger.schemas import FacetValueSchema
from hub.reminders.history import KINDS as EVENT_KINDS
from hub.reminders.listing import REMINDER_SORTS
from hub.reminders.recipients import MOST_RECIPIENTS, is_address
from hub.reminders.statuses import DELIVERIES, KINDS, STATUSES, STEPS, TONES

ATTACHMENTS = ("statement",)
APPROVALS = ("automatic", "member", "admin")
MOST_INVOICES = 100
MOST_AT_ONCE = 1_000
LONGEST_SUBJECT = 250
LONGEST_TEXT = 20_000
LONGEST_REASON = 1_000

_WORDS = validate.Regexp(r"\s*\S", error="Something other than spaces is needed.")
_ONE_LINE = validate.Regexp(r"[^\r\n\0]*\Z", error="One line.")
_NAME = validate.And(validate.Length(max=200), _ONE_LINE)
_LANGUAGE = validate.Regexp(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z", error="A language tag such as en or de-AT.")
_SLUG = validate.Regexp(r"[a-z][a-z0-9_]{0,39}\Z", error="The slug of a writer.")


def _is_address(value: str) -> None:
    if not is_address(value):
        raise ValidationError("An e-mail address.")


def _is_text(value: str) -> None:
    if "\0" in value:
        raise ValidationError("No NUL characters.")


def _tone(description: str, **options: Any) -> String:
    return String(validate=validate.OneOf(TONES), metadata={"description": description}, **options)


def _language(description: str, **options: Any) -> String:
    return String(validate=_LANGUAGE, metadata={"description": description, "example": "de"}, **options)


def _writer(description: str, **options: Any) -> String:
    return String(validate=_SLUG, metadata={"description": description, "example": "template_writer"}, **options)


def _subject(**options: Any) -> String:
    return String(
        validate=validate.And(validate.Length(1, LONGEST_SUBJECT), _WORDS, _ONE_LINE),
        metadata={"description": "The subject.", "example": "Invoice INV-1042"},
        **options,
    )


def _body(**options: Any) -> String:
    return String(
        validate=validate.And(validate.Length(1, LONGEST_TEXT), _WORDS, _is_text),
        metadata={
            "description": "The whole message in plain text.",
            "example": "Invoice INV-1042 was due on 31 March.",
        },
        **options,
    )


def _reason(**options: Any) -> String:
    return String(
        validate=validate.And(validate.Length(1, LONGEST_REASON), _WORDS),
        metadata={"description": "Why.", "example": "We spoke on the phone today."},
        **options,
    )


class RecipientSchema(Schema):
    """Somebody to write to."""

    name = text("What they are called; empty where nobody has said.", "Jo Doe", load_default="", validate=_NAME)
    email = String(
        required=True,
        validate=_is_address,
        metadata={"description": "Where to write to.", "example": "ap@acme.example"},
    )
    role = text("What they do there.", "Accounts payable", load_default="", validate=_NAME)


def _recipients(description: str, least: int = 1, **options: Any) -> List[Any]:
    return List(
        Nested(RecipientSchema),
        validate=validate.Length(least, MOST_RECIPIENTS),
        metadata={"description": description},
        **options,
    )


def _attachments(**options: Any) -> List[Any]:
    return List(
        String(validate=validate.OneOf(ATTACHMENTS)),
        validate=validate.Length(max=len(ATTACHMENTS)),
        metadata={"description": "What goes with it."},
        **options,
    )


class _FilterSchema(Schema):
    sort = sort_by(REMINDER_SORTS, "scheduled_at")
    q = text(
        "A number (R-12), or part of the subject, an invoice's number or the customer's name.",
        "acme",
        validate=validate.Length(1, 100),
    )
    customer_id = identifier("To this customer.")
    invoice_id = identifier("About this invoice.")
    policy_id = identifier("By this policy.")
    channel_id = identifier("Through this channel.")
    scheduled_from = instant("To be sent then or later.")
    scheduled_to = instant("To be sent then or earlier.")
    sent_from = instant("Sent then or later.")
    sent_to = instant("Sent then or earlier.")


class ReminderFilterArguments(_FilterSchema):
    """Filters and order of the reminders; all filters that are given must hold."""

    status = choices("Any of these.", STATUSES)
    kind = choices("Any of these.", KINDS)
    delivery = choices("What became of it: any of these.", DELIVERIES)


class ReminderArguments(ReminderFilterArguments, PageArguments):
    """Filters, order and page of the list of reminders."""

    include = choices("`totals` adds counts, amounts and facets of all that match.", ["totals", "facets"])


class ReasonSchema(Schema):
    """Why something is as it is."""

    code = text("For programs.", "paid", required=True)
    sentence = text("For people.", "Nothing is open of INV-1042.", required=True)


class ReminderTotalSchema(Schema):
    """What it asks for in one currency."""

    currency = currency(required=True)
    amount = money("The sum.", required=True)


class ReminderFieldsSchema(Schema):
    """What a reminder says of itself, in lists and on its own."""

    id = identifier("The hub's id.", required=True)
    number = count("Its number: R-12 is 12.", required=True)
    kind = String(required=True, validate=validate.OneOf(KINDS), metadata={"description": "Where it came from."})
    status = String(required=True, validate=validate.OneOf(STATUSES), metadata={"description": "Where it stands."})
    reason = Nested(ReasonSchema, required=True, allow_none=True, metadata={"description": "Why it stands there."})
    customer_id = identifier("The customer.", required=True)
    customer_name = text("What the customer is called.", "Acme GmbH", required=True, allow_none=True)
    policy_id = identifier("The policy that planned it; null where a person did.", required=True, allow_none=True)
    policy_name = text("What the policy is called.", "Standard", required=True, allow_none=True)
    stage = count("The stage of the policy, from 0.", required=True, allow_none=True)
    channel_id = identifier("The channel; null for the tenant's default.", required=True, allow_none=True)
    channel_name = text("What the channel is called.", "Mail", required=True, allow_none=True)
    writer = text("The writer that is asked, or that wrote it.", "template_writer", required=True, allow_none=True)
    tone = _tone("How it is said.", required=True)
    language = _language("The language.", required=True)
    recipients = List(Nested(RecipientSchema), required=True)
    subject = text("The subject; null until it is written.", "Invoice INV-1042", required=True, allow_none=True)
    totals = List(Nested(ReminderTotalSchema), required=True, metadata={"description": "What it asks for."})
    amount = money("What it asks for in its first currency.", required=True)
    currency = String(required=True, allow_none=True, metadata={"description": "That currency, ISO 4217."})
    invoices = count("How many invoices it asks for.", required=True)
    approve = String(required=True, validate=validate.OneOf(APPROVALS), metadata={"description": "Who approves it."})
    is_edited = flag("Whether a person wrote or changed the text.", required=True)
    fell_back = text("Why the template wrote it in place of the writer asked.", required=True, allow_none=True)
    scheduled_at = instant("When it is to be sent.", required=True, allow_none=True)
    sent_at = instant("When the channel took it.", required=True, allow_none=True)
    delivery = String(
        required=True,
        allow_none=True,
        validate=validate.OneOf([*DELIVERIES, None]),
        metadata={"description": "What became of it."},
    )
    opened_at = instant("When it was first said to be opened; often a machine.", required=True, allow_none=True)
    replied_at = instant("When the newest answer came.", required=True, allow_none=True)
    created_at = instant("When it was made.", required=True)
    version = count("Raised by every change.", required=True)


class ReminderItemSchema(ReminderFieldsSchema):
    """A reminder as lists show it."""


class ReminderFacetsSchema(Schema):
    """How many would match by each value of a filter, all other filters as they are set."""

    status = List(Nested(FacetValueSchema), required=True)
    kind = List(Nested(FacetValueSchema), required=True)
    delivery = List(Nested(FacetValueSchema), required=True)


class RemindedTotalSchema(Schema):
    """Count and amount in one currency."""

    currency = currency(required=True)
    count = count("How many reminders.", required=True)
    amount = money("What they ask for.", required=True)


class ReminderTotalsSchema(Schema):
    """What matches the filters, beyond this page."""

    customers = count("To how many customers.", required=True)
    count = count("Matching reminders.", required=True)
    is_exact = flag("False when there are more than were counted.", required=True)
    by_currency = List(Nested(RemindedTotalSchema), required=True)
    facets = Nested(ReminderFacetsSchema, required=True)


class ReminderPageSchema(PageSchema):
    """A page of reminders."""

    items = List(Nested(ReminderItemSchema), required=True)
    totals = Nested(ReminderTotalsSchema)


class RefusedSpanSchema(Schema):
    """A part of a text that the facts do not bear out."""

    start = count("Where it begins, in characters.", required=True)
    end = count("Where it ends.", required=True)
    span = text("What stands there.", "by Friday", required=True)
    code = text("For programs.", "deadline", required=True)
    reason = text("For people.", "The facts name no such day.", required=True)
    in_subject = flag("Whether it stands in the subject.", required=True)


class VerdictSchema(Schema):
    """What the fact check says of a text."""

    passes = flag("Whether nothing was refused.", required=True)
    refusals = List(Nested(RefusedSpanSchema), required=True)


class AttemptSchema(Schema):
    """A draft, and what was refused of it."""

    writer = text("Who wrote it.", "template_writer", required=True)
    subject = text("The subject.", required=True)
    text = text("The text.", required=True)
    refusals = List(Nested(RefusedSpanSchema), required=True)


class AskedInvoiceSchema(Schema):
    """An invoice that it asks for."""

    invoice_id = identifier("The invoice.", required=True)
    number = text("The number printed on it.", "INV-1042", required=True, allow_none=True)
    due_on = day("Due date.", required=True, allow_none=True)
    asked = money("What is asked for.", required=True)
    balance = money("What is open by now.", required=True, allow_none=True)
    currency = currency(required=True)
    dropped = Nested(
        ReasonSchema, required=True, allow_none=True, metadata={"description": "Why it is no longer asked for."}
    )


class AttachedSchema(Schema):
    """What goes with it."""

    kind = String(required=True, validate=validate.OneOf(ATTACHMENTS))
    name = text("The file's name.", "statement.pdf", required=True)


class ReminderSchema(ReminderFieldsSchema):
    """A reminder with everything that is known of it."""

    html = text("The same as HTML; null until it is written.", required=True, allow_none=True)
    cc = List(Nested(RecipientSchema), required=True)
    attachments = List(String(validate=validate.OneOf(ATTACHMENTS)), required=True)
    items = List(Nested(AskedInvoiceSchema), required=True)
    attempts = List(Nested(AttemptSchema), required=True)
    verdict = Nested(VerdictSchema, required=True)
    expected_gain = List(Dict(), required=True, allow_none=True, metadata={"description": "What it is to bring."})
    approved_by = text("Who approved it.", "jo@acme.example", required=True, allow_none=True)
    approved_at = instant("When.", required=True, allow_none=True)
    created_by = text("Who made it.", "jo@acme.example", required=True)
    message_id = text("Its Message-ID.", required=True, allow_none=True)
    provider_id = text("What the provider calls it.", required=True, allow_none=True)
    steps = List(
        String(validate=validate.OneOf(list(STEPS))), required=True, metadata={"description": "What the caller may do."}
    )
    text = text("The message in plain text; null until it is written.", required=True, allow_none=True)


class _CompositionSchema(Schema):
    customer_id = UUID(required=True, metadata={"description": "The customer."})
    invoice_ids = List(
        UUID(),
        required=True,
        validate=validate.Length(1, MOST_INVOICES),
        metadata={"description": "The customer's invoices that it asks for."},
    )
    channel_id = UUID(allow_none=True, load_default=None, metadata={"description": "Null: the default channel."})
    recipients = _recipients("To whom; left out: whoever looks after payments there.")
    cc = _recipients("Who gets a copy.", least=0, load_default=list)
    tone = _tone("How to say it.", load_default="friendly")
    language = _language("The language; left out: the customer's.")
    writer = _writer("Who writes it; left out: the template.")
    subject = _subject()
    text = _body()
    attachments = _attachments(load_default=list)
    scheduled_at = instant("When to send it; null: now.", allow_none=True, load_default=None)

    @validates_schema
    def _check(self, data: dict[str, Any], **_: Any) -> None:
        if ("subject" in data) != ("text" in data):
            raise ValidationError("Give both subject and text, or neither.", "text")
        if len(set(data["invoice_ids"])) != len(data["invoice_ids"]):
            raise ValidationError("Each invoice once.", "invoice_ids")


class ReminderPreviewInputSchema(_CompositionSchema):
    """What is to be said, to whom, of which invoices."""


class ReminderInputSchema(_CompositionSchema):
    """A reminder, and what is to become of it."""

    then = String(
        load_default="draft",
        validate=validate.OneOf(["draft", "approval", "schedule", "send"]),
        metadata={"description": "Keep it, ask for approval, send it at `scheduled_at`, or send it now."},
    )

    @validates_schema
    def _check_time(self, data: dict[str, Any], **_: Any) -> None:
        if data["then"] == "schedule" and data["scheduled_at"] is None:
            raise ValidationError("When it is to be sent.", "scheduled_at")


class ReminderPreviewSchema(Schema):
    """What would be sent."""

    subject = text("The subject.", required=True)
    html = text("The same as HTML.", required=True)
    language = _language("The language it is in.", required=True)
    writer = text("Who wrote it.", "template_writer", required=True)
    fell_back = text("Why the template wrote it in place of the writer asked.", required=True, allow_none=True)
    recipients = List(Nested(RecipientSchema), required=True)
    cc = List(Nested(RecipientSchema), required=True)
    warnings = List(Nested(ReasonSchema), required=True)
    verdict = Nested(VerdictSchema, required=True)
    attachments = List(Nested(AttachedSchema), required=True)
    totals = List(Nested(ReminderTotalSchema), required=True)
    text = text("The message in plain text.", required=True)


class ReminderChangeSchema(Schema):
    """What is to be another; what is left out stays."""

    recipients = _recipients("To whom.")
    cc = _recipients("Who gets a copy.", least=0)
    channel_id = UUID(allow_none=True, metadata={"description": "Null: the default channel."})
    subject = _subject()
    text = _body()
    attachments = _attachments()
    scheduled_at = instant("When to send it.")

    @validates_schema
    def _check(self, data: dict[str, Any], **_: Any) -> None:
        if not data:
            raise ValidationError("Name something to change.", "text")


class ReminderReasonInputSchema(Schema):
    """Why."""

    reason = _reason(required=True)


class ScheduleInputSchema(Schema):
    """When to send it."""

    scheduled_at = instant("Null: now.", allow_none=True, load_default=None)
    for_approval = Boolean(
        load_default=False, metadata={"description": "Whether somebody else is to approve it before it is sent."}
    )


class RewriteInputSchema(Schema):
    """How to say it; what is left out stays."""

    tone = _tone("How to say it.")
    language = _language("The language.")
    writer = _writer("Who writes it.")


class SettleInputSchema(Schema):
    """Whether it went out."""

    was_sent = Boolean(required=True, metadata={"description": "Whether the customer has it."})


class TestedReminderSchema(Schema):
    """Where a test went."""

    address = text("Your own address.", "jo@acme.example", required=True)
    provider_id = text("What the provider calls it.", required=True)


def _any_of(names: tuple[str, ...]) -> List[Any]:
    return List(String(validate=validate.OneOf(names)), metadata={"description": "Any of these."})


class BulkFilterSchema(_FilterSchema):
    """The list's own filters, several values as arrays."""

    status = _any_of(STATUSES)
    kind = _any_of(KINDS)
    delivery = _any_of(DELIVERIES)


class BulkInputSchema(Schema):
    """One step for several reminders, by their ids or by a filter."""

    action = String(required=True, validate=validate.OneOf(["approve", "reject", "skip", "cancel"]))
    ids = List(UUID(), validate=validate.Length(1, MOST_AT_ONCE), metadata={"description": "These."})
    filter = Nested(BulkFilterSchema, metadata={"description": f"The first {MOST_AT_ONCE} that match."})
    reason = _reason()

    @validates_schema
    def _check(self, data: dict[str, Any], **_: Any) -> None:
        if ("ids" in data) == ("filter" in data):
            raise ValidationError("Give either ids or filter.", "ids")
        if data["action"] == "reject" and "reason" not in data:
            raise ValidationError("Why they are rejected.", "reason")


class BulkFailureSchema(Schema):
    """One that the step was refused of."""

    id = identifier("The reminder.", required=True)
    code = text("For programs.", "conflict", required=True)
    detail = text("For people.", required=True)


class BulkAnswerSchema(Schema):
    """What became of them."""

    done = List(identifier("A reminder that took the step."), required=True)
    failed = List(Nested(BulkFailureSchema), required=True)


class ReminderEventSchema(Schema):
    """Something that happened to it."""

    id = count("In the order in which it happened.", required=True)
    at = instant("When.", required=True)
    kind = String(required=True, validate=validate.OneOf(EVENT_KINDS))
    by = text("Who did it.", "jo@acme.example", required=True)
    by_kind = text("person, key, client or system (the hub).", "person", required=True)
    before = Dict(required=True, allow_none=True, metadata={"description": "What was, by field."})
    after = Dict(required=True, allow_none=True, metadata={"description": "What is since, by field."})


class ReminderEventsSchema(Schema):
    """All that happened to it, oldest first; nobody can change it."""

    items = List(Nested(ReminderEventSchema), required=True)
