"""The hub's register of tenants."""

from sqlalchemy import CheckConstraint, Column, DateTime, Integer, Numeric, String, Table, Text, func, text
from sqlalchemy.dialects.postgresql import UUID

from hub.storage.bases import hub_metadata

tenants = Table(
    "tenants",
    hub_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")),
    Column("key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("schema_name", Text, nullable=False),
    # Names the database that holds the schema, so that tenants can be spread over several one day.
    Column("dsn_key", Text, nullable=False, server_default=text("'default'")),
    # The newest revision of the tenant tree that the schema has.
    Column("schema_version", Text, nullable=False),
    Column("status", Text, nullable=False, server_default=text("'active'")),
    Column("migration_error", Text),
    Column("home_currency", String(3), nullable=False),
    Column("time_zone", Text, nullable=False),
    # The part of what is 90 days late that is never paid, as its people say; null: measured, or assumed (risk_loss.py).
    Column("loss_given_default", Numeric(5, 4)),
    # Counts the changes of what may be changed, so that nobody's is lost.
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("status in ('active','migration_failed')", name="status"),
    CheckConstraint("loss_given_default between 0.01 and 1", name="loss_given_default"),
)
