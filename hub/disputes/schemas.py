"""What the API shows of disputes, and what it takes."""

from typing import Any
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, validate, validates_schema
from marshmallow.fields import UUID, Boolean, Dict, List, Nested, String

from hub.disputes.capture import LONGEST_TEXT, MOST_AT_ONCE, SOURCES
from hub.disputes.groups import GROUPS
from hub.disputes.history import KINDS
from hub.disputes.listing import DISPUTE_SORTS
from hub.disputes.policy_schemas import ACTIONS, AdjustmentSchema, SuggestionSchema
from hub.disputes.workflow import OUTCOMES, RULES, STATUSES
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
    probability,
    sort_by,
    text,
)
from hub.ledger.schemas import FacetValueSchema, HoldSchema
from hub.sdk.classifier import REASONS

EVIDENCE_STATUSES = ("have", "missing", "not_needed")
MOST_ATTACHMENTS = 20
LONGEST_NOTE = 4_000

_NOTE = validate.And(
    validate.Length(min=1, max=LONGEST_NOTE), validate.Regexp(r"\s*\S", error="Something other than spaces is needed.")
)
_WORDS = validate.Regexp(r"\s*\S", error="Something other than spaces is needed.")


def _is_https(value: str) -> None:
    try:
        parts = urlsplit(value)
        is_link = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        is_link = False
    if not is_link:
        raise ValidationError("A link that begins with https:// and names no user.")


def _link(**options: Any) -> String:
    return String(
        validate=validate.And(validate.Length(max=2_000), _is_https),
        metadata={"description": "Where it is, by https.", "example": "https://files.example/pod-1042.pdf"},
        **options,
    )


def _code(description: str, **options: Any) -> String:
    return String(
        validate=validate.OneOf(REASONS), metadata={"description": description, "example": "pricing"}, **options
    )


def _note(description: str, **options: Any) -> String:
    return String(
        validate=_NOTE, metadata={"description": description, "example": "Price list of March applies."}, **options
    )


class AttachmentSchema(Schema):
    """Something that was sent with it, by its address; the hub keeps no files of disputes."""

    title = text("What it is.", "Delivery note", required=True, validate=validate.And(validate.Length(1, 200), _WORDS))
    url = _link(required=True)


class _OpeningSchema(Schema):
    text = String(
        required=True,
        validate=validate.And(validate.Length(1, LONGEST_TEXT), _WORDS),
        metadata={
            "description": "What the customer wrote, as it came.",
            "example": "We ordered 40 cartons and got 36.",
        },
    )
    invoice_id = identifier("The invoice that it is about.")
    invoice_number = String(
        validate=validate.Length(1, 200),
        metadata={"description": "The number printed on it, in place of `invoice_id`.", "example": "INV-1042"},
    )
    amount = money_input("What is objected to, in the invoice's currency; left out for all that is open.")
    product = String(
        validate=validate.And(validate.Length(1, 200), _WORDS),
        metadata={"description": "The product or service that it is about.", "example": "Cartons 40x30"},
    )
    attachments = List(Nested(AttachmentSchema), validate=validate.Length(0, MOST_ATTACHMENTS))
    code = _code("The reason, where somebody knows it; left out, the classifier reads the text.")
    external_id = String(
        validate=validate.Length(1, 400),
        metadata={"description": "What your own system calls it; the same is not taken twice.", "example": "CASE-77"},
    )

    @validates_schema
    def _check(self, data: dict[str, Any], **_: Any) -> None:
        if ("invoice_id" in data) == ("invoice_number" in data):
            raise ValidationError("Give either invoice_id or invoice_number.", "invoice_id")
        if data.get("amount", 1) <= 0:
            raise ValidationError("More than 0.", "amount")


class DisputeInputSchema(_OpeningSchema):
    """What a customer objects to."""


class DisputeBatchSchema(Schema):
    """Several at once, all or none."""

    disputes = List(Nested(_OpeningSchema), required=True, validate=validate.Length(1, MOST_AT_ONCE))


class OpenedSchema(Schema):
    """A dispute that was opened."""

    id = identifier("The hub's id.", required=True)
    number = count("Its number: D-12 is 12.", required=True)


class DisputeBatchAnswerSchema(Schema):
    """What was opened, in the order in which it was sent."""

    disputes = List(Nested(OpenedSchema), required=True)


