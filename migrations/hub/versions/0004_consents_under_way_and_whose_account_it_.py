"""Consents under way and whose account it is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "parked_webhooks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("plugin", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parked_webhooks")),
        sa.UniqueConstraint("plugin", "digest", name=op.f("uq_parked_webhooks_plugin_digest")),
        schema="hub",
    )
    op.create_index("ix_parked_webhooks_received_at", "parked_webhooks", ["received_at"], unique=False, schema="hub")
    op.create_table(
        "connect_states",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tenant_key", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=True),
        sa.Column("code_verifier", sa.Text(), nullable=True),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("return_to", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_key"], ["hub.tenants.key"], name=op.f("fk_connect_states_tenant_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_connect_states")),
        schema="hub",
    )
    op.create_table(
        "connected_accounts",
        sa.Column("connection_id", sa.UUID(), nullable=False),
        sa.Column("tenant_key", sa.Text(), nullable=False),
        sa.Column("plugin", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_key"], ["hub.tenants.key"], name=op.f("fk_connected_accounts_tenant_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_connected_accounts")),
        schema="hub",
    )
    op.create_index(
        "ix_connected_accounts_plugin_account_id",
        "connected_accounts",
        ["plugin", "account_id"],
        unique=False,
        schema="hub",
    )
    op.create_index(
        "ix_connected_accounts_tenant_key", "connected_accounts", ["tenant_key"], unique=False, schema="hub"
    )
