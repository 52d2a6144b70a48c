"""Slack rules: which channel is a pull-cord, whom it wakes, and whether it is armed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class SlackRule(Base):
    """One per channel, by the channel's id. Not armed means a dry run: nothing is opened."""

    __tablename__ = "slack_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(unique=True)
    channel_name: Mapped[str] = mapped_column(default="")
    target: Mapped[str]
    checklist: Mapped[str] = mapped_column(default="general-incident")
    grace_seconds: Mapped[int] = mapped_column(default=30)
    threads: Mapped[bool] = mapped_column(default=False)
    armed: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)


def find(session: Session, channel: str) -> SlackRule | None:
    return session.scalars(select(SlackRule).where(SlackRule.channel == channel)).one_or_none()


def every(session: Session) -> list[SlackRule]:
    """All rules by channel name."""
    return list(session.scalars(select(SlackRule).order_by(SlackRule.channel_name)))
