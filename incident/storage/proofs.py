"""Proofs: what we tried, and when, to know that a page would arrive."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class Proof(Base):
    """The last result of one check. `subject` is "pagerduty", "slack" or "target primary";
    `name` is the check's; `sentence` says what is wrong and what to do, empty when `ok`."""

    __tablename__ = "proofs"
    __table_args__ = (UniqueConstraint("subject", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str]
    name: Mapped[str]
    ok: Mapped[bool]
    sentence: Mapped[str] = mapped_column(default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    checked_at: Mapped[datetime] = mapped_column(UTCDateTime)


class TestEvent(Base):
    """One event sent only to see it come back. State: sending accepted heard resolved failed."""

    __tablename__ = "test_events"
    __test__ = False

    id: Mapped[int] = mapped_column(primary_key=True)
    target: Mapped[str]
    dedup_key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="sending")
    reason: Mapped[str] = mapped_column(default="")
    asked_by: Mapped[str]
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    heard_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    heard_by: Mapped[str] = mapped_column(default="")
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def every(session: Session) -> list[Proof]:
    """The newest result of every check."""
    return list(session.scalars(select(Proof).order_by(Proof.subject, Proof.id)))


def last_test(session: Session) -> TestEvent | None:
    """The newest test event, in any state."""
    return session.scalars(select(TestEvent).order_by(TestEvent.id.desc()).limit(1)).one_or_none()


def test_by_key(session: Session, dedup_key: str) -> TestEvent | None:
    """The test event that PagerDuty knows under this key."""
    return session.scalars(select(TestEvent).where(TestEvent.dedup_key == dedup_key)).one_or_none()
