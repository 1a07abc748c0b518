"""The vault's tables: each tenant's data keys in the hub's schema, and the secrets they seal in the tenant's own."""

from sqlalchemy import Column, DateTime, Index, LargeBinary, PrimaryKeyConstraint, Table, Text, func, text
from sqlalchemy.dialects.postgresql import UUID

from hub.storage.bases import hub_metadata, tenant_metadata

data_keys = Table(
    "data_keys",
    hub_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")),
    # Not a reference: shredding the keys is what ends a dropped tenant's secrets in backups too.
    Column("tenant_key", Text, nullable=False),
    # The key itself, wrapped by the master key that `master_id` names.
    Column("wrapped", LargeBinary, nullable=False),
    Column("master_id", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    # Set when a newer one has taken over; it still opens what it sealed until all of that is sealed anew.
    Column("retired_at", DateTime(timezone=True)),
    # One key seals at a time.
    Index("uq_data_keys_current", "tenant_key", unique=True, postgresql_where=text("retired_at is null")),
    Index("ix_data_keys_tenant_key", "tenant_key"),
)

secrets = Table(
    "secrets",
    tenant_metadata,
    # Whose it is: a connection's id, a channel's, and what it is called there.
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("key_id", UUID(as_uuid=True), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("sealed_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("owner", "name"),
    Index("ix_secrets_key_id", "key_id"),
)
