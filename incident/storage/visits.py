"""Visits: how far each person has followed an incident, and where they were in it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Select, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime, find_or_add
from incident.storage.incidents import Incident


class Visit(Base):
    """One person in one incident. They have seen its timeline up to `seq`; `step` was in hand for
    them `since` then; they last had it before them at `seen_at`, with the login `login_id`."""

    __tablename__ = "visits"
    __table_args__ = (UniqueConstraint("incident_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"))
    seq: Mapped[int]
    step: Mapped[int | None]
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)


def find(session: Session, incident_id: int, person_id: int) -> Visit | None:
    return session.scalars(_of(incident_id, person_id)).one_or_none()


def find_for_change(session: Session, new: Visit) -> Visit:
    """The visit of this person to this incident, locked; `new` if there is none."""
    return find_or_add(session, _of(new.incident_id, new.person_id), new)


def catch_up(
    session: Session, incident_id: int, person_id: int, *, login_id: int, at: datetime
) -> bool:
    """They have seen everything. One statement; False if it is their first visit."""
    newest = select(Incident.last_seq).where(Incident.id == incident_id).scalar_subquery()
    mine = (Visit.incident_id == incident_id, Visit.person_id == person_id)
    moved = update(Visit).where(*mine).values(seq=newest, login_id=login_id, seen_at=at)
    moved = moved.returning(Visit.id).execution_options(synchronize_session=False)
    return session.scalar(moved) is not None


def _of(incident_id: int, person_id: int) -> Select[Visit]:
    return select(Visit).where(Visit.incident_id == incident_id, Visit.person_id == person_id)
