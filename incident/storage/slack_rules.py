"""Slack rules: which channel is a pull-cord, whom it wakes, and whether it is armed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime, find_or_add


class SlackRule(Base):
    """One per channel, by the channel's id. Not armed means a dry run: nothing is opened.

    `threads` is whether a reply in a thread counts as a call for help, `strangers` whether
    people of another company do, who share the channel with us; `bots` are the ids of the bots
    that do. With `words` only a message with one of them counts; one with one of `urgent_words`
    pages without a grace. `work_hours` are {"days": [1..7], "from": "09:00", "until": "18:00",
    "zone"}, or empty; during them the grace is `work_grace_seconds`. `swept_ts` is the newest
    message that a sweep has looked at, `pinned_ts` our line that is pinned in the channel.

    `armed_at` is since when it has been armed: what was said before wakes nobody. `look_back_at`
    is set while somebody waits for the messages of last week, `looked_back_at` when they were
    read; `pin_due_at` while the line is to be pinned. What went wrong with any of it stands in
    `trouble` and `pin_trouble`, as sentences.
    """

    __tablename__ = "slack_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(unique=True)
    channel_name: Mapped[str] = mapped_column(default="")
    target: Mapped[str]
    checklist: Mapped[str] = mapped_column(default="general-incident")
    grace_seconds: Mapped[int] = mapped_column(default=30)
    threads: Mapped[bool] = mapped_column(default=False)
    strangers: Mapped[bool] = mapped_column(default=False)
    armed: Mapped[bool] = mapped_column(default=False)
    words: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    urgent_words: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    bots: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    work_hours: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    work_grace_seconds: Mapped[int | None]
    swept_ts: Mapped[str] = mapped_column(default="", server_default="")
    swept_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    pinned_ts: Mapped[str] = mapped_column(default="", server_default="")
    pinned_text: Mapped[str] = mapped_column(default="", server_default="")
    pin_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    pin_trouble: Mapped[str] = mapped_column(default="", server_default="")
    armed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    look_back_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    looked_back_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    trouble: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)


def find(session: Session, channel: str, *, lock: bool = False) -> SlackRule | None:
    """The rule of this channel, if there is one; `lock` when it is about to change."""
    query = select(SlackRule).where(SlackRule.channel == channel)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def find_or_make(session: Session, channel: str, target: str, at: datetime) -> SlackRule:
    """The rule of this channel, for change. Of two who make it at once, both get the same one."""
    fresh = SlackRule(channel=channel, target=target, created_at=at, updated_at=at)
    return find_or_add(session, select(SlackRule).where(SlackRule.channel == channel), fresh)


def armed_in(session: Session, channel: str) -> SlackRule | None:
    """The armed rule of this channel, which is given by its id or by its name without #."""
    is_it = (SlackRule.channel == channel) | (SlackRule.channel_name == f"#{channel}")
    return session.scalars(select(SlackRule).where(SlackRule.armed, is_it).limit(1)).one_or_none()


def armed(session: Session) -> list[SlackRule]:
    """Those by which a message wakes somebody."""
    return list(session.scalars(select(SlackRule).where(SlackRule.armed).order_by(SlackRule.id)))


def every(session: Session) -> list[SlackRule]:
    """All rules by channel name."""
    return list(session.scalars(select(SlackRule).order_by(SlackRule.channel_name)))
