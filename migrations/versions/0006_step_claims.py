"""Who is on a step, since when, and when they last gave a sign of it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("steps") as steps:
        steps.add_column(sa.Column("claimed_by", sa.String(), nullable=True))
        steps.add_column(sa.Column("claimed_at", WHEN, nullable=True))
        steps.add_column(sa.Column("claim_active_at", WHEN, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("steps") as steps:
        steps.drop_column("claim_active_at")
        steps.drop_column("claimed_at")
        steps.drop_column("claimed_by")
