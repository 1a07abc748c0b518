"""What the API shows of promises, and what it takes."""

from typing import Any

from marshmallow import Schema, ValidationError, validate, validates_schema
from marshmallow.fields import UUID, List, Nested, String

from hub.http.fields import (
    EXAMPLE_ID,
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
    sort_by,
    text,
)
from hub.ledger.promises import CHANNELS, STATUSES
from hub.ledger.promises_listing import PROMISE_SORTS
from hub.ledger.schemas import FacetValueSchema, PromiseSchema

MOST_INVOICES = 100
_BY_PEOPLE = tuple(each for each in CHANNELS if each != "portal")


class PromiseArguments(PageArguments):
    """Filters and order of the promises; all filters that are given must hold."""

    sort = sort_by(PROMISE_SORTS, "-made_at")
    include = choices("What to add: `totals`, with the `facets` among them.", ("totals", "facets"))
    q = text(
        "Part of an invoice's number, a customer's name, who promised, or the note.",
        "acme",
        validate=validate.Length(1, 100),
    )
    status = choices("Any of these.", STATUSES)
    channel = choices("Made in any of these ways.", CHANNELS)
    customer_id = identifier("Promises of this customer.")
    invoice_id = identifier("Promises of this invoice.")
    currency = currency()
    overdue = flag("Whether it is open and its day is past, in the tenant's time zone.")
    promised_from = day("Promised for that day or later.")
    promised_to = day("Promised for that day or earlier.")
    made_from = instant("Made then or later.")
    made_to = instant("Made then or earlier.")


def _facet() -> List[Any]:
    return List(Nested(FacetValueSchema), required=True)


class PromiseFacetsSchema(Schema):
    """How many would match by each value of a filter, all other filters as they are set."""

    status = _facet()
    channel = _facet()


class PromisedTotalSchema(Schema):
    """Count and amounts in one currency."""

    currency = currency(required=True)
    count = count("How many.", required=True)
    amount = money("What is promised.", required=True)
    paid = money("What was paid of it.", required=True)


class PromiseTotalsSchema(Schema):
    """What matches the filters, beyond this page."""

    count = count("Matching promises.", required=True)
    is_exact = flag("False when there are more than were counted.", required=True)
    by_currency = List(Nested(PromisedTotalSchema), required=True)
    facets = Nested(PromiseFacetsSchema, required=True)


class PromisePageSchema(PageSchema):
    """A page of promises."""

    items = List(Nested(PromiseSchema), required=True)
    totals = Nested(PromiseTotalsSchema)


class PromiseInputSchema(Schema):
    """A promise of one invoice or several: by when they are paid, or when they were."""

    invoice_ids = List(
        UUID(),
        required=True,
        validate=validate.Length(1, MOST_INVOICES),
        metadata={"description": "The invoices; all of them or none are promised.", "example": [EXAMPLE_ID]},
    )
    promised_on = day("The day by which they are paid: today or later, within a year.")
    paid_on = day("In place of it, the day on which they were paid: today or up to 60 days ago.")
    amount = money_input("How much of the one invoice; left out, all that is open.", allow_none=True)
    channel = String(
        required=True,
        validate=validate.OneOf(_BY_PEOPLE),
        metadata={"description": "How the customer said so.", "example": "phone"},
    )
    note = text("What was said with it.", "The director signs on Friday", validate=validate.Length(1, 2000))
    made_by = text("Who said so at the customer.", "Jo Doe", validate=validate.Length(1, 200))

    @validates_schema
    def _one_day(self, data: dict[str, Any], **_: Any) -> None:
        if ("promised_on" in data) == ("paid_on" in data):
            raise ValidationError("Either promised_on or paid_on.", "promised_on")
        if data.get("amount") is not None and len(set(data["invoice_ids"])) > 1:
            raise ValidationError("Of several invoices all that is open is promised; leave it out.", "amount")


class PromiseListSchema(Schema):
    """Promises that were made together."""

    items = List(Nested(PromiseSchema), required=True)
