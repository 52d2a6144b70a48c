"""Slack members: what we call those who write, press and are asked in."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from incident.storage.db import Base, UTCDateTime, find_or_add
from incident.storage.people import Person


class SlackMember(Base):
    """One per member of a workspace that we have met or been told of. `email` is in lower case,
    and kept only where it proves whose account the member has here.

    `name` is empty while nobody has told it; `asked_at` is when Slack last said who this is, or
    that it knows nobody of that id. A `stranger` belongs to another company.
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


def find_or_make(session: Session, member: str, at: datetime) -> SlackMember:
    """The same, for change. Of two who make it at once, both get the same one."""
    query = select(SlackMember).where(SlackMember.member == member)
    return find_or_add(session, query, SlackMember(member=member, met_at=at))


def every(session: Session) -> list[SlackMember]:
    """All of them, in the order in which we heard of them."""
    return list(session.scalars(select(SlackMember).order_by(SlackMember.id)))


def of_ids(session: Session, members: Collection[str]) -> dict[str, SlackMember]:
    """Those of these members whom we know, by their ids."""
    query = select(SlackMember).where(SlackMember.member.in_(members))
    return {row.member: row for row in session.scalars(query)}


def unasked(session: Session, limit: int = 20) -> list[str]:
    """The ids of those about whom Slack has still to be asked, longest known first."""
    return list(
        session.scalars(
            select(SlackMember.member)
            .where(SlackMember.asked_at.is_(None))
            .order_by(SlackMember.id)
            .limit(limit)
        )
    )


def linkable(session: Session, *, lock: bool = False) -> list[tuple[Person, SlackMember]]:
    """People without a Slack identity, beside the member who proves the same address. Whoever took
    their link away, or may not come in any more, is left alone. `lock` to change the people."""
    query = (
        select(Person, SlackMember)
        .join(SlackMember, SlackMember.email == Person.email)
        .where(
            SlackMember.email != "",
            SlackMember.gone.is_(False),
            SlackMember.member.not_in(select(aliased(Person).slack_id)),
            Person.slack_id == "",
            Person.slack_link != "refused",
            Person.disabled_at.is_(None),
        )
        .order_by(Person.id)
    )
    rows = session.execute(query.with_for_update(of=Person) if lock else query)
    return [(row[0], row[1]) for row in rows]


def count(session: Session) -> int:
    """How many colleagues Slack has told us of: neither bots nor strangers nor gone."""
    query = select(func.count()).select_from(SlackMember)
    return session.scalars(
        query.where(
            SlackMember.asked_at.is_not(None),
            SlackMember.bot.is_(False),
            SlackMember.stranger.is_(False),
            SlackMember.gone.is_(False),
        )
    ).one()
