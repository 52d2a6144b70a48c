"""Effects: temporary measures still in force, which somebody must undo."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class Effect(Base):
    """In force until `ended_at`. `max_seconds` is how long it may stay, if anybody said."""

    __tablename__ = "effects"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    step: Mapped[int | None]
    text: Mapped[str]
    undo: Mapped[str] = mapped_column(default="")
    max_seconds: Mapped[int | None]
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)
    began_by: Mapped[str]
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by: Mapped[str | None]


def of_incident(session: Session, incident_id: int) -> list[Effect]:
    """Every effect the incident ever had, oldest first."""
    return of_incidents(session, [incident_id])


def of_incidents(session: Session, ids: Collection[int]) -> list[Effect]:
    if not ids:
        return []
    return list(
        session.scalars(select(Effect).where(Effect.incident_id.in_(ids)).order_by(Effect.id))
    )
