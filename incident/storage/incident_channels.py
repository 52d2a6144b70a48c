"""Incident channels: where in Slack an incident lives, and what we have done there."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime
from incident.storage.incidents import ENDED, Incident
from incident.storage.outbox import UNFINISHED, Delivery


class IncidentChannel(Base):
    """One per incident that has a channel of its own. State: wanted open failed archived.

    `made` is whether we created it; an existing one that is used is never archived by us.
    `channel` is Slack's id, empty until it is known. `invited` are the members we have asked in,
    `topic` and `bookmark` what these say by our last word. `archives` is what was chosen for the
    end. `followed_seq` is the timeline number up to which all this is as it should be, looked at
    last at `followed_at`.
    """

    __tablename__ = "incident_channels"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), unique=True)
    channel: Mapped[str] = mapped_column(default="", index=True)
    name: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="wanted")
    reason: Mapped[str] = mapped_column(default="")
    made: Mapped[bool] = mapped_column(default=True)
    private: Mapped[bool] = mapped_column(default=False)
    archives: Mapped[bool] = mapped_column(default=False)
    topic: Mapped[str] = mapped_column(default="")
    bookmark: Mapped[str] = mapped_column(default="")
    invited: Mapped[list[str]] = mapped_column(JSON, default=list)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    asked_by: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    followed_seq: Mapped[int] = mapped_column(default=0)
    followed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def shown(self) -> str:
        """What people call it: #inc-42."""
        return f"#{self.name}" if self.name else "the channel"

    @property
    def address(self) -> str:
        """Where Slack leads to it, in whichever workspace somebody is logged in."""
        return f"https://slack.com/app_redirect?channel={self.channel}" if self.channel else ""


def of_incident(session: Session, incident_id: int) -> IncidentChannel | None:
    """The channel of this incident, in any state. Whoever changes it holds the incident's lock."""
    return session.scalars(
        select(IncidentChannel)
        .where(IncidentChannel.incident_id == incident_id)
        .execution_options(populate_existing=True)
    ).one_or_none()


def incident_of(session: Session, channel: str) -> int | None:
    """The id of the newest incident whose own channel this is."""
    return session.scalar(
        select(IncidentChannel.incident_id)
        .where(IncidentChannel.channel == channel, IncidentChannel.channel != "")
        .order_by(IncidentChannel.incident_id.desc())
        .limit(1)
    )


def is_taken(session: Session, channel: str, *, by_other_than: int) -> bool:
    """Whether another incident that is still worked on lives in this channel."""
    found = (
        select(IncidentChannel.id)
        .join(Incident, Incident.id == IncidentChannel.incident_id)
        .where(
            IncidentChannel.channel == channel,
            IncidentChannel.state == "open",
            IncidentChannel.incident_id != by_other_than,
            Incident.status.not_in(ENDED),
        )
    )
    return session.scalar(select(found.exists())) is True


def living_in(session: Session, channel: str) -> int | None:
    """The id of the newest incident that is worked on in this channel, and is not over."""
    return session.scalar(
        select(IncidentChannel.incident_id)
        .join(Incident, Incident.id == IncidentChannel.incident_id)
        .where(
            IncidentChannel.channel == channel,
            IncidentChannel.state == "open",
            Incident.status.not_in(ENDED),
        )
        .order_by(IncidentChannel.incident_id.desc())
        .limit(1)
    )


def out_of_date(session: Session, looked_before: datetime, limit: int = 50) -> list[int]:
    """The ids of incidents whose channel may have fallen behind, longest unlooked-at first."""
    unlooked = IncidentChannel.followed_at.is_(None) | (IncidentChannel.followed_at < looked_before)
    return list(
        session.scalars(
            select(IncidentChannel.incident_id)
            .join(Incident, Incident.id == IncidentChannel.incident_id)
            .where(
                IncidentChannel.state.in_(("open", "archived")),
                Incident.last_seq > IncidentChannel.followed_seq,
                unlooked,
            )
            .order_by(IncidentChannel.followed_at, IncidentChannel.id)
            .limit(limit)
        )
    )


def wanting(
    session: Session, severities: Collection[str] | None, since: datetime, limit: int = 10
) -> list[int]:
    """The ids of live incidents, declared and opened `since`, that have never had a channel.
    Of any severity, or of one of `severities`."""
    query = (
        select(Incident.id)
        .where(
            Incident.status.not_in((*ENDED, "triage")),
            Incident.mode == "live",
            Incident.created_at >= since,
            ~exists().where(IncidentChannel.incident_id == Incident.id),
        )
        .order_by(Incident.id)
        .limit(limit)
    )
    if severities is not None:
        query = query.where(Incident.severity.in_(severities))
    return list(session.scalars(query))


def is_under_way(session: Session, incident_id: int, action: str) -> bool:
    """Whether Slack has still to be asked for something of this kind that we promised."""
    found = exists().where(
        Delivery.incident_id == incident_id,
        Delivery.integration == "slack",
        Delivery.action == action,
        Delivery.state.in_(UNFINISHED),
    )
    return session.scalar(select(found)) is True
