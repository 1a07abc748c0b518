"""Rates, refunds and the kinds of sync runs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "sync_seen",
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("ids", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "entity", "stream", "page", name=op.f("pk_sync_seen")),
    )
    op.add_column("allocations", sa.Column("home_amount", sa.Numeric(precision=19, scale=4), nullable=True))
    op.alter_column("allocations", "invoice_id", existing_type=sa.UUID(), nullable=True)
    op.add_column("credit_memos", sa.Column("exchange_rate", sa.Numeric(), nullable=True))
    op.add_column("invoices", sa.Column("exchange_rate", sa.Numeric(), nullable=True))
    op.add_column(
        "payments", sa.Column("status", sa.String(length=16), server_default=sa.text("'open'"), nullable=False)
    )
    op.add_column("payments", sa.Column("exchange_rate", sa.Numeric(), nullable=True))
    op.add_column("sync_runs", sa.Column("kind", sa.Text(), server_default=sa.text("'increment'"), nullable=False))
    op.add_column("sync_runs", sa.Column("calls", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column(
        "sync_runs",
        sa.Column("progress", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column(
        "sync_runs",
        sa.Column("log", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_sync_runs_kind"), "sync_runs", "kind in ('backfill', 'increment', 'full', 'some', 'import')"
    )
    op.drop_constraint(op.f("ck_sync_runs_status"), "sync_runs", type_="check")
    op.create_check_constraint(
        op.f("ck_sync_runs_status"),
        "sync_runs",
        "status in ('running', 'waiting', 'ok', 'partial', 'suspicious', 'failed')",
    )
