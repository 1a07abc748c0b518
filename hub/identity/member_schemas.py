"""What the API shows and takes of members, and of tenants where the operator works on them."""

from marshmallow import Schema, validate
from marshmallow.fields import Boolean, List, Nested, String

from hub.http.access import Role
from hub.http.fields import PageArguments, PageSchema, currency, identifier, instant, text
from hub.identity.users import MAX_EMAIL, MAX_NAME, TENANT_ROLES
from hub.tenants.schemas import MAX_TIME_ZONE, TenantSchema, tenant_name

_ADDRESS = validate.Length(min=3, max=MAX_EMAIL)


def _role(description: str, **options: object) -> String:
    roles = [role.value for role in TENANT_ROLES]
    metadata = {"description": description, "example": Role.MEMBER.value}
    return String(validate=validate.OneOf(roles), metadata=metadata, **options)  # type: ignore[arg-type]


class MemberSchema(Schema):
    """A person who works in the tenant."""

    user_id = identifier("The person, in every tenant they are a member of.", required=True)
    email = text("Address they sign in with.", "ada@acme.example", required=True)
    name = text("What they are called; may be empty.", "Ada Lovelace", required=True)
    role = _role("What they are in this tenant.", required=True)
    is_disabled = Boolean(required=True, metadata={"description": "Whether an operator has locked them out."})
    is_pending = Boolean(required=True, metadata={"description": "Whether they have never signed in."})
    added_at = instant("Since when they are a member.", required=True)
    last_seen_at = instant(
        "When they last did something in this tenant by browser, to the minute; null if that is over a month ago.",
        required=True,
        allow_none=True,
    )


class MemberPageSchema(PageSchema):
    """Members in the order of their addresses."""

    items = List(Nested(MemberSchema), required=True)


class MemberInputSchema(Schema):
    """Who is to become a member."""

    email = text("Their address.", "ada@acme.example", required=True, validate=_ADDRESS)
    name = text("What they are called.", "Ada Lovelace", load_default="", validate=validate.Length(max=MAX_NAME))
    role = _role("What they are to be.", required=True)


class RoleInputSchema(Schema):
    """What a member is to be."""

    role = _role("What they are from now on.", required=True)


class SignInLinkSchema(Schema):
    """A way in, once."""

    sign_in_link = text(
        "Opens a session once. It is not shown again; hand it to nobody else.",
        "https://ar.example.com/sign-in/#link=...",
        required=True,
    )
    expires_at = instant("Until when it works.", required=True)


class AddedMemberSchema(MemberSchema):
    """A new member and, where the hub itself signs people in and they are new to it, a way in."""

    sign_in = Nested(SignInLinkSchema, required=True, allow_none=True)


class InstalledTenantSchema(TenantSchema):
    """A tenant as the operator sees it: how it is kept, and nothing of what it holds."""

    class Meta:
        exclude = ("has_records",)

    status = String(
        required=True,
        validate=validate.OneOf(("active", "migration_failed")),
        metadata={"description": "migration_failed: its schema lags behind; `paypredict tenant migrate` tries again."},
    )
    schema_version = text("The newest revision its schema has.", "0002", required=True)


class InstalledTenantPageSchema(PageSchema):
    """Tenants in the order of their keys."""

    items = List(Nested(InstalledTenantSchema), required=True)


class TenantPageArguments(PageArguments):
    """Which tenants."""


class TenantInputSchema(Schema):
    """A tenant to be made."""

    name = tenant_name(required=True)
    key = text(
        "Names its schema for good; made from the name unless given.",
        "acme",
        validate=validate.Regexp("^[a-z][a-z0-9_]{0,39}$", error="Lower-case letters, digits and _, a letter first."),
    )
    home_currency = currency(load_default="USD")
    time_zone = text(
        "IANA name; says when its days begin.",
        "Europe/Berlin",
        load_default="UTC",
        validate=validate.Length(1, MAX_TIME_ZONE),
    )
    admin_email = text("Its first admin.", "ada@acme.example", validate=_ADDRESS)


class CreatedTenantSchema(InstalledTenantSchema):
    """The new tenant and its first admin, if one was named."""

    admin = Nested(AddedMemberSchema, required=True, allow_none=True)


class InvitationSchema(Schema):
    """Who is to be an admin."""

    email = text("Their address.", "ada@acme.example", required=True, validate=_ADDRESS)
    name = text("What they are called.", "Ada Lovelace", load_default="", validate=validate.Length(max=MAX_NAME))
