"""The accounts at providers that a tenant has connected."""

from sqlalchemy import CheckConstraint, Column, DateTime, Table, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from hub.storage.bases import tenant_metadata

connections = Table(
    "connections",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")),
    Column("plugin", Text, nullable=False),
    Column("name", Text, nullable=False),
    # Checked against the plugin's schema; holds no secrets.
    Column("config", JSONB, nullable=False, server_default=text("'{}'")),
    Column("status", Text, nullable=False, server_default=text("'ready'")),
    # Why it needs attention, for the person who can mend it.
    Column("reason", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("last_run_at", DateTime(timezone=True)),
    CheckConstraint("status in ('ready', 'needs_attention', 'paused')", name="status"),
    UniqueConstraint("plugin", "name"),
)
