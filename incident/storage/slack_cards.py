"""Live cards: the one message in Slack that shows an incident as it is now."""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Select, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime
from incident.storage.incident_channels import IncidentChannel
from incident.storage.incidents import ENDED, Incident
from incident.storage.outbox import Delivery
from incident.storage.runs import Run


class SlackCard(Base):
    """One per incident that is shown in Slack. `shown_seq` is the timeline number that the card
    told last, `shown_at` when somebody last looked whether it still is true; `next_at` is when it
    has to be told anew although nothing happened, because a countdown runs. `channel` and
    `thread_ts` are where it stands. `ended` says that it tells how the incident ended.
    """

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


def out_of_date(
    session: Session, now: datetime, *, seen_before: datetime, limit: int = 50
) -> list[int]:
    """The ids of incidents whose card should be told anew, longest unseen first. A card that
    tells the end is told anew when something happens after all."""
    counted_down = and_(SlackCard.next_at <= now, SlackCard.ended.is_(False))
    stale = or_(Incident.last_seq > SlackCard.shown_seq, counted_down)
    return list(
        session.scalars(
            select(SlackCard.incident_id)
            .join(Incident, Incident.id == SlackCard.incident_id)
            .where(stale, SlackCard.shown_at <= seen_before)
            .order_by(SlackCard.shown_at)
            .limit(limit)
        )
    )


def wanted(session: Session, *, desk: str, limit: int = 50) -> list[int]:
    """The ids of incidents that live in Slack and have no card yet, oldest first.

    One in the thread of a cry for help is shown once somebody is at work: a false alarm needs
    none. `desk` is the name under which checklists attach themselves.
    """
    open_channel = and_(IncidentChannel.state == "open", IncidentChannel.channel != "")
    among_friends = or_(Incident.private.is_(False), IncidentChannel.private.is_(True))
    has_channel = and_(open_channel, among_friends)
    in_thread = and_(Incident.slack_thread.is_not(None), Incident.private.is_(False))
    return list(
        session.scalars(
            select(Incident.id)
            .outerjoin(SlackCard, SlackCard.incident_id == Incident.id)
            .outerjoin(IncidentChannel, IncidentChannel.incident_id == Incident.id)
            .where(SlackCard.id.is_(None), Incident.status.not_in(ENDED), Incident.mode == "live")
            .where(or_(has_channel, and_(in_thread, _at_work(desk))))
            .order_by(Incident.id)
            .limit(limit)
        )
    )


def last_post(session: Session, incident_id: int, dedup_key: str) -> Delivery | None:
    """The newest message that the card was posted as. `dedup_key` is that of any of them."""
    query = _wordings(incident_id, dedup_key).where(Delivery.action == "post")
    return session.scalars(query.limit(1)).one_or_none()


def last_sent(session: Session, incident_id: int, dedup_key: str, *, limit: int) -> list[Delivery]:
    """The newest wordings that Slack took, the newest first."""
    query = _wordings(incident_id, dedup_key).where(Delivery.state == "sent")
    return list(session.scalars(query.limit(limit)))


def _wordings(incident_id: int, dedup_key: str) -> Select[Delivery]:
    cause = dedup_key.rpartition("/g")[0]
    return (
        select(Delivery)
        .where(
            Delivery.incident_id == incident_id,
            Delivery.dedup_key.startswith(f"{cause}/g", autoescape=True),
        )
        .order_by(Delivery.id.desc())
    )


def _at_work(desk: str) -> ColumnElement[bool]:
    attached = select(Run.id).where(Run.incident_id == Incident.id, Run.attached_by != desk)
    return or_(
        Incident.status != "triage",
        Incident.acked_at.is_not(None),
        Incident.engaged_at.is_not(None),
        attached.exists(),
    )
