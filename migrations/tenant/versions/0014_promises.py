"""Promises to pay."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "copy_requests",
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("invoice_id", sa.UUID(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("reminder_id", sa.UUID(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_requests")),
    )
    op.create_index("ix_copy_requests_customer_id", "copy_requests", ["customer_id"], unique=False)
    op.create_index(
        "uq_copy_requests_waiting",
        "copy_requests",
        ["invoice_id"],
        unique=True,
        postgresql_where=sa.text("sent_at is null"),
    )
    op.create_table(
        "promises",
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("invoice_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("reminder_id", sa.UUID(), nullable=True),
        sa.Column("status", sa.String(length=16), server_default=sa.text("'open'"), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_before", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("credited_before", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("paid", sa.Numeric(precision=19, scale=4), server_default=sa.text("0"), nullable=False),
        sa.Column("times", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("(status = 'open') = (settled_at is null)", name=op.f("ck_promises_settled")),
        sa.CheckConstraint(
            "channel in ('portal', 'phone', 'email', 'letter', 'api')", name=op.f("ck_promises_channel")
        ),
        sa.CheckConstraint(
            "status in ('open', 'kept', 'partly_kept', 'broken', 'cancelled', 'superseded')",
            name=op.f("ck_promises_status"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_promises_amount")),
        sa.CheckConstraint("until >= promised_on", name=op.f("ck_promises_until")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
    )
    op.create_index("ix_promises_customer_id_made_at", "promises", ["customer_id", "made_at"], unique=False)
    op.create_index("ix_promises_invoice_id_made_at", "promises", ["invoice_id", "made_at"], unique=False)
    op.create_index("ix_promises_made_at_id", "promises", ["made_at", "id"], unique=False)
    op.create_index("ix_promises_promised_on_id", "promises", ["promised_on", "id"], unique=False)
    op.create_index(
        "uq_promises_open", "promises", ["invoice_id"], unique=True, postgresql_where=sa.text("status = 'open'")
    )
    # By hand from here on: disputes may be raised on the debtor's page.
    op.drop_constraint(op.f("ck_disputes_source"), "disputes", type_="check")
    op.create_check_constraint(
        op.f("ck_disputes_source"), "disputes", "source in ('api', 'batch', 'csv', 'email', 'portal', 'provider')"
    )
