"""Workers: who empties the outbox, and when each last gave a sign of life."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime

FORGOTTEN_AFTER = timedelta(days=1)
AHEAD = timedelta(minutes=1)


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


def last_jump(session: Session) -> tuple[datetime, int] | None:
    """When a worker last saw its clock jump, and by how many seconds."""
    row = session.execute(
        select(Worker.jumped_at, Worker.jumped_seconds)
        .where(Worker.jumped_at.is_not(None))
        .order_by(Worker.jumped_at.desc())
        .limit(1)
    ).one_or_none()
    return (row.jumped_at, row.jumped_seconds) if row is not None else None


def count(session: Session, since: datetime) -> int:
    """How many have given a sign of life since then."""
    query = select(func.count()).select_from(Worker).where(Worker.beat_at >= since)
    return session.scalars(query).one()


def beat(
    session: Session,
    name: str,
    *,
    started_at: datetime,
    at: datetime,
    jump: tuple[datetime, int] | None = None,
) -> None:
    """A sign of life, and the last `jump` of the clock if it made one.

    Workers that died without a word are forgotten after a day.
    """
    silent = Worker.beat_at < at - FORGOTTEN_AFTER
    session.execute(delete(Worker).where(silent, Worker.name != name))
    row = Worker(name=name, started_at=started_at, beat_at=at)
    if jump is not None:
        row.jumped_at, row.jumped_seconds = jump
    session.merge(row)


def forget_ahead(session: Session, at: datetime) -> None:
    """Whoever beat in the future, where a clock stood that was set back. If it lives, it beats
    again. Not before all threads have begun: its beat says by how much the clock was set."""
    session.execute(delete(Worker).where(Worker.beat_at > at + AHEAD))


def leave(session: Session, name: str) -> None:
    """It was stopped on purpose."""
    session.execute(delete(Worker).where(Worker.name == name))
