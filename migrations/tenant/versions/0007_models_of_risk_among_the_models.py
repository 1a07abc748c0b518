"""Models of risk among the models."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column(
        "forecast_models", sa.Column("task", sa.String(length=8), server_default=sa.text("'forecast'"), nullable=False)
    )
    op.add_column("forecast_models", sa.Column("scores", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.drop_index(
        op.f("uq_forecast_models_champion"),
        table_name="forecast_models",
        postgresql_where="((status)::text = 'champion'::text)",
    )
    op.create_index(
        "uq_forecast_models_champion", "forecast_models", ["task"], unique=True, postgresql_where="status = 'champion'"
    )
    # By hand from here on.
    op.create_check_constraint(op.f("ck_forecast_models_task"), "forecast_models", "task in ('forecast', 'risk')")
    op.execute(
        "insert into forecast_models (id, task, backend, feature_version, status, reason, as_of, trained_at, scores,"
        " size, sha256, artifact)"
        " select id, 'risk', backend, 4, case when row_number() over (order by trained_at desc, id) = 1"
        " then 'champion' else 'retired' end, reason, as_of, trained_at, scores, length(artifact),"
        " encode(sha256(artifact), 'hex'), artifact from risk_models order by trained_at, id"
    )
    # From one to the next, so that there is a way back.
    op.execute(
        "insert into model_changes (at, kind, actor_kind, actor_id, from_id, to_id, why)"
        " select trained_at, 'trained', 'system', 'hub', lag(id) over (order by trained_at, id), id, reason"
        " from risk_models order by trained_at, id"
    )
    op.drop_table("risk_models")
