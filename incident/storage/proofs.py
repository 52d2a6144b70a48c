"""Proofs: what we tried, and when, to know that a page would arrive."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint, exists, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime, find_or_add
from incident.storage.installs import Install
from incident.storage.targets import Target

PATH, ROUND = "path", "round"


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
    """One event sent only to see it come back. State: sending accepted heard resolved failed.

    Until `settled_at` it may be open in PagerDuty, whatever became of it here.
    """

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


def find(session: Session, subject: str, name: str, *, lock: bool = False) -> Proof | None:
    query = select(Proof).where(Proof.subject == subject, Proof.name == name)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def find_or_make(session: Session, subject: str, name: str, at: datetime) -> Proof:
    """The same, for change. Of two who make it at once, both get the same one."""
    query = select(Proof).where(Proof.subject == subject, Proof.name == name)
    fresh = Proof(subject=subject, name=name, ok=True, data={}, checked_at=at)
    return find_or_add(session, query, fresh)


def standing(session: Session) -> tuple[bool, list[Proof]]:
    """Whether anybody can be paged, what is wrong, and the last proofs: in one question."""
    reachable = exists().where(Target.routing_key_id.is_not(None), Target.proving.is_(False))
    told = or_(Proof.ok.is_(False), Proof.name.in_((PATH, ROUND)))
    rows = session.execute(
        select(reachable, Proof).select_from(Install).outerjoin(Proof, told).order_by(Proof.id)
    ).all()
    return any(row[0] for row in rows), [row[1] for row in rows if row[1] is not None]


def of_subject(session: Session, subject: str) -> list[Proof]:
    return list(session.scalars(select(Proof).where(Proof.subject == subject).order_by(Proof.id)))


def unsettled(session: Session) -> list[TestEvent]:
    """Every test event that may be open in PagerDuty, oldest first."""
    query = select(TestEvent).where(TestEvent.settled_at.is_(None)).order_by(TestEvent.id)
    return list(session.scalars(query))


def get_test(session: Session, number: int, *, lock: bool = False) -> TestEvent:
    query = select(TestEvent).where(TestEvent.id == number)
    return session.scalars(query.with_for_update() if lock else query).one()
