"""A line that is pinned in a channel is remembered when its rule goes, so that it is taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "left_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("channel_name", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_left_lines")),
    )
    op.create_index("ix_left_lines_channel", "left_lines", ["channel"])


def downgrade() -> None:
    op.drop_table("left_lines")
