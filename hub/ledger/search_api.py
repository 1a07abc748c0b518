"""GET /api/search: what somebody looks for by a number or a name."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import caller, current_hub
from hub.ledger import search as records

search = Blueprint("search", __name__, url_prefix="/api/search", description="Records by what they are called.")


class SearchArguments(Schema):
    """What is looked for."""

    q = fields.String(
        required=True,
        validate=validate.And(
            validate.Length(max=100),
            validate.Regexp(r"\s*\S", error="Something other than spaces is needed."),
        ),
        metadata={
            "description": "Part of an invoice's number or of a customer's name, in any case.",
            "example": "acme",
        },
    )


class FoundSchema(Schema):
    """A record that was found."""

    kind = fields.String(required=True, validate=validate.OneOf(["invoice", "customer"]))
    id = fields.UUID(required=True)
    title = fields.String(required=True, metadata={"description": "The invoice's number or the customer's name."})
    detail = fields.String(
        required=True, metadata={"description": "The invoice's customer, or the customer's email; may be empty."}
    )


class FoundListSchema(Schema):
    """What fits best, customers first."""

    items = fields.List(fields.Nested(FoundSchema), required=True, validate=validate.Length(max=records.FOUND))


@search.route("")
@search.doc(operationId="searchRecords")
@search.arguments(SearchArguments, location="query")
@search.response(200, FoundListSchema)
def search_records(arguments: dict[str, Any]) -> Response:
    """Find invoices by number and customers by name, at most 20 of them"""
    found = records.search(current_hub().storage, caller().tenant, arguments["q"].strip())
    return answer({"items": found})
