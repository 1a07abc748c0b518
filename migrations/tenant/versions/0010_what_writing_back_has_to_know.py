"""What writing back has to know."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("adjustments", sa.Column("written_on", sa.Date(), nullable=True))
    op.add_column("adjustments", sa.Column("number", sa.Text(), nullable=True))
    op.add_column("adjustments", sa.Column("applied", sa.Numeric(precision=19, scale=4), nullable=True))
    op.add_column(
        "connections", sa.Column("write_granted", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("dispute_policies", sa.Column("source", sa.Text(), nullable=True))
