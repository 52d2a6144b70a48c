"""Slack members: what we call those who write, press and are asked in."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class SlackMember(Base):
    """One per member of a workspace that we have met or been told of. `email` is in lower case.

    `name` is empty while Slack has still to be asked; `stranger` belongs to another company.
    """

    __tablename__ = "slack_members"

    id: Mapped[int] = mapped_column(primary_key=True)
    member: Mapped[str] = mapped_column(unique=True)
    team: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="", index=True)
    zone: Mapped[str] = mapped_column(default="")
    bot: Mapped[bool] = mapped_column(default=False)
    stranger: Mapped[bool] = mapped_column(default=False)
    gone: Mapped[bool] = mapped_column(default=False)
    met_at: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def find(session: Session, member: str) -> SlackMember | None:
    return session.scalars(select(SlackMember).where(SlackMember.member == member)).one_or_none()


def names(session: Session, members: Collection[str]) -> dict[str, str]:
    """What we call these members, those of them whom we know."""
    if not members:
        return {}
    rows = session.execute(
        select(SlackMember.member, SlackMember.name).where(
            SlackMember.member.in_(members), SlackMember.name != ""
        )
    )
    return {row.member: row.name for row in rows}


def nameless(session: Session, limit: int = 20) -> list[SlackMember]:
    """Whom Slack has still to be asked about, longest known first."""
    return list(
        session.scalars(
            select(SlackMember)
            .where(SlackMember.name == "", SlackMember.asked_at.is_(None))
            .order_by(SlackMember.id)
            .limit(limit)
        )
    )
