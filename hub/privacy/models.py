"""How long a tenant keeps what: only where it differs from the hub's own periods."""

from sqlalchemy import CheckConstraint, Column, Integer, Table, Text

from hub.storage.bases import tenant_metadata

retention_periods = Table(
    "retention_periods",
    tenant_metadata,
    Column("kind", Text, primary_key=True),
    Column("days", Integer, nullable=False),
    CheckConstraint("days > 0", name="days"),
)
