"""Paces: when the next message may go to a channel, and until when a vendor wants to hear none."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class Pace(Base):
    """One per place that takes only so much: "slack/C024BE91L" for a channel, "slack/*" for the
    whole workspace. Nothing is sent there before `free_at`."""

    __tablename__ = "paces"

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(unique=True)
    free_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(default="")


def busy(session: Session, now: datetime) -> dict[str, datetime]:
    """The places that take nothing just now, and from when on they do again."""
    rows = session.execute(select(Pace.place, Pace.free_at).where(Pace.free_at > now))
    return {row.place: row.free_at for row in rows}
