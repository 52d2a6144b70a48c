"""Slack both ways: channels, cards, members, kept messages, updates, and who sees what."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

WHEN = sa.DateTime(timezone=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def upgrade() -> None:
    with op.batch_alter_table("incidents") as batch:
        batch.add_column(
            sa.Column("private", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch.add_column(sa.Column("update_due_at", WHEN, nullable=True))
        batch.add_column(
            sa.Column("update_owed_by", sa.String(), server_default="", nullable=False)
        )
    with op.batch_alter_table("timers") as batch:
        batch.add_column(sa.Column("set_at", WHEN, nullable=True))
    with op.batch_alter_table("people") as batch:
        batch.add_column(sa.Column("slack_link", sa.String(), server_default="", nullable=False))
    with op.batch_alter_table("slack_rules") as batch:
        batch.add_column(sa.Column("words", sa.JSON(), server_default="[]", nullable=False))
        batch.add_column(sa.Column("urgent_words", sa.JSON(), server_default="[]", nullable=False))
        batch.add_column(sa.Column("bots", sa.JSON(), server_default="[]", nullable=False))
        batch.add_column(sa.Column("work_hours", sa.JSON(), server_default="{}", nullable=False))
        batch.add_column(sa.Column("work_grace_seconds", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("swept_ts", sa.String(), server_default="", nullable=False))
        batch.add_column(sa.Column("swept_at", WHEN, nullable=True))
        batch.add_column(sa.Column("pinned_ts", sa.String(), server_default="", nullable=False))
        for name in ("pinned_text", "pin_trouble", "trouble"):
            batch.add_column(sa.Column(name, sa.String(), server_default="", nullable=False))
        for name in ("pin_due_at", "armed_at", "look_back_at", "looked_back_at"):
            batch.add_column(sa.Column(name, WHEN, nullable=True))
    _make_channels_and_cards()
    _make_members_and_messages()
    op.create_table(
        "updates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        _text("conditions"),
        _text("actions"),
        _text("needs"),
        sa.Column("wordings", sa.JSON(), nullable=False),
        sa.Column("was_due_at", WHEN, nullable=True),
        sa.Column("promised_at", WHEN, nullable=True),
        _text("written_by"),
        sa.Column("written_at", WHEN, nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_updates_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_updates")),
    )
    op.create_index("ix_updates_incident_id", "updates", ["incident_id"])
    op.create_table(
        "paces",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("place"),
        sa.Column("free_at", WHEN, nullable=False),
        _text("reason"),
        sa.Column("stands_for", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paces")),
        sa.UniqueConstraint("place", name=op.f("uq_paces_place")),
    )


def _make_channels_and_cards() -> None:
    op.create_table(
        "incident_channels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        _text("channel"),
        _text("name"),
        _text("state"),
        _text("reason"),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("archives", sa.Boolean(), nullable=False),
        _text("topic"),
        _text("bookmark"),
        sa.Column("invited", sa.JSON(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        _text("asked_by"),
        sa.Column("created_at", WHEN, nullable=False),
        sa.Column("opened_at", WHEN, nullable=True),
        sa.Column("archived_at", WHEN, nullable=True),
        sa.Column("followed_seq", sa.Integer(), nullable=False),
        sa.Column("followed_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incidents.id"],
            name=op.f("fk_incident_channels_incident_id_incidents"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_channels")),
        sa.UniqueConstraint("incident_id", name=op.f("uq_incident_channels_incident_id")),
    )
    op.create_index("ix_incident_channels_channel", "incident_channels", ["channel"])
    op.create_table(
        "slack_cards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        _text("channel"),
        _text("thread_ts"),
        sa.Column("shown_seq", sa.Integer(), nullable=False),
        sa.Column("shown_at", WHEN, nullable=False),
        sa.Column("next_at", WHEN, nullable=True),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_slack_cards_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slack_cards")),
        sa.UniqueConstraint("incident_id", name=op.f("uq_slack_cards_incident_id")),
    )


def _make_members_and_messages() -> None:
    op.create_table(
        "slack_members",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("member"),
        _text("team"),
        _text("name"),
        _text("email"),
        _text("zone"),
        sa.Column("bot", sa.Boolean(), nullable=False),
        sa.Column("stranger", sa.Boolean(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("met_at", WHEN, nullable=False),
        sa.Column("asked_at", WHEN, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slack_members")),
        sa.UniqueConstraint("member", name=op.f("uq_slack_members_member")),
    )
    op.create_index("ix_slack_members_email", "slack_members", ["email"])
    op.create_table(
        "kept_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        _text("channel"),
        _text("ts"),
        _text("thread_ts"),
        _text("state"),
        _text("kept_by"),
        _text("way"),
        sa.Column("seq", sa.Integer(), nullable=True),
        _text("text"),
        sa.Column("kept_at", WHEN, nullable=False),
        sa.Column("deleted_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_kept_messages_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_messages")),
        sa.UniqueConstraint(
            "incident_id", "channel", "ts", name=op.f("uq_kept_messages_incident_id_channel_ts")
        ),
    )
    op.create_index("ix_kept_messages_ts", "kept_messages", ["ts"])
    op.create_table(
        "incident_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        _text("added_by"),
        sa.Column("added_at", WHEN, nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incidents.id"],
            name=op.f("fk_incident_members_incident_id_incidents"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_incident_members_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_members")),
        sa.UniqueConstraint(
            "incident_id", "person_id", name=op.f("uq_incident_members_incident_id_person_id")
        ),
    )
    op.create_index("ix_incident_members_person_id", "incident_members", ["person_id"])


def downgrade() -> None:
    for table in (
        "incident_members",
        "kept_messages",
        "slack_members",
        "slack_cards",
        "incident_channels",
        "paces",
        "updates",
    ):
        op.drop_table(table)
    with op.batch_alter_table("slack_rules") as batch:
        for name in ("looked_back_at", "look_back_at", "armed_at", "pin_due_at"):
            batch.drop_column(name)
        for name in ("trouble", "pin_trouble", "pinned_text"):
            batch.drop_column(name)
        for name in ("pinned_ts", "swept_at", "swept_ts", "work_grace_seconds"):
            batch.drop_column(name)
        for name in ("work_hours", "bots", "urgent_words", "words"):
            batch.drop_column(name)
    with op.batch_alter_table("timers") as batch:
        batch.drop_column("set_at")
    with op.batch_alter_table("people") as batch:
        batch.drop_column("slack_link")
    with op.batch_alter_table("incidents") as batch:
        for name in ("update_owed_by", "update_due_at", "private"):
            batch.drop_column(name)