class DisputeFilterArguments(Schema):
    """Filters and order of the disputes; all filters that are given must hold."""

    sort = sort_by(DISPUTE_SORTS, "due_on")
    q = text(
        "A number (D-12), or part of the text, the invoice's number, the customer's name or the product.",
        "cartons",
        validate=validate.Length(1, 100),
    )
    status = choices("Any of these.", STATUSES)
    unended = flag("Whether it has not been resolved.")
    group = choices("Reasons of any of these groups.", GROUPS)
    code = _code("This reason.")
    owner = String(
        validate=validate.Regexp(
            r"me\Z|none\Z|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z", error="me, none, or somebody's id."
        ),
        metadata={"description": "Looked after by oneself (me), by nobody (none), or by this person (their id)."},
    )
    invoice_id = identifier("About this invoice.")
    customer_id = identifier("Of this customer.")
    source = choices("Brought by any of these.", SOURCES)
    check = flag("Whether its reason waits for a person: the classifier was not sure, and nobody has said since.")
    overdue = flag("Whether it is past the day by which it was to end, in the tenant's time zone, and has not ended.")
    currency = currency()
    opened_from = instant("Opened then or later.")
    opened_to = instant("Opened then or earlier.")


class DisputeArguments(DisputeFilterArguments, PageArguments):
    """Filters, order and page of the list of disputes."""

    include = choices("`totals` adds counts, amounts and facets of all that match.", ["totals", "facets"])


class ColleagueSchema(Schema):
    """One of the tenant's people."""

    id = identifier("Their id.", required=True)
    name = text("What they are called.", "Jo Doe", required=True)


class OwnerListSchema(Schema):
    """Who may look after disputes."""

    items = List(Nested(ColleagueSchema), required=True)


class DisputeFieldsSchema(Schema):
    """What a dispute says of itself, in lists and on its own."""

    id = identifier("The hub's id.", required=True)
    number = count("Its number: D-12 is 12.", required=True)
    status = String(required=True, validate=validate.OneOf(STATUSES), metadata={"description": "Where it stands."})
    code = _code("The main reason; null while it is read, or where nobody has said.", required=True, allow_none=True)
    codes = List(
        String(validate=validate.OneOf(REASONS)), required=True, metadata={"description": "Further reasons given."}
    )
    group = String(
        required=True,
        allow_none=True,
        validate=validate.OneOf([*GROUPS, None]),
        metadata={"description": "The group of its main reason."},
    )
    code_by = String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(["classifier", "person", None]),
        metadata={"description": "Who said so."},
    )
    p_code = probability("That the main reason is right, as the classifier had it.", required=True, allow_none=True)
    is_sure = flag("Whether the classifier was sure, or a person said so.", required=True, allow_none=True)
    check = flag("Whether its reason waits for a person.", required=True)
    source = String(required=True, validate=validate.OneOf(SOURCES), metadata={"description": "What brought it."})
    invoice_id = identifier("The invoice; null where none was found.", required=True, allow_none=True)
    customer_id = identifier("The customer; null where none was found.", required=True, allow_none=True)
    amount = money("What is in dispute; where that is all, what is open of the invoice now.", required=True)
    is_all = flag("Whether it is all that is open of the invoice.", required=True)
    currency = String(required=True, allow_none=True, metadata={"description": "ISO 4217; null without an invoice."})
    product = text("The product or service.", "Cartons 40x30", required=True, allow_none=True)
    owner = Nested(
        ColleagueSchema,
        required=True,
        allow_none=True,
        metadata={"description": "Who looks after it; null for nobody."},
    )
    due_on = day("By when it is to end.", required=True)
    is_overdue = flag("Whether that day is past and it has not ended.", required=True)
    opened_at = instant("When it came.", required=True)
    first_answered_at = instant("When one of your people first acted on it.", required=True, allow_none=True)
    resolved_at = instant("When it ended.", required=True, allow_none=True)
    outcome = String(
        required=True,
        allow_none=True,
        validate=validate.OneOf([*OUTCOMES, None]),
        metadata={"description": "How it ended."},
    )
    version = count("Raised by every change.", required=True)


class DisputeItemSchema(DisputeFieldsSchema):
    """A dispute as lists show it."""

    invoice_number = text("The number printed on the invoice.", "INV-1042", required=True, allow_none=True)
    customer_name = text("The customer.", "Acme", required=True, allow_none=True)
    excerpt = text("The beginning of what was written.", "We ordered 40 cartons", required=True)
    suggested_action = text("What is suggested.", "credit", required=True, allow_none=True)


def _facet() -> List[Any]:
    return List(Nested(FacetValueSchema), required=True)


class DisputeFacetsSchema(Schema):
    """How many would match by each value of a filter, all other filters as they are set."""

    status = _facet()
    group = _facet()
    owner = _facet()
    source = _facet()
    check = _facet()


