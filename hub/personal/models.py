"""What people keep for themselves, in every tenant's schema: whose it is goes by the id of a user of the hub."""

from sqlalchemy import Column, DateTime, Index, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from hub.storage.bases import tenant_metadata

preferences = Table(
    "preferences",
    tenant_metadata,
    Column("user_id", UUID(as_uuid=True), primary_key=True),
    # As PreferencesSchema has it; what nobody chose is not in it.
    Column("chosen", JSONB, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

saved_views = Table(
    "saved_views",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")),
    Column("user_id", UUID(as_uuid=True), nullable=False),
    # The path of the page that it is a view of.
    Column("page", Text, nullable=False),
    Column("name", Text, nullable=False),
    # Pairs of name and value, decoded, so that a person who is looked for in them is found.
    Column("parameters", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    # No key over the name: two names may become one when a person is erased from them.
    Index("ix_saved_views_user_id", "user_id"),
)
