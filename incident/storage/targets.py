"""Page targets: the names a checklist may page, and the secret that reaches each of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class Target(Base):
    """Somebody who can be woken. `phones` is [{"name", "phone"}, ...] in the order to call."""

    __tablename__ = "targets"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")
    service_id: Mapped[str] = mapped_column(default="")
    backup: Mapped[str] = mapped_column(default="")
    urgency: Mapped[str] = mapped_column(default="high")
    zone: Mapped[str] = mapped_column(default="UTC")
    phones: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    phones_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    routing_key_id: Mapped[int | None] = mapped_column(ForeignKey("routing_keys.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @property
    def connected(self) -> bool:
        return self.routing_key_id is not None


class RoutingKey(Base):
    """A PagerDuty routing key, encrypted. A replaced one stays: old pages still need it."""

    __tablename__ = "routing_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[str]


def find(session: Session, name: str) -> Target | None:
    return session.scalars(select(Target).where(Target.name == name)).one_or_none()


def every(session: Session) -> list[Target]:
    """All targets by name."""
    return list(session.scalars(select(Target).order_by(Target.name)))


def secret_of(session: Session, routing_key_id: int) -> str:
    """The encrypted routing key."""
    return session.get_one(RoutingKey, routing_key_id).secret