class DisputedTotalSchema(Schema):
    """Count and amount in one currency."""

    currency = currency(required=True)
    count = count("How many.", required=True)
    amount = money("What is in dispute.", required=True)


class DisputeTotalsSchema(Schema):
    """What matches the filters, beyond this page."""

    count = count("Matching disputes.", required=True)
    is_exact = flag("False when there are more than were counted.", required=True)
    by_currency = List(Nested(DisputedTotalSchema), required=True)
    facets = Nested(DisputeFacetsSchema, required=True)
    owners = List(
        Nested(ColleagueSchema), required=True, metadata={"description": "Who the owners among the facets are."}
    )


class DisputePageSchema(PageSchema):
    """A page of disputes."""

    items = List(Nested(DisputeItemSchema), required=True)
    totals = Nested(DisputeTotalsSchema)


class LabelSchema(Schema):
    """A reason as the classifier weighs it."""

    code = _code("The reason.", required=True)
    p_reason = probability("That it is the main one.", required=True)
    spans = List(
        List(count("A place in the text, in characters.")),
        required=True,
        metadata={"description": "The parts of the text that speak for it: [start, end)."},
    )


class ReadingSchema(Schema):
    """What the classifier made of the text."""

    labels = List(Nested(LabelSchema), required=True, metadata={"description": "All reasons, likeliest first."})
    language = text("ISO 639-1, or und where it cannot be told.", "en", required=True, allow_none=True)
    backend = text("The classifier.", "minilm_disputes", required=True)
    version = text("Its version.", "1", required=True, allow_none=True)
    number = count("The version learnt from your corrections; null for what all share.", required=True, allow_none=True)
    problem = text("Why it could not be read; null where it was.", required=True, allow_none=True)


class EvidenceSchema(Schema):
    """A piece of evidence, and whether it is there."""

    kind = text("What it is.", "proof_of_delivery", required=True)
    status = String(required=True, validate=validate.OneOf(EVIDENCE_STATUSES))
    url = text("Where it is.", "https://files.example/pod.pdf", required=True, allow_none=True)
    note = text("What somebody says of it.", required=True, allow_none=True)
    at = instant("Since when; null where nobody has said.", required=True, allow_none=True)


class ProposalSchema(Schema):
    """How it is proposed to be settled."""

    action = String(required=True, validate=validate.OneOf(ACTIONS))
    amount = money("How much of it, in the dispute's currency.", required=True, allow_none=True)
    note = text("Why.", required=True, allow_none=True)
    by = text("Who proposes it.", "Jo Doe", required=True)
    is_own = flag("Whether the caller proposed it.", required=True)
    at = instant("When.", required=True)


class DisputedInvoiceSchema(Schema):
    """The invoice that is in dispute."""

    id = identifier("The hub's id.", required=True)
    number = text("The number printed on it.", "INV-1042", required=True)
    issued_on = day("Invoice date.", required=True)
    due_on = day("Due date.", required=True)
    currency = currency(required=True)
    total = money("The whole amount.", required=True)
    balance = money("What is still to be paid.", required=True)
    status = text("Where it stands.", "open", required=True)
    terms = text("Payment terms.", "Net 30", required=True, allow_none=True)


class NamedSchema(Schema):
    """A record by its id and name."""

    id = identifier("The hub's id.", required=True)
    name = text("Name.", "Acme GmbH", required=True)


class LookAlikeSchema(Schema):
    """A dispute of the same customer for the same reason, which ended."""

    id = identifier("The hub's id.", required=True)
    number = count("Its number.", required=True)
    status = text("Where it stands.", "resolved", required=True)
    outcome = String(required=True, allow_none=True)
    resolved_at = instant("When it ended.", required=True, allow_none=True)
    amount = money("What was in dispute.", required=True)
    currency = String(required=True, allow_none=True)


