"""Disputes, holds and adjustments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "adjustments",
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("invoice_id", sa.UUID(), nullable=False),
        sa.Column("dispute_id", sa.UUID(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.UUID(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "kind in ('credit', 'discount', 'write_off', 'reissue', 'correction')", name=op.f("ck_adjustments_kind")
        ),
        sa.CheckConstraint(
            "status in ('pending', 'sending', 'written_back', 'confirmed', 'failed', 'cancelled')",
            name=op.f("ck_adjustments_status"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_adjustments_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustments")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_adjustments_idempotency_key")),
    )
    op.create_index("ix_adjustments_dispute_id", "adjustments", ["dispute_id"], unique=False)
    op.create_index(
        "ix_adjustments_external_id",
        "adjustments",
        ["connection_id", "external_id"],
        unique=False,
        postgresql_where=sa.text("external_id is not null"),
    )
    op.create_index("ix_adjustments_invoice_id", "adjustments", ["invoice_id"], unique=False)
    op.create_table(
        "dispute_classifiers",
        sa.Column("number", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("backend", sa.Text(), nullable=False),
        sa.Column("backend_version", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("scores", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.CheckConstraint("status in ('champion', 'retired', 'rejected')", name=op.f("ck_dispute_classifiers_status")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_dispute_classifiers")),
    )
    op.create_index(
        "uq_dispute_classifiers_champion",
        "dispute_classifiers",
        ["status"],
        unique=True,
        postgresql_where=sa.text("status = 'champion'"),
    )
    op.create_table(
        "dispute_comments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dispute_id", sa.UUID(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_kind", sa.String(length=16), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_comments")),
    )
    op.create_index("ix_dispute_comments_dispute_id_id", "dispute_comments", ["dispute_id", "id"], unique=False)
    op.create_table(
        "dispute_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dispute_id", sa.UUID(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("by_kind", sa.String(length=16), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_events")),
    )
    op.create_index("ix_dispute_events_dispute_id_id", "dispute_events", ["dispute_id", "id"], unique=False)
    op.create_table(
        "dispute_labels",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dispute_id", sa.UUID(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("was", sa.Text(), nullable=True),
        sa.Column("p_was", sa.Numeric(precision=6, scale=5), nullable=True),
        sa.Column("labelled_by", sa.Text(), nullable=False),
        sa.Column("labelled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_labels")),
    )
    op.create_index("ix_dispute_labels_dispute_id", "dispute_labels", ["dispute_id"], unique=False)
    op.create_table(
        "dispute_policies",
        sa.Column("number", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_dispute_policies")),
    )
    op.create_table(
        "disputes",
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("invoice_id", sa.UUID(), nullable=True),
        sa.Column("customer_id", sa.UUID(), nullable=True),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=True),
        sa.Column("product", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=16), server_default=sa.text("'open'"), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("codes", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("code_by", sa.String(length=16), nullable=True),
        sa.Column("p_code", sa.Numeric(precision=6, scale=5), nullable=True),
        sa.Column("is_sure", sa.Boolean(), nullable=True),
        sa.Column("reading", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("amount", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column(
            "attachments", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("suggestion", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("proposal", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("owner_id", sa.UUID(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(status = 'resolved') = (outcome is not null and resolved_at is not null)", name=op.f("ck_disputes_ended")
        ),
        sa.CheckConstraint("code_by in ('classifier', 'person')", name=op.f("ck_disputes_code_by")),
        sa.CheckConstraint(
            "outcome in ('valid_credited', 'partly_valid', 'invalid_upheld', 'withdrawn', 'goodwill', 'expired')",
            name=op.f("ck_disputes_outcome"),
        ),
        sa.CheckConstraint("source in ('api', 'batch', 'csv', 'email', 'provider')", name=op.f("ck_disputes_source")),
        sa.CheckConstraint(
            "status in ('open', 'investigating', 'proposed', 'accepted', 'rejected', 'resolved')",
            name=op.f("ck_disputes_status"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_disputes_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
        sa.UniqueConstraint("external_id", name=op.f("uq_disputes_external_id")),
        sa.UniqueConstraint("number", name=op.f("uq_disputes_number")),
    )
    op.create_index("ix_disputes_customer_id", "disputes", ["customer_id"], unique=False)
    op.create_index("ix_disputes_due_on_id", "disputes", ["due_on", "id"], unique=False)
    op.create_index("ix_disputes_invoice_id", "disputes", ["invoice_id"], unique=False)
    op.create_index("ix_disputes_opened_at_id", "disputes", ["opened_at", "id"], unique=False)
    op.create_index(
        "ix_disputes_unread", "disputes", ["opened_at"], unique=False, postgresql_where=sa.text("read_at is null")
    )
    op.create_table(
        "holds",
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("invoice_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("amount", sa.Numeric(precision=19, scale=4), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source_id", sa.UUID(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind in ('dispute', 'promise', 'payment_in_flight', 'legal', 'manual')", name=op.f("ck_holds_kind")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_holds_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_index("ix_holds_invoice_id", "holds", ["invoice_id"], unique=False)
    op.create_index(
        "uq_holds_active", "holds", ["kind", "source_id"], unique=True, postgresql_where=sa.text("released_at is null")
    )
    op.add_column("connections", sa.Column("write_back", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    # By hand from here on.
    op.execute("""\
create or replace function refuse_change_of_history() returns trigger language plpgsql as $$
begin
    raise exception 'the history of disputes is only ever added to' using errcode = 'insufficient_privilege';
end
$$""")
    op.execute(
        "create trigger refuse before update or delete or truncate on dispute_events"
        " for each statement execute function refuse_change_of_history()"
    )
