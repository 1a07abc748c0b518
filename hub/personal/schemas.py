"""Preferences and views as the API shows and takes them. All of it is bounded: it is read at every page."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates

_NAME = validate.And(
    validate.Length(min=1, max=60), validate.Regexp(r"\s*\S", error="Something other than spaces is needed.")
)
_PAGE = validate.And(
    validate.Length(max=60), validate.Regexp(r"/([a-z][a-z-]*/)*\Z", error="The path of a page, such as /invoices/.")
)
_LIST_NAME = validate.And(validate.Length(max=40), validate.Regexp(r"[a-z][a-z.-]*\Z", error="Lower case and dashes."))
_COLUMN = validate.And(validate.Length(max=40), validate.Regexp(r"[A-Za-z][\w.-]*\Z", error="The name of a column."))


class PreferencesSchema(Schema):
    """How somebody wants the dashboard to be; null where they leave it to their device."""

    theme = fields.String(validate=validate.OneOf(["system", "light", "dark"]), allow_none=True, load_default=None)
    language = fields.String(
        validate=validate.Regexp(r"[a-z]{2}(-[A-Z]{2})?\Z"),
        allow_none=True,
        load_default=None,
        metadata={"description": "A language tag, for texts and figures.", "example": "de"},
    )
    density = fields.String(
        validate=validate.OneOf(["compact", "default", "comfortable"]), allow_none=True, load_default=None
    )
    letter_keys = fields.Boolean(
        allow_none=True, load_default=None, metadata={"description": "Whether single letters are shortcuts."}
    )
    sidebar_collapsed = fields.Boolean(allow_none=True, load_default=None)
    columns = fields.Dict(
        keys=fields.String(validate=_LIST_NAME),
        values=fields.Dict(
            keys=fields.String(validate=_COLUMN), values=fields.Boolean(), validate=validate.Length(max=60)
        ),
        validate=validate.Length(max=30),
        load_default=dict,
        metadata={
            "description": "By list, which columns are shown or not, where that differs from the list's own.",
            "example": {"invoices": {"terms": True, "connection": False}},
        },
    )


_PREFERENCES = PreferencesSchema()


def show_preferences(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody chose, and null for what they did not."""
    shown: dict[str, Any] = _PREFERENCES.load(dict(chosen))
    return shown


class ViewArguments(Schema):
    """Of which page."""

    page = fields.String(validate=_PAGE, metadata={"example": "/invoices/"})


class ViewChangeSchema(Schema):
    """What a view is called and shows."""

    name = fields.String(required=True, validate=_NAME)
    query = fields.String(
        required=True,
        validate=validate.Length(max=2000),
        metadata={
            "description": "The page's query, without the question mark.",
            "example": "status=open&sort=-balance",
        },
    )

    @validates("query")
    def _check_query(self, value: str, **_: Any) -> None:
        if value.count("&") >= 50:
            raise ValidationError("At most 50 parameters.")
        if "\0" in unquote(value):
            raise ValidationError("Text cannot hold the NUL character (U+0000).")

    @post_load
    def _trim(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"name": data["name"].strip()}


class ViewInputSchema(ViewChangeSchema):
    """A view to keep."""

    page = fields.String(required=True, validate=_PAGE, metadata={"example": "/invoices/"})


class ViewSchema(Schema):
    """A view of a page that somebody keeps under a name."""

    id = fields.UUID(required=True)
    page = fields.String(required=True, metadata={"example": "/invoices/"})
    name = fields.String(required=True)
    query = fields.String(required=True, metadata={"description": "Without the question mark; may be empty."})
    created_at = fields.AwareDateTime(required=True)


class ViewListSchema(Schema):
    """One's own views, by page and name."""

    items = fields.List(fields.Nested(ViewSchema), required=True)
