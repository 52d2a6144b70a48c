"""Workers: who empties the outbox, and when each last gave a sign of life."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime

FORGOTTEN_AFTER = timedelta(days=1)


class Worker(Base):
    """One process that sends. `jumped_seconds` is by how much its clock jumped at `jumped_at`."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    beat_at: Mapped[datetime] = mapped_column(UTCDateTime)
    jumped_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    jumped_seconds: Mapped[int] = mapped_column(default=0, server_default="0")


def last_beat(session: Session) -> datetime | None:
    """The freshest sign of life of any worker."""
    return session.scalar(select(func.max(Worker.beat_at)))


def beat(session: Session, name: str, *, started_at: datetime, at: datetime) -> None:
    """A sign of life. Workers that died without a word are forgotten after a day."""
    session.execute(delete(Worker).where(Worker.beat_at < at - FORGOTTEN_AFTER))
    session.merge(Worker(name=name, started_at=started_at, beat_at=at))


def leave(session: Session, name: str) -> None:
    """It was stopped on purpose."""
    session.execute(delete(Worker).where(Worker.name == name))
