"""Live cards: the one message in Slack that shows an incident as it is now."""

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime
from incident.storage.incidents import Incident


class SlackCard(Base):
    """One per incident that is shown in Slack. `shown_seq` is the timeline number that the card
    told last; `next_at` is when it has to be told anew although nothing happened, because a
    countdown runs. `channel` and `thread_ts` are where it stands."""

    __tablename__ = "slack_cards"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), unique=True)
    channel: Mapped[str]
    thread_ts: Mapped[str] = mapped_column(default="")
    shown_seq: Mapped[int] = mapped_column(default=0)
    shown_at: Mapped[datetime] = mapped_column(UTCDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended: Mapped[bool] = mapped_column(default=False)


def of_incident(session: Session, incident_id: int) -> SlackCard | None:
    """The card of this incident. Whoever changes it holds the incident's lock."""
    return session.scalars(
        select(SlackCard)
        .where(SlackCard.incident_id == incident_id)
        .execution_options(populate_existing=True)
    ).one_or_none()


def out_of_date(session: Session, now: datetime, limit: int = 50) -> list[int]:
    """The ids of incidents whose card should be told anew, longest untold first."""
    stale = (Incident.last_seq > SlackCard.shown_seq) | (SlackCard.next_at <= now)
    return list(
        session.scalars(
            select(SlackCard.incident_id)
            .join(Incident, Incident.id == SlackCard.incident_id)
            .where(SlackCard.ended.is_(False), stale)
            .order_by(SlackCard.shown_at)
            .limit(limit)
        )
    )
