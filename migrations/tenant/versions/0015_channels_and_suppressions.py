"""Channels that tenants set up, and whom they may not reach."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "channel_callbacks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel_id", sa.UUID(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_callbacks")),
    )
    op.create_index(op.f("ix_channel_callbacks_channel_id"), "channel_callbacks", ["channel_id"], unique=False)
    op.create_table(
        "channel_receipts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel_id", sa.UUID(), nullable=True),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("message_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("tags", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("is_permanent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("taken", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "kind in ('accepted', 'delivered', 'deferred', 'bounced', 'complained', 'unsubscribed', 'opened')",
            name=op.f("ck_channel_receipts_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_receipts")),
        sa.UniqueConstraint(
            "channel_id", "event_id", name="uq_channel_receipts_event", postgresql_nulls_not_distinct=True
        ),
    )
    op.create_index(
        "ix_channel_receipts_digest_at",
        "channel_receipts",
        ["digest", "at"],
        unique=False,
        postgresql_where=sa.text("kind = 'bounced'"),
    )
    op.create_index("ix_channel_receipts_provider_id", "channel_receipts", ["provider_id"], unique=False)
    op.create_index("ix_channel_receipts_received_at", "channel_receipts", ["received_at"], unique=False)
    op.create_index(
        "ix_channel_receipts_waiting", "channel_receipts", ["id"], unique=False, postgresql_where=sa.text("not taken")
    )
    op.create_table(
        "channels",
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("plugin", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("config", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'ready'"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("per_minute", sa.Integer(), nullable=True),
        sa.Column("per_day", sa.Integer(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("sender_name", sa.Text(), nullable=True),
        sa.Column("reply_to", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("not is_default or status <> 'disabled'", name=op.f("ck_channels_default_is_enabled")),
        sa.CheckConstraint("purpose in ('debtors', 'team')", name=op.f("ck_channels_purpose")),
        sa.CheckConstraint("status in ('ready', 'failing', 'disabled')", name=op.f("ck_channels_status")),
        sa.CheckConstraint("per_minute > 0 and per_day > 0", name=op.f("ck_channels_limits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
        sa.UniqueConstraint("name", name=op.f("uq_channels_name")),
    )
    op.create_index("uq_channels_default", "channels", ["purpose"], unique=True, postgresql_where=sa.text("is_default"))
    op.create_table(
        "suppressions",
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("detail", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("reminder_id", sa.UUID(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind in ('bounced', 'complained', 'unsubscribed', 'absent', 'manual')", name=op.f("ck_suppressions_kind")
        ),
        sa.CheckConstraint("(released_at is null) = (released_by is null)", name=op.f("ck_suppressions_released")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
    )
    op.create_index("ix_suppressions_created_at_id", "suppressions", ["created_at", "id"], unique=False)
    op.create_index(
        "uq_suppressions_digest_kind",
        "suppressions",
        ["digest", "kind"],
        unique=True,
        postgresql_where=sa.text("released_at is null"),
    )
