"""Throttles: how often something failed lately, and until when it has to wait."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime, find_or_add


class Throttle(Base):
    """One counter. `key` names what is counted; `until` is when the next try is looked at."""

    __tablename__ = "throttles"

    key: Mapped[str] = mapped_column(primary_key=True)
    tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    until: Mapped[datetime] = mapped_column(UTCDateTime)


def lock(session: Session, key: str, at: datetime) -> Throttle:
    """The counter of this key, made if need be. Whoever asks for it next waits for us."""
    fresh = Throttle(key=key, tries=0, tried_at=at, until=at)
    return find_or_add(session, select(Throttle).where(Throttle.key == key), fresh)


def forget(session: Session, key: str) -> None:
    session.execute(delete(Throttle).where(Throttle.key == key))


def sweep(session: Session, before: datetime) -> None:
    """Drop the counters that nothing has touched since."""
    session.execute(delete(Throttle).where(Throttle.tried_at < before))
