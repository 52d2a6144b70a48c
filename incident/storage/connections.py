"""Connections: what a person typed here so that we reach a vendor, and what we keep encrypted."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime, find_or_add


class Connection(Base):
    """One per vendor. `secrets` is one sealed JSON object, or empty; `settings` may be shown."""

    __tablename__ = "connections"

    id: Mapped[int] = mapped_column(primary_key=True)
    vendor: Mapped[str] = mapped_column(unique=True)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    secrets: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_by: Mapped[str]


def find(session: Session, vendor: str, *, lock: bool = False) -> Connection | None:
    """What is known of this vendor; `lock` when it is about to change."""
    query = select(Connection).where(Connection.vendor == vendor)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def find_or_make(session: Session, vendor: str, by: str, at: datetime) -> Connection:
    """The same, for change. Of two who make it at once, both get the same one."""
    fresh = Connection(vendor=vendor, settings={}, updated_at=at, updated_by=by)
    return find_or_add(session, select(Connection).where(Connection.vendor == vendor), fresh)
