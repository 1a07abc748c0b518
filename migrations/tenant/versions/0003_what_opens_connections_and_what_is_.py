"""What opens connections and what is announced of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "connection_tokens",
        sa.Column("connection_id", sa.UUID(), nullable=False),
        sa.Column("generation", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'idle'"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("renewed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("refresh_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.UUID(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('idle', 'in_flight', 'uncertain', 'dead')", name=op.f("ck_connection_tokens_state")
        ),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_connection_tokens")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("connection_id", sa.UUID(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_created_at", "notices", ["created_at"], unique=False)
    op.create_index(
        "uq_notices_connection_id_kind",
        "notices",
        ["connection_id", "kind"],
        unique=True,
        postgresql_where=sa.text("settled_at is null"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("connection_id", sa.UUID(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint("connection_id", "digest", name=op.f("uq_webhook_deliveries_connection_id_digest")),
    )
    op.create_index("ix_webhook_deliveries_received_at", "webhook_deliveries", ["received_at"], unique=False)
    op.add_column("connections", sa.Column("auth_method", sa.Text(), nullable=True))
    op.add_column("connections", sa.Column("account_id", sa.Text(), nullable=True))
    op.add_column("connections", sa.Column("account", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("connections", sa.Column("choices", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("connections", sa.Column("candidate", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("connections", sa.Column("last_full_run_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("connections", sa.Column("disconnected_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "uq_connections_plugin_account_id",
        "connections",
        ["plugin", "account_id"],
        unique=True,
        postgresql_where=sa.text("account_id is not null and status <> 'disconnected'"),
    )
    op.drop_constraint(op.f("ck_connections_status"), "connections", type_="check")
    op.create_check_constraint(
        op.f("ck_connections_status"),
        "connections",
        "status in ('pending', 'choose_account', 'ready', 'needs_reconnect', 'needs_attention', 'paused',"
        " 'disconnected')",
    )
