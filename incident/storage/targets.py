"""Page targets: the names a checklist may page, and the secret that reaches each of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, false, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime, find_or_add


class Target(Base):
    """Somebody who can be woken. `phones` is [{"name", "phone"}, ...] in the order to call.

    `urgencies` is [{"severities", "from", "until", "urgency"}, ...], times as "22:00" in `zone`;
    the first that fits wins, `urgency` is the rest. `on_call` is who PagerDuty said is on call,
    [{"name", "email", "phone", "zone", "until"}], as of `on_call_at`. `everyone`: all of them
    must answer. `awake_seconds` after an acknowledgement without any action they are paged again
    (0: never). A page that nobody tried to send for `stale_seconds` asks a human first.
    `proving`: it is there for test events alone and is offered to nobody. `slack_channel` hears
    when a page to it is in trouble.
    """

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
    urgencies: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    on_call: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    on_call_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    everyone: Mapped[bool] = mapped_column(default=False, server_default=false())
    awake_seconds: Mapped[int] = mapped_column(default=600, server_default="600")
    stale_seconds: Mapped[int] = mapped_column(default=3600, server_default="3600")
    proving: Mapped[bool] = mapped_column(default=False, server_default=false())
    slack_channel: Mapped[str] = mapped_column(default="", server_default="")
    routing_key_id: Mapped[int | None] = mapped_column(ForeignKey("routing_keys.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @property
    def connected(self) -> bool:
        return self.routing_key_id is not None


class RoutingKey(Base):
    """A PagerDuty routing key, encrypted. A replaced one stays: old pages still need it.

    `allowance` is how many events it might still send as of `allowance_at` (a bucket that fills
    itself); until `paused_until` PagerDuty wants to hear nothing from it.
    """

    __tablename__ = "routing_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[str]
    allowance: Mapped[float] = mapped_column(default=100.0, server_default="100")
    allowance_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    paused_until: Mapped[datetime | None] = mapped_column(UTCDateTime)


def find(session: Session, name: str, *, lock: bool = False) -> Target | None:
    """The target of this name, if there is one; `lock` when it is about to change."""
    query = select(Target).where(Target.name == name)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def find_or_make(session: Session, name: str, at: datetime) -> Target:
    """The target of this name, for change. Of two who make it at once, both get the same one."""
    fresh = Target(name=name, phones=[], created_at=at, updated_at=at)
    return find_or_add(session, select(Target).where(Target.name == name), fresh)


def get(session: Session, name: str) -> Target:
    """The target of this name, for change."""
    return session.scalars(select(Target).where(Target.name == name).with_for_update()).one()


def every(session: Session) -> list[Target]:
    """All targets by name."""
    return list(session.scalars(select(Target).order_by(Target.name)))


def pageable(session: Session) -> list[Target]:
    """Whoever may be paged: all but those that are there for test events alone."""
    return [target for target in every(session) if not target.proving]


def backups(session: Session) -> dict[str, str]:
    """The backup of everybody who may be paged, by their name; empty where there is none."""
    rows = session.execute(select(Target.name, Target.backup).where(Target.proving.is_(False)))
    return {row.name: row.backup for row in rows}


def secret_of(session: Session, routing_key_id: int) -> str:
    """The encrypted routing key."""
    return session.get_one(RoutingKey, routing_key_id).secret
