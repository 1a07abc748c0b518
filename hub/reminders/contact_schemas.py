"""What the API shows and takes of contacts with customers: who looks after them, notes, and what happened."""

from marshmallow import Schema, validate
from marshmallow.fields import List, Nested, String

from hub.http.fields import PageArguments, PageSchema, choices, currency, day, identifier, instant, money, text
from hub.reminders.marks import KINDS, LONGEST_NOTE, OUTCOMES
from hub.reminders.timeline import EVENTS
from hub.reminders.timeline import KINDS as TIMELINE_KINDS


class WorklistOwnerSchema(Schema):
    """Somebody of the tenant."""

    id = identifier("Names the person.", required=True)
    name = text("What they are called.", "Ada Lovelace", required=True)


class WorklistEntryChangeSchema(Schema):
    """What is to be changed; what is left out stays, null takes it away."""

    owner_id = identifier("Who looks after the customer: an admin or a member.", allow_none=True)
    snoozed_until = day("The worklist leaves the customer out before this day.", allow_none=True)


class WorklistEntrySchema(Schema):
    """Who looks after a customer, and until when it rests."""

    customer_id = identifier("The customer.", required=True)
    owner = Nested(WorklistOwnerSchema, required=True, allow_none=True)
    snoozed_until = day("The worklist leaves the customer out before this day.", required=True, allow_none=True)


class ContactNoteInputSchema(Schema):
    """A talk with a customer, or something to keep in mind."""

    kind = String(required=True, validate=validate.OneOf(KINDS))
    outcome = String(load_default=None, allow_none=True, validate=validate.OneOf(OUTCOMES))
    at = instant("When it was; now unless said.", load_default=None, allow_none=True)
    text = text(
        "What was said.",
        "Pays on Friday, the invoice was with their auditor.",
        required=True,
        validate=validate.And(
            validate.Length(max=LONGEST_NOTE), validate.Regexp(r"\s*\S", error="Something other than spaces is needed.")
        ),
    )


class ContactNoteSchema(Schema):
    """A note."""

    id = identifier("Names the note.", required=True)
    customer_id = identifier("The customer.", required=True)
    kind = String(required=True, validate=validate.OneOf(KINDS))
    outcome = String(required=True, allow_none=True, validate=validate.OneOf(OUTCOMES))
    at = instant("When it was.", required=True)
    by_name = text("Who noted it.", "ada@acme.example", required=True)
    created_at = instant("When it was noted.", required=True)
    text = text("What was said.", required=True)


class TimelineArguments(PageArguments):
    """What of it."""

    kinds = choices("Only these kinds.", TIMELINE_KINDS)


class TimelineItemSchema(Schema):
    """One thing that happened. What does not apply is null."""

    kind = String(required=True, validate=validate.OneOf(TIMELINE_KINDS))
    event = String(required=True, validate=validate.OneOf(EVENTS))
    at = instant("When; of a payment the end of its day.", required=True)
    subject_id = identifier("The reminder, promise, dispute, payment or note.", required=True)
    number = text("R-12, D-12, or the number of the invoice that was promised.", required=True, allow_none=True)
    amount = money("What was promised, disputed or paid.", required=True, allow_none=True)
    currency = currency(required=True, allow_none=True)
    day = day("Until when it was promised; when it was paid.", required=True, allow_none=True)
    outcome = text(
        "How a dispute ended, or its reason; how a talk went; by which way a promise came.",
        required=True,
        allow_none=True,
    )
    by_name = text("Who noted, composed or promised it.", required=True, allow_none=True)
    text = text("A reminder's subject, a note, what was said with a promise.", required=True, allow_none=True)


class TimelineSchema(PageSchema):
    """What happened with a customer, newest first."""

    items = List(Nested(TimelineItemSchema), required=True)
