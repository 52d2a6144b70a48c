"""The ladder of a page, what PagerDuty tells us of it, and how its path is proven."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("pages") as batch:
        batch.add_column(sa.Column("rung", sa.Integer(), server_default="1", nullable=False))
        batch.add_column(sa.Column("follows_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("then", sa.String(), server_default="", nullable=False))
        batch.add_column(sa.Column("ack_seconds", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("ack_due_at", WHEN, nullable=True))
        batch.add_column(sa.Column("everyone", sa.JSON(), server_default="[]", nullable=False))
        batch.add_column(sa.Column("answers", sa.JSON(), server_default="[]", nullable=False))
        batch.add_column(sa.Column("seen_at", WHEN, nullable=True))
        batch.add_column(sa.Column("notified_at", WHEN, nullable=True))
        batch.add_column(sa.Column("notified_whom", sa.String(), server_default="", nullable=False))
        batch.add_column(sa.Column("pagerduty_id", sa.String(), nullable=True))
        batch.add_column(sa.Column("pagerduty_url", sa.String(), nullable=True))
        batch.add_column(sa.Column("alarm", sa.String(), server_default="", nullable=False))
        batch.add_column(sa.Column("alarm_at", WHEN, nullable=True))
        batch.add_column(sa.Column("held", sa.Integer(), server_default="0", nullable=False))
        batch.add_column(sa.Column("held_by_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_pages_follows_id_pages", "pages", ["follows_id"], ["id"])
        batch.create_foreign_key("fk_pages_held_by_id_pages", "pages", ["held_by_id"], ["id"])
        batch.create_index("ix_pages_pagerduty_id", ["pagerduty_id"])
    with op.batch_alter_table("targets") as batch:
        batch.add_column(sa.Column("urgencies", sa.JSON(), server_default="[]", nullable=False))
        batch.add_column(sa.Column("on_call", sa.JSON(), server_default="[]", nullable=False))
        batch.add_column(sa.Column("on_call_at", WHEN, nullable=True))
        batch.add_column(
            sa.Column("everyone", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch.add_column(
            sa.Column("awake_seconds", sa.Integer(), server_default="600", nullable=False)
        )
        batch.add_column(
            sa.Column("stale_seconds", sa.Integer(), server_default="3600", nullable=False)
        )
        batch.add_column(
            sa.Column("proving", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch.add_column(sa.Column("slack_channel", sa.String(), server_default="", nullable=False))
    with op.batch_alter_table("routing_keys") as batch:
        batch.add_column(sa.Column("allowance", sa.Double(), server_default="100", nullable=False))
        batch.add_column(sa.Column("allowance_at", WHEN, nullable=True))
        batch.add_column(sa.Column("paused_until", WHEN, nullable=True))
    with op.batch_alter_table("workers") as batch:
        batch.add_column(sa.Column("jumped_at", WHEN, nullable=True))
        batch.add_column(
            sa.Column("jumped_seconds", sa.Integer(), server_default="0", nullable=False)
        )
    op.create_table(
        "connections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vendor", sa.String(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("secrets", sa.String(), nullable=False),
        sa.Column("updated_at", WHEN, nullable=False),
        sa.Column("updated_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
        sa.UniqueConstraint("vendor", name=op.f("uq_connections_vendor")),
    )
    op.create_table(
        "proofs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("checked_at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proofs")),
        sa.UniqueConstraint("subject", "name", name=op.f("uq_proofs_subject_name")),
    )
    op.create_table(
        "test_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("dedup_key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("begun_at", WHEN, nullable=False),
        sa.Column("accepted_at", WHEN, nullable=True),
        sa.Column("heard_at", WHEN, nullable=True),
        sa.Column("heard_by", sa.String(), nullable=False),
        sa.Column("settled_at", WHEN, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_test_events")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_test_events_dedup_key")),
    )
    op.create_index("ix_test_events_begun_at", "test_events", ["begun_at"])


def downgrade() -> None:
    op.drop_table("test_events")
    op.drop_table("proofs")
    op.drop_table("connections")
    with op.batch_alter_table("workers") as batch:
        batch.drop_column("jumped_seconds")
        batch.drop_column("jumped_at")
    with op.batch_alter_table("routing_keys") as batch:
        batch.drop_column("paused_until")
        batch.drop_column("allowance_at")
        batch.drop_column("allowance")
    with op.batch_alter_table("targets") as batch:
        for name in ("slack_channel", "proving", "stale_seconds", "awake_seconds", "everyone"):
            batch.drop_column(name)
        for name in ("on_call_at", "on_call", "urgencies"):
            batch.drop_column(name)
    with op.batch_alter_table("pages") as batch:
        batch.drop_index("ix_pages_pagerduty_id")
        batch.drop_constraint("fk_pages_held_by_id_pages", type_="foreignkey")
        batch.drop_constraint("fk_pages_follows_id_pages", type_="foreignkey")
        for name in ("held_by_id", "held", "alarm_at", "alarm", "pagerduty_url", "pagerduty_id"):
            batch.drop_column(name)
        for name in ("notified_whom", "notified_at", "seen_at", "answers", "everyone"):
            batch.drop_column(name)
        for name in ("ack_due_at", "ack_seconds", "then", "follows_id", "rung"):
            batch.drop_column(name)
