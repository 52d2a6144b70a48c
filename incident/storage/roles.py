"""Roles: who commands, who writes, who speaks, and since when."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class Role(Base):
    """One person holding one role of one incident, until `ended_at`."""

    __tablename__ = "roles"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    name: Mapped[str]
    person: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    taken_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def held(session: Session, incident_id: int) -> list[Role]:
    """The roles held now."""
    return held_in(session, [incident_id])


def held_in(session: Session, ids: Collection[int]) -> list[Role]:
    """The roles held now in several incidents."""
    if not ids:
        return []
    return list(
        session.scalars(
            select(Role)
            .where(Role.incident_id.in_(ids), Role.ended_at.is_(None))
            .order_by(Role.taken_at)
        )
    )
