"""The accounts at providers that a tenant has connected, what opens them, and what providers announce of them.

In the hub's own schema stand only what has to be found before the tenant is known: consents under way, and whose
account a provider's announcement is about.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from hub.storage.bases import hub_metadata, tenant_metadata

connections = Table(
    "connections",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")),
    Column("plugin", Text, nullable=False),
    Column("name", Text, nullable=False),
    # Checked against the plugin's schema; holds no secrets.
    Column("config", JSONB, nullable=False, server_default=text("'{}'")),
    # Which of the manifest's ways to be let in; null where the plugin needs none.
    Column("auth_method", Text),
    # The company at the provider, once it is known: hub.sdk.connector.Account; and those to choose from before.
    Column("account_id", Text),
    Column("account", JSONB),
    Column("choices", JSONB),
    # What is to open it from now on, once it has proved good: {id, config, auth_method, values}. Its secrets and tokens
    # are kept under that id until then, so that a sign-in to the wrong company costs nothing.
    Column("candidate", JSONB),
    Column("status", Text, nullable=False, server_default=text("'ready'")),
    # Why it needs attention, for the person who can mend it.
    Column("reason", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("last_run_at", DateTime(timezone=True)),
    # When everything was last read from the start, to find what increments miss.
    Column("last_full_run_at", DateTime(timezone=True)),
    Column("disconnected_at", DateTime(timezone=True)),
    # Whether an admin lets the hub write documents to the provider.
    Column("write_back", Boolean, nullable=False, server_default=text("false")),
    # Whether the newest consent reaches so far; where the provider draws no such line, always.
    Column("write_granted", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint(
        "status in ('pending', 'choose_account', 'ready', 'needs_reconnect', 'needs_attention', 'paused',"
        " 'disconnected')",
        name="status",
    ),
    UniqueConstraint("plugin", "name"),
    # One company is one ledger: connected twice, all of it would count twice.
    Index(
        "uq_connections_plugin_account_id",
        "plugin",
        "account_id",
        unique=True,
        postgresql_where=text("account_id is not null and status <> 'disconnected'"),
    ),
)

connection_tokens = Table(
    "connection_tokens",
    tenant_metadata,
    # The tokens themselves are in the vault, under the connection's id: access_token, refresh_token.
    Column("connection_id", UUID(as_uuid=True), primary_key=True),
    # Grows with each new pair; what was made of an older one is void.
    Column("generation", Integer, nullable=False, server_default=text("1")),
    # in_flight: somebody asks for new ones. uncertain: the answer was lost, so the refresh token may be spent.
    Column("state", Text, nullable=False, server_default=text("'idle'")),
    Column("expires_at", DateTime(timezone=True)),
    # When the grant was given, when it was last renewed, and when the refresh token dies unused.
    Column("granted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("renewed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("refresh_expires_at", DateTime(timezone=True)),
    Column("lease_owner", UUID(as_uuid=True)),
    Column("lease_until", DateTime(timezone=True)),
    CheckConstraint("state in ('idle', 'in_flight', 'uncertain', 'dead')", name="state"),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    tenant_metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("connection_id", UUID(as_uuid=True), nullable=False),
    # Of the raw body: the same announcement delivered again is the same row.
    Column("digest", LargeBinary, nullable=False),
    # As they came; or, where the hub took a tenant's part out of what was about several companies, that part alone.
    Column("headers", JSONB, nullable=False, server_default=text("'{}'")),
    Column("body", LargeBinary),
    Column("changes", JSONB),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("processed_at", DateTime(timezone=True)),
    # What came of it, or why nothing did.
    Column("outcome", Text),
    UniqueConstraint("connection_id", "digest"),
    Index("ix_webhook_deliveries_received_at", "received_at"),
    Index("ix_webhook_deliveries_waiting", "connection_id", "id", postgresql_where=text("processed_at is null")),
)

notices = Table(
    "notices",
    tenant_metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("connection_id", UUID(as_uuid=True)),
    # What it is about, so that the same trouble is told once: needs_reconnect, needs_attention, expires_soon ...
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("seen_at", DateTime(timezone=True)),
    # When what it told of was mended.
    Column("settled_at", DateTime(timezone=True)),
    Index("ix_notices_created_at", "created_at"),
    Index(
        "uq_notices_connection_id_kind",
        "connection_id",
        "kind",
        unique=True,
        postgresql_where=text("settled_at is null"),
    ),
)

connect_states = Table(
    "connect_states",
    hub_metadata,
    # Of the state parameter, good once; the browser that began holds another secret as a cookie.
    Column("state_hash", LargeBinary, primary_key=True),
    Column("browser_hash", LargeBinary, nullable=False),
    Column("tenant_key", Text, ForeignKey("hub.tenants.key", ondelete="CASCADE"), nullable=False),
    Column("connection_id", UUID(as_uuid=True), nullable=False),
    # Who began it, as the audit names them; null for a machine.
    Column("user_id", UUID(as_uuid=True)),
    Column("code_verifier", Text),
    Column("redirect_uri", Text, nullable=False),
    Column("return_to", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

connected_accounts = Table(
    "connected_accounts",
    hub_metadata,
    Column("connection_id", UUID(as_uuid=True), primary_key=True),
    Column("tenant_key", Text, ForeignKey("hub.tenants.key", ondelete="CASCADE"), nullable=False),
    Column("plugin", Text, nullable=False),
    Column("account_id", Text),
    Index("ix_connected_accounts_plugin_account_id", "plugin", "account_id"),
    Index("ix_connected_accounts_tenant_key", "tenant_key"),
)

parked_webhooks = Table(
    "parked_webhooks",
    hub_metadata,
    # Announcements about companies that no tenant has connected, yet: they are kept for a while.
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("plugin", Text, nullable=False),
    # Null until somebody has looked at what it is about; then the changes of this company alone.
    Column("account_id", Text),
    Column("digest", LargeBinary, nullable=False),
    Column("headers", JSONB, nullable=False, server_default=text("'{}'")),
    Column("body", LargeBinary),
    Column("changes", JSONB),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("plugin", "digest"),
    Index("ix_parked_webhooks_received_at", "received_at"),
)
