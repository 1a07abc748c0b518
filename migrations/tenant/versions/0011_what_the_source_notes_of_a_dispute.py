"""What the source notes of a dispute."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("invoices", sa.Column("dispute_text", sa.Text(), nullable=True))
    op.add_column("invoices", sa.Column("disputed_amount", sa.Numeric(precision=19, scale=4), nullable=True))
