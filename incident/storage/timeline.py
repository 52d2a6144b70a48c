"""The timeline: what happened, in order, never edited."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class TimelineEvent(Base):
    """One line. `occurred_at` may lie in the past; `recorded_at` is when we wrote it.

    `source` is the way it came in: web, api, slack, worker, pagerduty.
    """

    __tablename__ = "timeline_events"
    __table_args__ = (UniqueConstraint("incident_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    seq: Mapped[int]
    kind: Mapped[str]
    text: Mapped[str]
    actor: Mapped[str]
    source: Mapped[str]
    occurred_at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    step: Mapped[int | None]
    key_moment: Mapped[bool] = mapped_column(default=False)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def since(
    session: Session, incident_id: int, seq: int, limit: int | None = None
) -> list[TimelineEvent]:
    """The events after `seq`, oldest first."""
    return list(
        session.scalars(
            select(TimelineEvent)
            .where(TimelineEvent.incident_id == incident_id, TimelineEvent.seq > seq)
            .order_by(TimelineEvent.seq)
            .limit(limit)
        )
    )


def newest(
    session: Session, incident_id: int, *, before: int | None = None, limit: int = 200
) -> list[TimelineEvent]:
    """The last `limit` events (below the sequence number `before`), oldest first."""
    query = select(TimelineEvent).where(TimelineEvent.incident_id == incident_id)
    if before is not None:
        query = query.where(TimelineEvent.seq < before)
    found = session.scalars(query.order_by(TimelineEvent.seq.desc()).limit(limit))
    return list(found)[::-1]


def beginning_with(session: Session, incident_id: int, words: str) -> list[TimelineEvent]:
    """The events whose text begins with these words, oldest first."""
    return list(
        session.scalars(
            select(TimelineEvent)
            .where(
                TimelineEvent.incident_id == incident_id,
                TimelineEvent.text.startswith(words, autoescape=True),
            )
            .order_by(TimelineEvent.seq)
        )
    )


def of_kinds(
    session: Session, incident_id: int, kinds: Collection[str], *, after: int = 0
) -> list[TimelineEvent]:
    """The events of these kinds (beyond the sequence number `after`), oldest first."""
    return list(
        session.scalars(
            select(TimelineEvent)
            .where(
                TimelineEvent.incident_id == incident_id,
                TimelineEvent.seq > after,
                TimelineEvent.kind.in_(kinds),
            )
            .order_by(TimelineEvent.seq)
        )
    )
