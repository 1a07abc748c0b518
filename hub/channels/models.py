"""The channels that a tenant sends by, what providers say of what was sent, and whom the tenant may not reach.

In the hub's own schema stands only what has to be found before the tenant is known: where receipts come in.
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

channels = Table(
    "channels",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")),
    Column("plugin", Text, nullable=False),
    Column("name", Text, nullable=False, unique=True),
    # Checked against the plugin's schema; its secrets are in the vault, under the channel's id.
    Column("config", JSONB, nullable=False, server_default=text("'{}'")),
    # Whom it reaches: those who owe, or the tenant's own people.
    Column("purpose", Text, nullable=False),
    Column("is_default", Boolean, nullable=False, server_default=text("false")),
    Column("status", Text, nullable=False, server_default=text("'ready'")),
    # What the newest check or failure said, for the person who can mend it.
    Column("reason", Text),
    Column("checked_at", DateTime(timezone=True)),
    # Messages at the most; null: as many as there are.
    Column("per_minute", Integer),
    Column("per_day", Integer),
    # The address that mails are from, whose name stands with it, and where answers go; null: to the sender.
    Column("sender", Text),
    Column("sender_name", Text),
    Column("reply_to", Text),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("purpose in ('debtors', 'team')", name="purpose"),
    CheckConstraint("status in ('ready', 'failing', 'disabled')", name="status"),
    CheckConstraint("per_minute > 0 and per_day > 0", name="limits"),
    CheckConstraint("not is_default or status <> 'disabled'", name="default_is_enabled"),
    Index("uq_channels_default", "purpose", unique=True, postgresql_where=text("is_default")),
)

channel_callbacks = Table(
    "channel_callbacks",
    tenant_metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("channel_id", UUID(as_uuid=True), nullable=False, index=True),
    # What a provider posted, until it is read: what its signature needs, and nothing else.
    Column("headers", JSONB, nullable=False, server_default=text("'{}'")),
    Column("body", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    # Why it could not be used; it is kept for a while, so that somebody can see what came.
    Column("reason", Text),
)

channel_receipts = Table(
    "channel_receipts",
    tenant_metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    # Null: by a mail that came in.
    Column("channel_id", UUID(as_uuid=True)),
    # The provider's name for the receipt: one that comes twice is one.
    Column("event_id", Text, nullable=False),
    # The provider's name for the message, its Message-ID, and what it was tagged with; empty where not said.
    Column("provider_id", Text, nullable=False, server_default=text("''")),
    Column("message_id", Text, nullable=False, server_default=text("''")),
    Column("tags", JSONB, nullable=False, server_default=text("'{}'")),
    Column("kind", Text, nullable=False),
    # Of a bounce: whether the address will never work.
    Column("is_permanent", Boolean, nullable=False, server_default=text("false")),
    # Whom the message was for, as the provider names them; and a keyed digest of it, which outlives an erasure.
    Column("address", Text),
    Column("digest", LargeBinary),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("detail", Text, nullable=False, server_default=text("''")),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    # Whether whoever sent the message has taken it in.
    Column("taken", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint(
        "kind in ('accepted', 'delivered', 'deferred', 'bounced', 'complained', 'unsubscribed', 'opened')", name="kind"
    ),
    UniqueConstraint("channel_id", "event_id", name="uq_channel_receipts_event", postgresql_nulls_not_distinct=True),
    Index("ix_channel_receipts_waiting", "id", postgresql_where=text("not taken")),
    Index("ix_channel_receipts_digest_at", "digest", "at", postgresql_where=text("kind = 'bounced'")),
    Index("ix_channel_receipts_provider_id", "provider_id"),
    Index("ix_channel_receipts_received_at", "received_at"),
)

suppressions = Table(
    "suppressions",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")),
    # HMAC of the address under the tenant's key: what keeps it suppressed when the address itself was erased.
    Column("digest", LargeBinary, nullable=False),
    Column("address", Text),
    Column("kind", Text, nullable=False),
    # It ends by itself then; null: not before somebody releases it.
    Column("until", DateTime(timezone=True)),
    Column("detail", Text, nullable=False, server_default=text("''")),
    # What they had been sent, where that is known.
    Column("reminder_id", UUID(as_uuid=True)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    # The member who said so, or what found out: receipts, a mail, the person themselves.
    Column("created_by", Text, nullable=False),
    Column("released_at", DateTime(timezone=True)),
    Column("released_by", Text),
    CheckConstraint("kind in ('bounced', 'complained', 'unsubscribed', 'absent', 'manual')", name="kind"),
    CheckConstraint("(released_at is null) = (released_by is null)", name="released"),
    Index("uq_suppressions_digest_kind", "digest", "kind", unique=True, postgresql_where=text("released_at is null")),
    Index("ix_suppressions_created_at_id", "created_at", "id"),
)

receipt_addresses = Table(
    "receipt_addresses",
    hub_metadata,
    Column("channel_id", UUID(as_uuid=True), primary_key=True),
    Column("tenant_key", Text, ForeignKey("hub.tenants.key", ondelete="CASCADE"), nullable=False, index=True),
    # Of the token that the address ends in: 256 random bits, shown once.
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("created_by", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
