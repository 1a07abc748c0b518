"""Find what was announced and waits."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index(
        "ix_webhook_deliveries_waiting",
        "webhook_deliveries",
        ["connection_id", "id"],
        unique=False,
        postgresql_where=sa.text("processed_at is null"),
    )
