"""Left lines: what the desk pinned in a channel whose rule is gone, until it is taken back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class LeftLine(Base):
    """One message of ours that promises what no rule does any more. Without `due_at` it is due."""

    __tablename__ = "left_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(index=True)
    channel_name: Mapped[str]
    ts: Mapped[str]
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def get(session: Session, number: int) -> LeftLine | None:
    return session.get(LeftLine, number, with_for_update=True)


def of_channel(session: Session, channel: str) -> list[LeftLine]:
    """The oldest first."""
    query = select(LeftLine).where(LeftLine.channel == channel).order_by(LeftLine.id)
    return list(session.scalars(query.with_for_update()))


def due(session: Session, at: datetime, *, lock: bool = False) -> list[LeftLine]:
    """`lock` for change: what somebody else has in hand is left out."""
    is_due = LeftLine.due_at.is_(None) | (LeftLine.due_at <= at)
    query = select(LeftLine).where(is_due).order_by(LeftLine.id)
    return list(session.scalars(query.with_for_update(skip_locked=True) if lock else query))
