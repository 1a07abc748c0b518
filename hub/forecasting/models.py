"""What forecasting keeps per tenant: models, runs of the champion, and predictions, which are never updated."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from hub.storage.bases import tenant_metadata

forecast_models = Table(
    "forecast_models",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=func.gen_random_uuid()),
    # The version that people name: counts up within the tenant, and is never given twice.
    Column("number", Integer, Identity(always=True), nullable=False),
    # forecast: when invoices are paid; risk: which customers go late. Each task has a champion of its own.
    Column("task", String(8), nullable=False, server_default=text("'forecast'")),
    Column("backend", Text, nullable=False),
    Column("backend_version", Text, nullable=False, server_default=text("''")),
    Column("feature_version", Integer, nullable=False, server_default=text("0")),
    # champion: makes the predictions; challenger: good, but not better beyond noise; retired: was champion;
    # rejected: did not beat the customer median, or counting customers alike; failed: could not be trained or read.
    Column("status", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("trained_at", DateTime(timezone=True), nullable=False),
    Column("backtest", JSONB),
    # Of models of risk instead: how good probabilities were on answers not seen, by backend; see risk_model.py.
    Column("scores", JSONB),
    # What it was trained from: window, counts, digest, and the share of customers taken; see record.py.
    Column("data", JSONB, nullable=False, server_default=text("'{}'")),
    Column("parameters", JSONB, nullable=False, server_default=text("'{}'")),
    Column("seed", Integer, nullable=False, server_default=text("0")),
    # How the candidates compared when it was trained; see contest.py.
    Column("contest", JSONB),
    # How features were distributed in training, against which a shift of the input is measured; see drift.py.
    Column("profile", JSONB),
    # The newest measurement of drift: input, error, and the alarms in words.
    Column("drift", JSONB),
    # Since when a person holds it in its place; no training replaces it until that person lets go.
    Column("pinned_at", DateTime(timezone=True)),
    Column("size", BigInteger, nullable=False, server_default=text("0")),
    Column("sha256", String(64)),
    # Its name in the model store, where the file is not in `artifact`; neither, and it can only be trained again.
    Column("file", Text),
    # Data only, never code. Its checksum is verified before anything reads further.
    Column("artifact", LargeBinary),
    CheckConstraint("status in ('champion', 'challenger', 'retired', 'rejected', 'failed')", name="status"),
    CheckConstraint("task in ('forecast', 'risk')", name="task"),
    Index("uq_forecast_models_number", "number", unique=True),
    Index("uq_forecast_models_champion", "task", unique=True, postgresql_where="status = 'champion'"),
)

model_changes = Table(
    "model_changes",
    tenant_metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    # trained, promoted, rolled_back, released, replaced, fell_back
    Column("kind", String(16), nullable=False),
    # Who asked for it, as the audit calls them: the kind of caller and its id, never a name.
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("from_id", UUID(as_uuid=True)),
    Column("to_id", UUID(as_uuid=True)),
    Column("why", Text, nullable=False),
)

forecast_scores = Table(
    "forecast_scores",
    tenant_metadata,
    # The first day of the month in which the invoices were paid.
    Column("month", Date, nullable=False),
    Column("model_id", UUID(as_uuid=True), nullable=False),
    # first: the first forecast of the invoice; d30, d14, d7: the one that stood so many days ahead of its due date.
    Column("horizon", String(5), nullable=False),
    # Payments of the customer known before the forecast: none, few (to 5), some (to 20), many.
    Column("history", String(4), nullable=False),
    # The amount among those of its currency: small, usual, large.
    Column("amount", String(5), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("n", Integer, nullable=False),
    Column("sum_error", Double, nullable=False),
    Column("sum_bias", Double, nullable=False),
    Column("covered", Integer, nullable=False),
    # Beside it, on the same invoices: the customer's own median delay.
    Column("sum_error_naive", Double, nullable=False),
    # Of those not yet due when forecast, whose p_paid_by_due can be judged.
    Column("n_due", Integer, nullable=False),
    Column("sum_brier", Double, nullable=False),
    Column("sum_brier_naive", Double, nullable=False),
    # Ten bins of p_paid_by_due: how many, the sum of p, how many were paid by due.
    Column("bin_n", ARRAY(Integer), nullable=False),
    Column("bin_p", ARRAY(Double), nullable=False),
    Column("bin_paid", ARRAY(Integer), nullable=False),
    PrimaryKeyConstraint("month", "model_id", "horizon", "history", "amount", "currency"),
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

risk_runs = Table(
    "risk_runs",
    tenant_metadata,
    # That of the forecast it goes with: the newest is current.
    Column("run_id", BigInteger, primary_key=True, autoincrement=False),
    Column("model_id", UUID(as_uuid=True), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("home_currency", String(3), nullable=False),
    Column("customers", Integer, nullable=False),
    # Loss given default and what contact saves, with the words on where they are from.
    Column("assumptions", JSONB, nullable=False),
)

customer_risk = Table(
    "customer_risk",
    tenant_metadata,
    Column("run_id", BigInteger, nullable=False),
    Column("customer_id", UUID(as_uuid=True), nullable=False),
    Column("risk_level", String(6), nullable=False),
    Column("p_late30", Double, nullable=False),
    Column("p_late60", Double, nullable=False),
    Column("p_late90", Double, nullable=False),
    # Exposure and what is expected of it, a currency to an entry; amounts as decimal text.
    Column("amounts", JSONB, nullable=False),
    # Sentences with their contribution; kept for the customers most worth a look.
    Column("reasons", JSONB),
    # In home currency, to order by.
    Column("expected_loss", Numeric(19, 4), nullable=False),
    Column("contact_value", Numeric(19, 4), nullable=False),
    Column("oldest_due_on", Date),
    Column("segment", String(16), nullable=False),
    Column("next_step", String(16), nullable=False),
    Column("why", Text, nullable=False),
    # Whether it is for somebody to look at: there is value in contact, or something holds money up.
    Column("is_listed", Boolean, nullable=False),
    PrimaryKeyConstraint("customer_id", "run_id"),
    Index(
        "ix_customer_risk_worklist",
        "run_id",
        "contact_value",
        "customer_id",
        postgresql_where=text("is_listed"),
    ),
    Index("ix_customer_risk_loss", "run_id", "expected_loss", "customer_id"),
)

forecast_books = Table(
    "forecast_books",
    tenant_metadata,
    # The newest run's open book, in parts by invoice: what scenarios are worked out from. Plain arrays, no names.
    Column("run_id", BigInteger, nullable=False),
    Column("part", Integer, nullable=False),
    Column("first_invoice_id", UUID(as_uuid=True), nullable=False),
    Column("last_invoice_id", UUID(as_uuid=True), nullable=False),
    Column("book", LargeBinary, nullable=False),
    # The features that the invoices were forecast from, for reasons that are asked for later.
    Column("cases", LargeBinary),
    PrimaryKeyConstraint("run_id", "part"),
)
