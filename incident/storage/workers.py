"""Workers: who empties the outbox, and when each last gave a sign of life."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class Worker(Base):
    """One process that sends."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    beat_at: Mapped[datetime] = mapped_column(UTCDateTime)


def last_beat(session: Session) -> datetime | None:
    """The freshest sign of life of any worker."""
    return session.scalar(select(func.max(Worker.beat_at)))
