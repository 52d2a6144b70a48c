"""Answers already given: a request repeated with the same Idempotency-Key gets the first one."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class Answer(Base):
    """What was answered to `actor` for `key`. `request` tells a reused key from a repeat."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("actor", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    actor: Mapped[str]
    key: Mapped[str]
    request: Mapped[str]
    status: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    location: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


def find(session: Session, *, actor: str, key: str) -> Answer | None:
    return session.scalars(
        select(Answer).where(Answer.actor == actor, Answer.key == key)
    ).one_or_none()


def sweep(session: Session, before: datetime) -> None:
    """Forget the answers given before this moment: nobody repeats a request for days."""
    session.execute(delete(Answer).where(Answer.created_at < before))
