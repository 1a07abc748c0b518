"""Addresses for receipts of channels."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "receipt_addresses",
        sa.Column("channel_id", sa.UUID(), nullable=False),
        sa.Column("tenant_key", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_key"], ["hub.tenants.key"], name=op.f("fk_receipt_addresses_tenant_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_receipt_addresses")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_receipt_addresses_token_hash")),
        schema="hub",
    )
    op.create_index(
        op.f("ix_receipt_addresses_tenant_key"), "receipt_addresses", ["tenant_key"], unique=False, schema="hub"
    )
