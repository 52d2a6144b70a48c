"""Members of private incidents: who may see them at all, besides the admins."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class IncidentMember(Base):
    """One person who may see one private incident. Taking somebody off deletes the row; the
    timeline tells both."""

    __tablename__ = "incident_members"
    __table_args__ = (UniqueConstraint("incident_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    added_by: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)


def of_incident(session: Session, incident_id: int) -> list[IncidentMember]:
    return list(
        session.scalars(
            select(IncidentMember)
            .where(IncidentMember.incident_id == incident_id)
            .order_by(IncidentMember.id)
        )
    )


def find(session: Session, incident_id: int, person_id: int) -> IncidentMember | None:
    return session.scalars(
        select(IncidentMember).where(
            IncidentMember.incident_id == incident_id, IncidentMember.person_id == person_id
        )
    ).one_or_none()


def of_person(session: Session, person_id: int) -> set[int]:
    """The ids of the private incidents that this person may see."""
    return set(
        session.scalars(
            select(IncidentMember.incident_id).where(IncidentMember.person_id == person_id)
        )
    )
