"""Updates: what was said about an incident to everybody who waits for news, and to whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class Update(Base):
    """One CAN report: conditions, actions, needs. `wordings` is what each audience was told
    (responders, executives, customers), empty where it was told nothing. `seq` is its line on
    the timeline, `promised_at` when the next one was promised."""

    __tablename__ = "updates"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    seq: Mapped[int]
    conditions: Mapped[str]
    actions: Mapped[str] = mapped_column(default="")
    needs: Mapped[str] = mapped_column(default="")
    wordings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    was_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    promised_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    written_by: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)


def of_incident(session: Session, incident_id: int) -> list[Update]:
    """All of them, oldest first."""
    return list(
        session.scalars(select(Update).where(Update.incident_id == incident_id).order_by(Update.id))
    )


def get(session: Session, incident_id: int, seq: int) -> Update:
    """The update whose line on the timeline is `seq`. Raises NoResultFound."""
    found = session.scalars(
        select(Update).where(Update.incident_id == incident_id, Update.seq == seq)
    ).one_or_none()
    if found is None:
        raise NoResultFound(f"There is no update {seq}.")
    return found


def newest(session: Session, incident_id: int) -> Update | None:
    return session.scalars(
        select(Update).where(Update.incident_id == incident_id).order_by(Update.id.desc()).limit(1)
    ).one_or_none()
