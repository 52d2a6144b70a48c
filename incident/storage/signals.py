"""Signals: everything inbound, kept raw before anyone reads it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class Signal(Base):
    """State: new ignored rehearsed opened joined asked noted failed.

    `delivery_key` is the vendor's id of this delivery, `key` that of the thing itself
    (team:channel:ts): the same message may arrive as several deliveries.
    """

    __tablename__ = "signals"
    __table_args__ = (
        UniqueConstraint("integration", "delivery_key"),
        Index("ix_signals_integration_key", "integration", "key"),
        Index("ix_signals_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    integration: Mapped[str]
    delivery_key: Mapped[str]
    key: Mapped[str] = mapped_column(default="")
    raw: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(default="new")
    reason: Mapped[str] = mapped_column(default="")
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)


def by_delivery(session: Session, integration: str, delivery_key: str) -> Signal | None:
    return session.scalars(
        select(Signal).where(Signal.integration == integration, Signal.delivery_key == delivery_key)
    ).one_or_none()


def by_key(session: Session, integration: str, key: str) -> list[Signal]:
    """Every delivery of one thing, oldest first."""
    return list(
        session.scalars(
            select(Signal)
            .where(Signal.integration == integration, Signal.key == key)
            .order_by(Signal.id)
        )
    )


def waiting(session: Session, limit: int = 50) -> list[Signal]:
    """Kept but not read yet, oldest first."""
    return list(
        session.scalars(
            select(Signal)
            .where(Signal.state == "new")
            .order_by(Signal.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )


def newest(session: Session, limit: int = 50) -> list[Signal]:
    """What came in lately, newest first."""
    return list(session.scalars(select(Signal).order_by(Signal.id.desc()).limit(limit)))


def rehearsed(session: Session, channel: str, since: datetime) -> list[Signal]:
    """What a dry run of this Slack channel would have acted on, newest first."""
    return list(
        session.scalars(
            select(Signal)
            .where(
                Signal.integration == "slack",
                Signal.state == "rehearsed",
                Signal.key.like(f"%:{channel}:%"),
                Signal.received_at >= since,
            )
            .order_by(Signal.id.desc())
            .limit(50)
        )
    )
