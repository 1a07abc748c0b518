"""What the API shows of privacy, and what it takes."""

from marshmallow import Schema, validate
from marshmallow.fields import Boolean, Dict, Integer, List, Nested, Raw, String

from hub.http.fields import count, flag, instant, text
from hub.privacy.periods import KINDS


def _email() -> String:
    return String(
        required=True,
        validate=[validate.Length(3, 254), validate.Email()],
        metadata={"description": "The person's e-mail address, upper or lower case.", "example": "jo@acme.example"},
    )


class WantedContactSchema(Schema):
    """Whom it is about."""

    email = _email()


class ErasureSchema(WantedContactSchema):
    """Whom to erase, and how much."""

    include_name = Boolean(
        load_default=False,
        metadata={
            "description": "Erase the name of the customers that have this address too: for sole traders and other"
            " natural persons. A company's name is nobody's personal data."
        },
    )
    reason = text(
        "Why, for the audit: the request it answers. Leave the person's name out of it.",
        "Request 2026-17",
        required=True,
        validate=validate.Length(1, 500),
    )


class ErasurePreviewSchema(Schema):
    """Where an address is held; nothing was changed."""

    customers = count("Customers that have the address.", required=True)
    names = List(
        String(), required=True, metadata={"description": "What these are called, now and before: see include_name."}
    )
    places = Dict(
        keys=String(),
        values=Integer(),
        required=True,
        metadata={
            "description": "Mentions by table; up to 1,000 rows of each were counted.",
            "example": {"customers": 1},
        },
    )


class ErasedSchema(Schema):
    """The certificate of an erasure. It names nobody."""

    pseudonym = text("What stands in the person's place.", "erased-1a2b3c4d", required=True)
    include_name = flag("Whether names were erased too.", required=True)
    reason = text("As given, without the person's address and name.", required=True)
    customers = count("Customers that had the address.", required=True)
    places = Dict(
        keys=String(),
        values=Integer(),
        required=True,
        metadata={"description": "Rows (or files) from which the person was taken, by place."},
    )
    erased_at = instant("When.", required=True)


class MentionSchema(Schema):
    """One field of one row that holds the address."""

    place = text("The table.", "sync_rejects", required=True)
    row = Raw(required=True, metadata={"description": "The row's key."})
    field = text("The column.", "raw", required=True)
    text = String(required=True, metadata={"description": "What stands there, cut after 500 characters."})


class ContactExportSchema(Schema):
    """All that the hub holds of an address."""

    email = text("The address.", required=True)
    made_at = instant("As of when.", required=True)
    customers = List(
        Dict(),
        required=True,
        metadata={
            "description": "The customers that have the address, each as it is held (recorded_at says since when), with"
            " its invoices, payments, credit memos and disputes."
        },
    )
    mentions = List(Nested(MentionSchema), required=True)


class PeriodSchema(Schema):
    """How long one kind of data is kept."""

    kind = String(required=True, validate=validate.OneOf(list(KINDS)))
    about = text("What it is.", required=True)
    days = count("For how many days it is kept.", required=True)
    default_days = count("Unless you choose.", required=True)
    least = count("The shortest you can choose.", required=True)
    most = count("The longest.", required=True)


class RetentionSchema(Schema):
    """How long what is kept. The ledger and its history stay as long as the tenant."""

    periods = List(Nested(PeriodSchema), required=True)


class RetentionInputSchema(Schema):
    """The periods you choose; all other kinds are kept for their default."""

    periods = Dict(
        keys=String(validate=validate.Length(1, 40)),
        values=Integer(strict=True, validate=validate.Range(1, 36500)),
        required=True,
        validate=validate.Length(0, 50),
        metadata={"description": "Days by kind.", "example": {"rejects": 30}},
    )
