"""What the API shows and takes of signing in, of sessions and of one's own account."""

from marshmallow import Schema, validate
from marshmallow.fields import Boolean, List, Nested, String

from hub.http.access import Role
from hub.http.fields import count, identifier, instant, text
from hub.identity.passwords import MAX_LENGTH, MIN_LENGTH
from hub.identity.users import MAX_EMAIL, MAX_NAME, TENANT_ROLES
from hub.personal.schemas import PreferencesSchema

METHODS = ("password", "link", "oidc", "token")


def _password(description: str, **options: object) -> String:
    # How long a new one must be is said with the other things that are wrong with it.
    long = validate.Length(min=1, max=MAX_LENGTH)
    return String(validate=long, metadata={"description": description, "format": "password"}, **options)  # type: ignore[arg-type]


def _role(**options: object) -> String:
    known = validate.OneOf([role.value for role in TENANT_ROLES])
    metadata = {"description": "What the person is in the tenant.", "example": Role.MEMBER.value}
    return String(validate=known, metadata=metadata, **options)  # type: ignore[arg-type]


def _tenant_key(**options: object) -> String:
    length = validate.Length(min=1, max=40)
    return text("The tenant's permanent name in the hub.", "acme", validate=length, **options)


class SignInMethodsSchema(Schema):
    """How people get in here."""

    local = Boolean(required=True, metadata={"description": "By email and password, or by a sign-in link."})
    oidc = Boolean(required=True, metadata={"description": "Through a provider: open `/api/oidc/start`."})


class SignInSchema(Schema):
    """Who is there."""

    email = text("Address.", "ada@acme.example", required=True, validate=validate.Length(min=1, max=MAX_EMAIL))
    password = _password("Password.", required=True)


class RedeemLinkSchema(Schema):
    """A sign-in link."""

    link = text("What stands in the link after `#link=`.", required=True, validate=validate.Length(min=1, max=200))
    password = _password(
        f"Sets this password, at least {MIN_LENGTH} characters, and ends the person's other sessions.",
        load_default=None,
    )


class PersonSchema(Schema):
    """A person."""

    id = identifier("The person, in every tenant they are a member of.", required=True)
    email = text("Address they sign in with.", "ada@acme.example", required=True)
    name = text("What they are called; may be empty.", "Ada Lovelace", required=True)


class SessionTenantSchema(Schema):
    """A tenant."""

    key = text("Its permanent name in the hub.", "acme", required=True)
    name = text("Its name.", "Acme GmbH", required=True)


class OwnTenantSchema(SessionTenantSchema):
    """A tenant that the person may work in."""

    role = _role(required=True)


class SessionSchema(Schema):
    """Who is signed in, and as what."""

    user = Nested(PersonSchema, required=True)
    tenant = Nested(
        SessionTenantSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The tenant being worked in; null for who is a member of none."},
    )
    role = _role(required=True, allow_none=True)
    is_operator = Boolean(required=True, metadata={"description": "Whether they look after the installation."})
    tenants = List(Nested(OwnTenantSchema), required=True)
    csrf_token = text(
        "Writes by cookie send it as `X-CSRF-Token`; null without a cookie.", required=True, allow_none=True
    )
    expires_at = instant("When it ends in any case; null for a token.", required=True, allow_none=True)
    idle_minutes = count(
        "It also ends after so many minutes without a request; null for a token.", required=True, allow_none=True
    )
    method = String(
        required=True,
        validate=validate.OneOf(METHODS),
        metadata={"description": "How they came; token: the provider's, without a session."},
    )
    asks_password = Boolean(
        required=True, metadata={"description": "Whether changing the password needs the one they have."}
    )
    preferences = Nested(
        PreferencesSchema,
        allow_none=True,
        metadata={"description": "How they want the dashboard to be, in this tenant; null for who is in none."},
    )


class SignedOutSchema(Schema):
    """Nobody is signed in any more."""

    sign_out_url = text(
        "Open it to end the provider's own session too; null where there is none.", required=True, allow_none=True
    )


class SwitchTenantSchema(Schema):
    """Where to work from now on."""

    tenant = _tenant_key(required=True)


class ProfileInputSchema(Schema):
    """What a person may change of themselves."""

    name = text(
        "What they are called; may be empty.", "Ada Lovelace", required=True, validate=validate.Length(max=MAX_NAME)
    )


class ChangePasswordSchema(Schema):
    """A new password."""

    password = _password(f"The new one, at least {MIN_LENGTH} characters.", required=True)
    current_password = _password("The one they have; not needed shortly after a sign-in link.", load_default=None)


class PasswordChangedSchema(Schema):
    """The password is changed."""

    ended_sessions = count("How many other sessions of the person ended.", required=True)


class OwnSessionSchema(Schema):
    """A session of one's own."""

    id = identifier("End it under this id.", required=True)
    tenant_key = text("The tenant it works in.", "acme", required=True, allow_none=True)
    method = String(
        required=True, validate=validate.OneOf(METHODS[:3]), metadata={"description": "How the person came."}
    )
    device = text("Browser and system, as the browser says.", "Firefox on Linux", required=True)
    address = text("From which address it was begun.", "192.0.2.7", required=True, allow_none=True)
    created_at = instant("When it began.", required=True)
    last_seen_at = instant("When it was last used, to the minute.", required=True)
    expires_at = instant("When it ends in any case.", required=True)
    is_current = Boolean(required=True, metadata={"description": "Whether it is the one asking."})


class OwnSessionListSchema(Schema):
    """The person's sessions, at most 200."""

    items = List(Nested(OwnSessionSchema), required=True)
