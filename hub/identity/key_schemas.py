"""What the API shows and takes of API keys."""

from marshmallow import Schema, ValidationError, validate, validates_schema
from marshmallow.fields import Integer, List, Nested, String

from hub.http.access import SCOPES
from hub.http.fields import identifier, instant, text
from hub.identity.keys import MAX_NAME

DEFAULT_DAYS = 365
MAX_DAYS = 3650
MAX_OVERLAP_HOURS = 168


class KeyArguments(Schema):
    """How many keys."""

    limit = Integer(
        load_default=100,
        validate=validate.Range(1, 200),
        metadata={"description": "How many at most: those that work first, each lot newest first."},
    )


class KeySchema(Schema):
    """An API key, without its secret."""

    id = identifier("Names the key.", required=True)
    name = text("What it is for.", "ERP export", required=True)
    prefix = text("How it begins: enough to recognise it, useless without the rest.", "pp_live_0a1b2c3d", required=True)
    scopes = List(String(), required=True, metadata={"description": "What it may do.", "example": ["invoices:read"]})
    created_by = text(
        "Who made it; null for keys made on the command line.", "ada@acme.example", required=True, allow_none=True
    )
    created_at = instant("When it was made.", required=True)
    expires_at = instant("The first instant it no longer works; null is never.", required=True, allow_none=True)
    last_used_at = instant("When it was last used, to the minute.", required=True, allow_none=True)
    revoked_at = instant("When it was ended.", required=True, allow_none=True)
    replaced_by = identifier("The key that takes its place.", required=True, allow_none=True)


class KeyListSchema(Schema):
    """Keys: those that work first, each lot newest first."""

    items = List(Nested(KeySchema), required=True)


class IssuedKeySchema(KeySchema):
    """A new API key with its secret."""

    secret = text("The key itself, shown this once.", "pp_live_0a1b2c3d_...", required=True)


class KeyInputSchema(Schema):
    """A key to be made."""

    name = text("What it is for.", "ERP export", required=True, validate=validate.Length(1, MAX_NAME))
    scopes = List(
        String(validate=validate.OneOf(sorted(SCOPES))),
        required=True,
        validate=validate.Length(1, len(SCOPES)),
        metadata={"description": "What it may do; no more than you may.", "example": ["invoices:read"]},
    )
    expires_at = instant(f"The first instant it no longer works, at most {MAX_DAYS} days from now.")
    expires_in_days = Integer(
        validate=validate.Range(1, MAX_DAYS),
        metadata={"description": f"The same in days from now; {DEFAULT_DAYS} if neither is given."},
    )

    @validates_schema
    def _one_expiry(self, data: dict[str, object], **_: object) -> None:
        if "expires_at" in data and "expires_in_days" in data:
            raise ValidationError("Give expires_at or expires_in_days, not both.", "expires_in_days")


class RotationSchema(Schema):
    """How a key is replaced."""

    overlap_hours = Integer(
        load_default=24,
        validate=validate.Range(0, MAX_OVERLAP_HOURS),
        metadata={"description": "For how long the old key works beside the new one."},
    )
