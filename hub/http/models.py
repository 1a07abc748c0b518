"""The table behind `Idempotency-Key`, in every tenant's schema."""

from sqlalchemy import Column, DateTime, Index, Integer, LargeBinary, String, Table
from sqlalchemy.dialects.postgresql import JSONB

from hub.storage.bases import tenant_metadata

idempotency_keys = Table(
    "idempotency_keys",
    tenant_metadata,
    Column("key", String(255), primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    # Null only inside the transaction that is working it out.
    Column("status", Integer),
    Column("headers", JSONB),
    Column("body", LargeBinary),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("ix_idempotency_keys_expires_at", "expires_at"),
)
