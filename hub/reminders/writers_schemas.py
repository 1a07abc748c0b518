"""What the API shows of writers and templates, and what it takes."""

from marshmallow import Schema, validate
from marshmallow.fields import UUID, Boolean, Dict, List, Nested, String

from hub.http.fields import count, flag, instant, text
from hub.reminders.schemas import AttemptSchema, VerdictSchema
from hub.sdk.wording import LANGUAGES
from hub.sdk.writer import PURPOSES, TONES

LONGEST_SUBJECT = 400
LONGEST_TEXT = 10_000

_WORDS = validate.Regexp(r"\s*\S", error="Something other than spaces is needed.")


def _purpose() -> String:
    return String(required=True, validate=validate.OneOf(PURPOSES), metadata={"description": "What it is for."})


def _language(**options: object) -> String:
    return String(
        validate=validate.OneOf(LANGUAGES),
        metadata={"description": "ISO 639-1 code of its language.", "example": "de"},
        **options,  # type: ignore[arg-type]
    )


def _tone(**options: object) -> String:
    return String(validate=validate.OneOf(TONES), metadata={"description": "How it is said."}, **options)  # type: ignore[arg-type]


class WriterSchema(Schema):
    """A writer of this installation, and how the tenant set it up."""

    plugin = text("Its slug.", "llm_writer", required=True)
    name = text("What people call it.", "Language model", required=True)
    summary = text("What it does.", required=True)
    form = Dict(required=True, metadata={"description": "The JSON Schema of what is to be filled in."})
    config = Dict(required=True, metadata={"description": "What was filled in, without secrets."})
    sealed = List(String(), required=True, metadata={"description": "The secrets that are stored, by name."})
    is_remote = flag("Whether it asks a model outside of this installation.", required=True)
    is_ready = flag("Whether it can be used.", required=True)
    reason = text("Why it cannot.", required=True, allow_none=True)
    agreed_at = instant("Since when it may ask outside; null: it may not.", required=True, allow_none=True)
    agreed_by = text("Who agreed to that.", required=True, allow_none=True)
    version = count("Raised by every change; 0 where it was never set up.", required=True)


class WriterListSchema(Schema):
    """All writers, the template first."""

    items = List(Nested(WriterSchema), required=True)


class WriterInputSchema(Schema):
    """How a writer is to be set up."""

    config = Dict(
        required=True,
        metadata={
            "description": "By the writer's form, whole; of secrets only those that change.",
            "example": {"provider": "openai", "model": "gpt-4.1"},
            "additionalProperties": True,
        },
    )
    is_agreed = Boolean(
        required=True,
        metadata={"description": "An admin's word that it may ask outside of this installation.", "example": True},
    )


class TemplateSchema(Schema):
    """The text in use for one purpose, language and tone; Jinja2, as far as docs/writers.md says."""

    purpose = _purpose()
    language = _language(required=True)
    tone = _tone(required=True)
    subject = text("The subject.", "Invoice {{ invoice.number }}", required=True)
    text = text("The message.", "{{ greeting }} ...", required=True)
    is_own = flag("Whether it is the tenant's own.", required=True)
    version = count("Raised by every change; 0 for the one that comes with the hub.", required=True)
    updated_at = instant("When the tenant's own was stored.", required=True, allow_none=True)


class TemplateVariableSchema(Schema):
    """What a text may show."""

    name = text("Its name.", "total", required=True)
    title = text("What it stands for.", "What is open in all, by currency", required=True)


class TemplateListSchema(Schema):
    """The texts in use, and what they may show."""

    items = List(Nested(TemplateSchema), required=True)
    variables = List(Nested(TemplateVariableSchema), required=True)


class TemplateInputSchema(Schema):
    """A text of the tenant's own."""

    subject = String(
        required=True,
        validate=validate.And(validate.Length(1, LONGEST_SUBJECT), _WORDS),
        metadata={"description": "The subject.", "example": "Invoice {{ invoice.number }} is still open"},
    )
    text = String(
        required=True,
        validate=validate.And(validate.Length(1, LONGEST_TEXT), _WORDS),
        metadata={
            "description": "The message.",
            "example": "{{ greeting }}\n\n{{ statement }}\n\n{{ ways_to_pay }}\n\n{{ signature }}",
        },
    )


class TemplatePreviewInputSchema(TemplateInputSchema):
    """A text to try on a customer's open invoices."""

    purpose = _purpose()
    language = _language(required=True)
    tone = _tone(required=True)
    customer_id = UUID(
        allow_none=True,
        load_default=None,
        metadata={"description": "The customer; null for the one who is most overdue."},
    )


class FilledSchema(Schema):
    """What a customer would read, and what the fact check says of it."""

    customer_name = text("To whom it would go.", "Acme GmbH", required=True)
    language = text("The language it is in, BCP 47.", "de", required=True)
    subject = text("The subject.", required=True)
    html = text("The same as HTML.", required=True)
    verdict = Nested(VerdictSchema, required=True)
    text = text("The message in plain text.", required=True)


class WriterTestInputSchema(Schema):
    """What a writer is to try itself on."""

    language = _language(load_default="en")
    tone = _tone(load_default="neutral")
    customer_id = UUID(
        allow_none=True,
        load_default=None,
        metadata={"description": "The customer; null for the one who is most overdue."},
    )


class WrittenSchema(FilledSchema):
    """What was written, by whom, and the drafts before."""

    writer = text("Who wrote it.", "template_writer", required=True)
    fell_back = text("Why the template wrote it in place of the writer asked.", required=True, allow_none=True)
    attempts = List(Nested(AttemptSchema), required=True)


class ReplyDraftInputSchema(Schema):
    """How a reply to a dispute is to be drafted."""

    tone = _tone(load_default="neutral")
    language = _language()
    writer = String(
        allow_none=True,
        load_default=None,
        validate=validate.Regexp(r"[a-z][a-z0-9_]{0,39}\Z", error="The slug of a writer."),
        metadata={"description": "Who drafts it; null: the template.", "example": "template_writer"},
    )


class ReplyDraftSchema(WrittenSchema):
    """A reply to a dispute: nothing is sent or stored."""

    recipients = List(String(), required=True, metadata={"description": "The customer's addresses."})
