"""Incident channels: where in Slack an incident lives, and what we have done there."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class IncidentChannel(Base):
    """One per incident that has a channel of its own. State: wanted open failed archived.

    `made` is whether we created it; an existing one that is used is never archived by us.
    `channel` is Slack's id, empty until it is known. `invited` are the members we have asked in,
    `topic` what the topic says by our last word. `archives` is what was chosen for the end.
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
