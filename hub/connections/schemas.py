"""What the API shows of connectors, connections and notices, and what it takes."""

from marshmallow import Schema, ValidationError, validate
from marshmallow.fields import Boolean, Dict, Integer, List, Nested, String

from hub.http.fields import count, day, flag, identifier, instant, text
from hub.identity.oidc import MAX_RETURN_TO, is_own_path
from hub.jobs.schemas import JobSchema
from hub.sdk.manifest import AUTH_KINDS

STATUSES = (
    "pending",
    "choose_account",
    "ready",
    "needs_reconnect",
    "needs_attention",
    "paused",
    "disconnected",
)
MAX_NAME = 200


def _check_own_path(path: str) -> None:
    if not is_own_path(path):
        raise ValidationError("Must be a path on this hub, such as /connections.")


def _printable(value: str) -> None:
    if not value.isprintable() or not value.strip():
        raise ValidationError("Use printable characters.")


def _return_to() -> String:
    return String(
        validate=[validate.Length(max=MAX_RETURN_TO), _check_own_path],
        metadata={
            "description": "The path on this hub where the browser goes on after consent, with `outcome`, `connection`"
            " and `job` in its query.",
            "example": "/connections",
        },
    )


def _config(description: str) -> Dict:
    return Dict(
        keys=String(),
        load_default=dict,
        metadata={
            "description": description,
            "example": {"username": "AR_READER", "password": "..."},
            "additionalProperties": True,
        },
    )


class ScopeSchema(Schema):
    """Something that a consent allows."""

    scope = text("The provider's name of it.", "accounting.transactions.read", required=True)
    reason = text("What it is needed for.", "Invoices and payments", required=True)


class AuthMethodSchema(Schema):
    """One way to be let in."""

    method = text("Its name here.", "oauth", required=True)
    kind = String(required=True, validate=validate.OneOf(AUTH_KINDS))
    title = text("For people.", "Sign in at the provider", required=True)
    needs_consent = flag("Whether a person consents at the provider, in the browser.", required=True)
    has_app = flag("Whether this hub has an app there; else client_id and client_secret are asked for.", required=True)
    scopes = List(Nested(ScopeSchema), required=True)
    write_scopes = List(
        Nested(ScopeSchema),
        required=True,
        metadata={"description": "What a consent has to allow beside, where an admin lets the hub write documents."},
    )
    form = Dict(
        required=True,
        metadata={"description": "JSON Schema (2020-12) of what is entered as `config`; `x-secret` is sealed."},
    )


class ConnectorSchema(Schema):
    """A provider that can be connected, or a kind of file that can be imported."""

    slug = text("Its permanent name.", "xero", required=True)
    name = text("For people.", "Xero", required=True)
    version = text("The plugin's.", "1.0.0", required=True)
    summary = text("What it reads.", required=True)
    capabilities = List(String(), required=True)
    is_connectable = flag("Whether it is connected; else its files are imported.", required=True)
    auth_methods = List(Nested(AuthMethodSchema), required=True)
    webhook_address = text(
        "Where the provider is to send announcements to the operator's app; null where it makes none.",
        "https://ar.example.com/api/webhooks/xero/app",
        required=True,
        allow_none=True,
    )


class ConnectorListSchema(Schema):
    """Connectors, by slug."""

    items = List(Nested(ConnectorSchema), required=True)


class AccountSchema(Schema):
    """A company at a provider."""

    id = text("The provider's id of it.", "9130357992222222", required=True)
    name = text("What it is called there.", "Acme Ltd", required=True)
    home_currency = text("The currency of its books.", "USD", required=True, allow_none=True)
    time_zone = text("Where its days begin.", "America/Los_Angeles", required=True, allow_none=True)


