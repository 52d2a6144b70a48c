"""Runs: one checklist revision being followed in one incident."""

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class Run(Base):
    """Pinned to a revision.

    State: active complete complete_except_deferred overridden abandoned.
    """

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    slug: Mapped[str]
    title: Mapped[str]
    revision: Mapped[int]
    state: Mapped[str] = mapped_column(default="active")
    attached_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attached_by: Mapped[str]


def of_incident(session: Session, incident_id: int) -> list[Run]:
    """The runs of an incident in the order in which they were attached."""
    return list(session.scalars(select(Run).where(Run.incident_id == incident_id).order_by(Run.id)))
