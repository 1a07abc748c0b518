"""The tables of webhooks that go out, in every tenant's schema.

A message is what happened, once; a call is one endpoint being told of it, with all its tries. Messages hold ids and our
own words, nothing of people.
"""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from hub.storage.bases import tenant_metadata

webhook_endpoints = Table(
    "webhook_endpoints",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=func.gen_random_uuid()),
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=text("''")),
    # The types of events that it is told of; empty: all.
    Column("events", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("status", String(16), nullable=False, server_default=text("'enabled'")),
    # Why it is disabled.
    Column("reason", Text),
    # Since when no call has been taken, and how many tries that were; null while calls are taken.
    Column("failing_since", DateTime(timezone=True)),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    # Until when calls are signed by the secret before as well.
    Column("previous_until", DateTime(timezone=True)),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("version", Integer, nullable=False, server_default=text("1")),
    CheckConstraint("status in ('enabled', 'disabled')", name="status"),
)

webhook_messages = Table(
    "webhook_messages",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=func.gen_random_uuid()),
    Column("type", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    # Ids, and single words such as a status.
    Column("data", JSONB, nullable=False),
    Index("ix_webhook_messages_at_id", "at", "id"),
)

webhook_calls = Table(
    "webhook_calls",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=func.gen_random_uuid()),
    Column("endpoint_id", UUID(as_uuid=True), ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), nullable=False),
    Column("message_id", UUID(as_uuid=True), ForeignKey("webhook_messages.id", ondelete="CASCADE"), nullable=False),
    Column("status", String(16), nullable=False, server_default=text("'pending'")),
    # When it is tried, or tried again; null once it is over.
    Column("next_at", DateTime(timezone=True)),
    # [{at, code, error, milliseconds}], one for each try.
    Column("tries", JSONB, nullable=False, server_default=text("'[]'")),
    # How the newest answer began.
    Column("excerpt", Text),
    Column("is_replay", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("finished_at", DateTime(timezone=True)),
    CheckConstraint("status in ('pending', 'delivered', 'failed')", name="status"),
    CheckConstraint("(status = 'pending') = (next_at is not null)", name="next"),
    Index("ix_webhook_calls_endpoint_id_created_at", "endpoint_id", "created_at", "id"),
    Index("ix_webhook_calls_message_id", "message_id"),
    Index("ix_webhook_calls_due", "endpoint_id", "next_at", postgresql_where=text("status = 'pending'")),
    # Asked for twice, a replay is one.
    Index(
        "uq_webhook_calls_pending",
        "endpoint_id",
        "message_id",
        unique=True,
        postgresql_where=text("status = 'pending'"),
    ),
)