class HealthSchema(Schema):
    """How a connection's tokens stand."""

    expires_at = instant("When the current one ends; it is renewed before.", required=True, allow_none=True)
    renewed_at = instant("When it was last renewed.", required=True)
    granted_at = instant("When a person consented, or the first token came.", required=True)
    unused_ends_at = instant("When the consent would end unless it is used.", required=True, allow_none=True)
    ends_at = instant("When the consent ends however it is used.", required=True, allow_none=True)
    days_left = Integer(
        required=True, allow_none=True, metadata={"description": "Whole days until `ends_at`.", "example": 412}
    )
    is_dead = flag("Whether the provider honours it no more.", required=True)


class NewestRunSchema(Schema):
    """A connection's newest run in short; /api/runs/{id} has all of it."""

    id = identifier("The run.", required=True)
    work_id = identifier("The job that ran it.", required=True, allow_none=True)
    kind = text("backfill, increment, full, some or import.", "increment", required=True)
    status = text("running, waiting, ok, partial, suspicious or failed.", "ok", required=True)
    reason = text("Why it is not ok.", required=True, allow_none=True)
    started_at = instant("When it began.", required=True)
    finished_at = instant("When it ended.", required=True, allow_none=True)
    changed = count("Ledger records written.", required=True)
    rejected = count("Items that could not be used.", required=True)


class StandingSchema(Schema):
    """How the reading of a connection stands."""

    newest_run = Nested(NewestRunSchema, required=True, allow_none=True)
    is_under_way = flag("Whether it is being read, or waits for the provider's limit.", required=True)
    next_run_at = instant("When the schedule next has it read; null where it does not.", required=True, allow_none=True)
    records = Dict(
        keys=String(),
        values=Integer(),
        required=True,
        metadata={
            "description": "Records in the ledger by entity, without those that were deleted.",
            "example": {"customer": 160, "invoice": 12_000, "payment": 9_000, "credit_memo": 300},
        },
    )
    ties_out = Boolean(
        required=True,
        allow_none=True,
        metadata={"description": "Whether the newest comparison with the provider's figures was equal to the cent."},
    )


class AnnouncementsSchema(Schema):
    """What a provider has announced by webhooks, of what is still kept."""

    received_at = instant("When the newest came.", required=True, allow_none=True)
    outcome = text("What came of the newest that was looked at.", required=True, allow_none=True)
    waiting = count("How many were not looked at yet.", required=True)


class ConnectionSchema(Schema):
    """One account at one provider, and how it fares."""

    id = identifier("The connection.", required=True)
    connector = text("The connector's slug.", "xero", required=True)
    name = text("What people call it.", "Xero", required=True)
    status = String(
        required=True,
        validate=validate.OneOf(STATUSES),
        metadata={
            "description": "pending: not tried yet, or somebody has yet to consent. choose_account: choose one of"
            " `choices`. needs_reconnect: the provider lets nobody in until somebody reconnects."
        },
    )
    reason = text("Why it is not ready, for whoever can mend it.", required=True, allow_none=True)
    auth_method = text("How it is let in.", "oauth", required=True, allow_none=True)
    config = Dict(required=True, metadata={"description": "What was entered, but for secrets."})
    sealed = List(String(), required=True, metadata={"description": "Secrets that were entered, by name; never shown."})
    is_being_tried = flag("Whether something new is to open it, once it has proved good.", required=True)
    account = Nested(AccountSchema, required=True, allow_none=True)
    choices = List(Nested(AccountSchema), required=True)
    created_at = instant("When it was added.", required=True)
    last_run_at = instant("When it was last read.", required=True, allow_none=True)
    last_full_run_at = instant("When it was last read from the start.", required=True, allow_none=True)
    next_full_run_on = day(
        "From when on it is next read from the start, at night; not shown of one that was just started or ended.",
        allow_none=True,
    )
    sync = Nested(StandingSchema, metadata={"description": "Not shown of one that was just started or ended."})
    disconnected_at = instant("When it was disconnected.", required=True, allow_none=True)
    can_write = flag("Whether the connector can write documents at the provider.", required=True)
    write_back = flag("Whether an admin lets the hub do so.", required=True)
    write_granted = flag(
        "Whether the newest consent reaches so far; where it does not, reconnect to be asked for it.", required=True
    )
    health = Nested(HealthSchema, required=True, allow_none=True)
    webhook_address = text(
        "Where the provider is to send announcements, signed with this connection's webhook key.",
        required=True,
        allow_none=True,
    )
    announcements = Nested(AnnouncementsSchema, metadata={"description": "Shown of a single connection."})


