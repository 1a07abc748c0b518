"""What forecasting keeps per tenant: models, runs of the champion, and predictions, which are never updated."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from hub.storage.bases import tenant_metadata

forecast_models = Table(
    "forecast_models",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=func.gen_random_uuid()),
    Column("backend", Text, nullable=False),
    # champion: makes the predictions; retired: was champion; rejected: did not beat the customer median.
    Column("status", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("trained_at", DateTime(timezone=True), nullable=False),
    Column("backtest", JSONB),
    # Data only, never code, with its own checksum, which is verified before anything reads further.
    Column("artifact", LargeBinary, nullable=False),
    CheckConstraint("status in ('champion', 'retired', 'rejected')", name="status"),
    Index("uq_forecast_models_champion", "status", unique=True, postgresql_where="status = 'champion'"),
)

forecast_runs = Table(
    "forecast_runs",
    tenant_metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("model_id", UUID(as_uuid=True), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("predictions", Integer, nullable=False),
    # Expected receipts by week and currency with their range, from the joint distribution.
    Column("cash_flow", JSONB, nullable=False),
)

predictions = Table(
    "predictions",
    tenant_metadata,
    Column("run_id", BigInteger, nullable=False),
    Column("invoice_id", UUID(as_uuid=True), nullable=False),
    Column("p_paid_by_due", Double, nullable=False),
    Column("p_late30", Double, nullable=False),
    Column("expected_on", Date, nullable=False),
    Column("p10_on", Date, nullable=False),
    Column("p50_on", Date, nullable=False),
    Column("p90_on", Date, nullable=False),
    Column("risk_level", String(6), nullable=False),
    # Sentences with their contribution; kept for the invoices most worth a look.
    Column("reasons", JSONB),
    PrimaryKeyConstraint("run_id", "invoice_id"),
    Index("ix_predictions_invoice_id_run_id", "invoice_id", "run_id"),
)
