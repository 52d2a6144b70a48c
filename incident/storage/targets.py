"""Page targets: the names a checklist may page, and the secret that reaches each of them."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, select
from sqlalchemy.exc import IntegrityError
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


def find(session: Session, name: str, *, lock: bool = False) -> Target | None:
    """The target of this name, if there is one; `lock` when it is about to change."""
    query = select(Target).where(Target.name == name)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def find_or_make(session: Session, name: str, at: datetime) -> Target:
    """The target of this name, for change. Of two who make it at once, both get the same one."""
    found = find(session, name, lock=True)
    if found is None:
        with suppress(IntegrityError), session.begin_nested():
            session.add(Target(name=name, phones=[], created_at=at, updated_at=at))
        found = get(session, name)
    return found


def get(session: Session, name: str) -> Target:
    """The target of this name, for change."""
    return session.scalars(select(Target).where(Target.name == name).with_for_update()).one()


def every(session: Session) -> list[Target]:
    """All targets by name."""
    return list(session.scalars(select(Target).order_by(Target.name)))


def backups(session: Session) -> dict[str, str]:
    """Every target's backup, by its name; empty where there is none."""
    rows = session.execute(select(Target.name, Target.backup))
    return {row.name: row.backup for row in rows}


def secret_of(session: Session, routing_key_id: int) -> str:
    """The encrypted routing key."""
    return session.get_one(RoutingKey, routing_key_id).secret