class ConnectionListSchema(Schema):
    """Connections, by connector and name."""

    items = List(Nested(ConnectionSchema), required=True)


class ConnectionInputSchema(Schema):
    """An account to connect."""

    connector = text("The connector's slug.", "xero", required=True, validate=validate.Length(1, 60))
    name = text(
        "What people call it; the connector's name unless given.",
        "Xero UK",
        validate=[validate.Length(1, MAX_NAME), _printable],
    )
    auth_method = text(
        "How to be let in; needed where there are several ways.", "oauth", validate=validate.Length(1, 60)
    )
    config = _config("The form of the way to be let in, filled in; what is `x-secret` in it is sealed and never shown.")
    return_to = _return_to()


class ReconnectSchema(Schema):
    """What is to open a connection from now on; what is left out stays as it is."""

    auth_method = text("Another way to be let in.", "oauth", validate=validate.Length(1, 60))
    config = _config("Fields of the form that change.")
    return_to = _return_to()


class ConnectionChangeSchema(Schema):
    """What to change; what is left out stays as it is."""

    name = text("What people call it.", "Xero UK", validate=[validate.Length(1, MAX_NAME), _printable])
    config = Dict(
        keys=String(),
        metadata={"description": "Fields of the form that change; null empties one.", "additionalProperties": True},
    )
    write_back = Boolean(
        metadata={"description": "Let the hub write documents at the provider, such as credit memos, or no longer."}
    )


class AccountChoiceSchema(Schema):
    """Which company it is to be."""

    account_id = text("One of `choices`.", required=True, validate=validate.Length(1, 200))


class StartedSchema(Schema):
    """A connection that is being connected: follow the job, or send the browser to the provider."""

    connection = Nested(ConnectionSchema, required=True)
    job = Nested(JobSchema, required=True, allow_none=True)
    authorize_url = text(
        "Where the person consents; in the browser that was given the cookie of this answer, within 10 minutes.",
        required=True,
        allow_none=True,
    )


class DisconnectedSchema(Schema):
    """What came of disconnecting."""

    connection = Nested(ConnectionSchema, required=True)
    revoked = flag("Whether the provider has revoked the consent.", required=True)
    revocation = text("What came of telling it.", required=True)
    secrets_forgotten = count("Secrets and tokens that are forgotten.", required=True)
    kept = List(String(), required=True, metadata={"description": "What stays here."})


class NoticeArguments(Schema):
    """Which notices."""

    all = Boolean(load_default=False, metadata={"description": "Also those that were settled."})
    limit = Integer(
        load_default=50, validate=validate.Range(1, 200), metadata={"description": "How many, newest first."}
    )


class NoticeSchema(Schema):
    """Something about a connection, a model or a webhook that somebody has to know."""

    id = Integer(required=True, metadata={"description": "Names the notice."})
    connection_id = identifier(
        "The connection it is about; null for models, channels and webhooks.", required=True, allow_none=True
    )
    kind = text(
        "needs_reconnect, needs_attention, expires_soon, model_replaced, channel_failing, mail_complained or"
        " webhook_disabled.",
        "needs_reconnect",
        required=True,
    )
    text = text("What happened and what to do.", required=True)
    created_at = instant("When it was told.", required=True)
    seen_at = instant("When somebody first saw it.", required=True, allow_none=True)
    settled_at = instant("When it was mended.", required=True, allow_none=True)


class NoticeListSchema(Schema):
    """Notices, newest first."""

    items = List(Nested(NoticeSchema), required=True)
