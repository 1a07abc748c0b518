"""Registry of models, track record and risk."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "customer_risk",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("risk_level", sa.String(length=6), nullable=False),
        sa.Column("p_late30", sa.Double(), nullable=False),
        sa.Column("p_late60", sa.Double(), nullable=False),
        sa.Column("p_late90", sa.Double(), nullable=False),
        sa.Column("amounts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("expected_loss", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("contact_value", sa.Numeric(precision=19, scale=4), nullable=False),
        sa.Column("oldest_due_on", sa.Date(), nullable=True),
        sa.Column("segment", sa.String(length=16), nullable=False),
        sa.Column("next_step", sa.String(length=16), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "run_id", name=op.f("pk_customer_risk")),
    )
    op.create_index("ix_customer_risk_loss", "customer_risk", ["run_id", "expected_loss", "customer_id"], unique=False)
    op.create_index(
        "ix_customer_risk_worklist",
        "customer_risk",
        ["run_id", "contact_value", "customer_id"],
        unique=False,
        postgresql_where=sa.text("is_listed"),
    )
    op.create_table(
        "forecast_books",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("first_invoice_id", sa.UUID(), nullable=False),
        sa.Column("last_invoice_id", sa.UUID(), nullable=False),
        sa.Column("book", sa.LargeBinary(), nullable=False),
        sa.Column("cases", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "part", name=op.f("pk_forecast_books")),
    )
    op.create_table(
        "forecast_scores",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("model_id", sa.UUID(), nullable=False),
        sa.Column("horizon", sa.String(length=5), nullable=False),
        sa.Column("history", sa.String(length=4), nullable=False),
        sa.Column("amount", sa.String(length=5), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("sum_error", sa.Double(), nullable=False),
        sa.Column("sum_bias", sa.Double(), nullable=False),
        sa.Column("covered", sa.Integer(), nullable=False),
        sa.Column("sum_error_naive", sa.Double(), nullable=False),
        sa.Column("n_due", sa.Integer(), nullable=False),
        sa.Column("sum_brier", sa.Double(), nullable=False),
        sa.Column("sum_brier_naive", sa.Double(), nullable=False),
        sa.Column("bin_n", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("bin_p", sa.ARRAY(sa.Double()), nullable=False),
        sa.Column("bin_paid", sa.ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint(
            "month", "model_id", "horizon", "history", "amount", "currency", name=op.f("pk_forecast_scores")
        ),
    )
    op.create_table(
        "model_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("from_id", sa.UUID(), nullable=True),
        sa.Column("to_id", sa.UUID(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_changes")),
    )
    op.create_table(
        "risk_models",
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("backend", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("trained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("scores", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("artifact", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_models")),
    )
    op.create_table(
        "risk_runs",
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("model_id", sa.UUID(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("home_currency", sa.String(length=3), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("assumptions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_risk_runs")),
    )
    op.add_column("forecast_models", sa.Column("number", sa.Integer(), sa.Identity(always=True), nullable=False))
    op.add_column(
        "forecast_models", sa.Column("backend_version", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "forecast_models", sa.Column("feature_version", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column(
        "forecast_models",
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column(
        "forecast_models",
        sa.Column(
            "parameters", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    op.add_column("forecast_models", sa.Column("seed", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("forecast_models", sa.Column("contest", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("forecast_models", sa.Column("profile", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("forecast_models", sa.Column("drift", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("forecast_models", sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("forecast_models", sa.Column("size", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("forecast_models", sa.Column("sha256", sa.String(length=64), nullable=True))
    op.add_column("forecast_models", sa.Column("file", sa.Text(), nullable=True))
    op.alter_column("forecast_models", "artifact", existing_type=postgresql.BYTEA(), nullable=True)
    op.create_index("uq_forecast_models_number", "forecast_models", ["number"], unique=True)
    op.add_column("invoices", sa.Column("electronic", sa.Boolean(), nullable=True))
    # By hand from here on.
    op.drop_constraint(op.f("ck_forecast_models_status"), "forecast_models", type_="check")
    op.create_check_constraint(
        op.f("ck_forecast_models_status"),
        "forecast_models",
        "status in ('champion', 'challenger', 'retired', 'rejected', 'failed')",
    )
    op.execute(
        "update forecast_models set size = length(artifact), sha256 = encode(sha256(artifact), 'hex')"
        " where artifact is not null"
    )