class DisputeSchema(DisputeFieldsSchema):
    """A dispute with everything that is known of it."""

    context = text("What that answers to or passes on.", required=True, allow_none=True)
    sender = text("The address that it came from.", "ap@acme.example", required=True, allow_none=True)
    external_id = text("What its source calls it.", "CASE-77", required=True, allow_none=True)
    attachments = List(Nested(AttachmentSchema), required=True)
    reading = Nested(ReadingSchema, required=True, allow_none=True)
    evidence = List(Nested(EvidenceSchema), required=True)
    suggestion = Nested(SuggestionSchema, required=True, allow_none=True)
    proposal = Nested(ProposalSchema, required=True, allow_none=True)
    hold = Nested(HoldSchema, required=True, allow_none=True)
    adjustments = List(Nested(AdjustmentSchema), required=True)
    invoice = Nested(DisputedInvoiceSchema, required=True, allow_none=True)
    customer = Nested(NamedSchema, required=True, allow_none=True)
    look_alikes = List(Nested(LookAlikeSchema), required=True)
    moves = List(
        String(validate=validate.OneOf(list(RULES))), required=True, metadata={"description": "What the caller may do."}
    )
    outcomes = List(
        String(validate=validate.OneOf(OUTCOMES)), required=True, metadata={"description": "How it may end now."}
    )
    text = text("What the customer wrote.", "We ordered 40 cartons and got 36.", required=True)


class DisputeChangeSchema(Schema):
    """What is to be another; what is left out stays."""

    owner_id = UUID(allow_none=True, metadata={"description": "Who looks after it; null for nobody."})
    due_on = day("By when it is to end.")
    amount = money_input("What is in dispute; null for all that is open.", allow_none=True)
    product = String(allow_none=True, validate=validate.And(validate.Length(1, 200), _WORDS))
    invoice_id = UUID(allow_none=True, metadata={"description": "The invoice that it is about; null for none."})

    @validates_schema
    def _check(self, data: dict[str, Any], **_: Any) -> None:
        if not data:
            raise ValidationError("Name something to change.", "owner_id")
        if data.get("amount") is not None and data["amount"] <= 0:
            raise ValidationError("More than 0.", "amount")


class CommentInputSchema(Schema):
    """Something to say beside it."""

    text = _note("What is to be said.", required=True)


class CodeInputSchema(Schema):
    """What the reason is."""

    code = _code("The main reason.", required=True)
    codes = List(
        String(validate=validate.OneOf(REASONS)),
        load_default=list,
        validate=validate.Length(max=len(REASONS) - 1),
        metadata={"description": "Further reasons that the text gives."},
    )


class EvidenceInputSchema(Schema):
    """A piece of evidence, and whether it is there."""

    kind = String(
        required=True,
        validate=validate.Regexp(r"[a-z][a-z0-9_]{1,39}\Z", error="Lower case letters, digits and _."),
        metadata={"description": "What it is.", "example": "proof_of_delivery"},
    )
    status = String(required=True, validate=validate.OneOf(EVIDENCE_STATUSES))
    url = _link(allow_none=True, load_default=None)
    note = _note("What is to be said of it.", allow_none=True, load_default=None)


class ProposalInputSchema(Schema):
    """How to settle it."""

    action = String(required=True, validate=validate.OneOf(ACTIONS))
    amount = money_input("How much of it, in the dispute's currency.", allow_none=True, load_default=None)
    note = _note("Why.", allow_none=True, load_default=None)

    @validates_schema
    def _check(self, data: dict[str, Any], **_: Any) -> None:
        if data["amount"] is not None and data["amount"] <= 0:
            raise ValidationError("More than 0.", "amount")


class AcceptInputSchema(Schema):
    """Agree with the customer."""

    note = _note("Why.", allow_none=True, load_default=None)
    write_back = Boolean(
        load_default=False,
        metadata={"description": "Whether to write the adjustment to the provider now, where an admin allowed it."},
    )


class RejectInputSchema(Schema):
    """Uphold the invoice."""

    note = _note("Why.", required=True)


class ResolveInputSchema(Schema):
    """End it."""

    outcome = String(required=True, validate=validate.OneOf(OUTCOMES), metadata={"description": "How it ends."})
    note = _note("Why.", allow_none=True, load_default=None)


class ReopenInputSchema(Schema):
    """Take it up again."""

    note = _note("Why.", required=True)


class DisputeEventSchema(Schema):
    """Something that happened to it."""

    id = count("In the order in which it happened.", required=True)
    at = instant("When.", required=True)
    kind = String(required=True, validate=validate.OneOf(KINDS))
    by = text("Who did it.", "jo@acme.example", required=True)
    by_kind = String(
        required=True, metadata={"description": "person, key, client, policy (an automatic rule) or system (the hub)."}
    )
    before = Dict(required=True, allow_none=True, metadata={"description": "What was, by field."})
    after = Dict(required=True, allow_none=True, metadata={"description": "What is since, by field."})
    text = text("What was said with it.", required=True, allow_none=True)


class DisputeHistorySchema(Schema):
    """All that happened to it, oldest first; nobody can change it."""

    items = List(Nested(DisputeEventSchema), required=True)
