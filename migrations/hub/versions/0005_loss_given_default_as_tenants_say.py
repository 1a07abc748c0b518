"""Loss given default as tenants say."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column(
        "tenants", sa.Column("loss_given_default", sa.Numeric(precision=5, scale=4), nullable=True), schema="hub"
    )
    # By hand from here on.
    op.create_check_constraint(
        op.f("ck_tenants_loss_given_default"), "tenants", "loss_given_default between 0.01 and 1", schema="hub"
    )
