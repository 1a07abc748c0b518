"""Reminders, what they ask for, and what became of each."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "reminder_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reminder_id", sa.UUID(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("by_kind", sa.String(length=16), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_events")),
    )
    op.create_index("ix_reminder_events_reminder_id_id", "reminder_events", ["reminder_id", "id"], unique=False)
    op.create_table(
        "reminders",
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("policy_id", sa.UUID(), nullable=True),
        sa.Column("policy_version", sa.Integer(), nullable=True),
        sa.Column("stage", sa.Integer(), nullable=True),
        sa.Column("channel_id", sa.UUID(), nullable=True),
        sa.Column("writer", sa.Text(), nullable=True),
        sa.Column("tone", sa.String(length=16), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column(
            "recipients", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
        sa.Column("cc", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column(
            "attachments", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("is_edited", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("attempts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("fell_back", sa.Text(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("totals", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("expected_gain", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("approve", sa.String(length=16), nullable=False),
        sa.Column("approved_by", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("generation", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("idempotency_key", sa.Text(), server_default=sa.text("(gen_random_uuid())::text"), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivery", sa.String(length=16), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("thread_id", sa.Text(), nullable=True),
        sa.Column("created_by", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("(kind = 'policy') = (policy_id is not null)", name=op.f("ck_reminders_policy")),
        sa.CheckConstraint("approve in ('automatic', 'member', 'admin')", name=op.f("ck_reminders_approve")),
        sa.CheckConstraint(
            "delivery in ('accepted', 'delivered', 'deferred', 'bounced', 'complained')",
            name=op.f("ck_reminders_delivery"),
        ),
        sa.CheckConstraint("kind in ('policy', 'manual', 'dispute_reply')", name=op.f("ck_reminders_kind")),
        sa.CheckConstraint("status <> 'sent' or sent_at is not null", name=op.f("ck_reminders_sent")),
        sa.CheckConstraint(
            "status in ('draft', 'planned', 'to_approve', 'approved', 'sending', 'uncertain', 'sent', 'skipped',"
            " 'cancelled', 'rejected', 'failed')",
            name=op.f("ck_reminders_status"),
        ),
        sa.CheckConstraint(
            "status not in ('approved', 'sending', 'uncertain', 'sent') or (subject is not null and text is not null)",
            name=op.f("ck_reminders_written"),
        ),
        sa.CheckConstraint(
            "tone in ('service', 'friendly', 'neutral', 'firm', 'formal', 'final')", name=op.f("ck_reminders_tone")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_reminders_idempotency_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_reminders_message_id")),
        sa.UniqueConstraint("number", name=op.f("uq_reminders_number")),
    )
    op.create_index("ix_reminders_customer_id_sent_at", "reminders", ["customer_id", "sent_at"], unique=False)
    op.create_index("ix_reminders_policy_id", "reminders", ["policy_id"], unique=False)
    op.create_index("ix_reminders_scheduled_at_id", "reminders", ["scheduled_at", "id"], unique=False)
    op.create_index("ix_reminders_sent_at_id", "reminders", ["sent_at", "id"], unique=False)
    op.create_index("ix_reminders_status_scheduled_at", "reminders", ["status", "scheduled_at", "id"], unique=False)
    op.create_table(
        "reminder_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reminder_id", sa.UUID(), nullable=False),
        sa.Column("invoice_id", sa.UUID(), nullable=False),
        sa.Column("policy_id", sa.UUID(), nullable=True),
        sa.Column("stage", sa.Integer(), nullable=True),
        sa.Column("cycle", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("asked", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("is_live", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("dropped", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("asked >= 0", name=op.f("ck_reminder_items_asked")),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["reminders.id"], name=op.f("fk_reminder_items_reminder_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_items")),
    )
    op.create_index("ix_reminder_items_invoice_id", "reminder_items", ["invoice_id"], unique=False)
    op.create_index(
        "uq_reminder_items_reminder_id_invoice_id", "reminder_items", ["reminder_id", "invoice_id"], unique=True
    )
    op.create_index(
        "uq_reminder_items_stage",
        "reminder_items",
        ["invoice_id", "policy_id", "stage", "cycle"],
        unique=True,
        postgresql_where=sa.text("is_live and policy_id is not null"),
    )
    # By hand from here on.
    op.execute("""\
create or replace function refuse_change_of_reminder_history() returns trigger language plpgsql as $$
begin
    raise exception 'the history of reminders is only ever added to' using errcode = 'insufficient_privilege';
end
$$""")
    op.execute(
        "create trigger refuse before update or delete or truncate on reminder_events"
        " for each statement execute function refuse_change_of_reminder_history()"
    )
