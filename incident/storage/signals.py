"""Signals: everything inbound, kept raw before anyone reads it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime

INSERT: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Signal(Base):
    """State: new ignored rehearsed opened joined asked noted failed.

    `delivery_key` is the vendor's id of this delivery, `key` that of the thing itself
    (team:channel:ts): the same message may arrive as several deliveries. `tries` counts how
    often reading it has failed.
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
    tries: Mapped[int] = mapped_column(default=0)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)


def keep(
    session: Session,
    *,
    integration: str,
    delivery_key: str,
    key: str = "",
    raw: dict[str, Any],
    at: datetime,
) -> Signal | None:
    """A new row, or None if this delivery is kept already. Of two at once, one waits and gets
    None."""
    insert = INSERT[session.get_bind().dialect.name]
    kept = {"integration": integration, "delivery_key": delivery_key, "key": key, "raw": raw}
    statement = insert(Signal).values(received_at=at, **kept).on_conflict_do_nothing()
    found: Signal | None = session.scalars(statement.returning(Signal)).one_or_none()
    return found


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


def of_incident(session: Session, incident_id: int, state: str) -> list[Signal]:
    """What opened, joined or was asked about this incident, oldest first."""
    return list(
        session.scalars(
            select(Signal)
            .where(Signal.incident_id == incident_id, Signal.state == state)
            .order_by(Signal.id)
        )
    )


def count_joined(session: Session, incident_id: int) -> int:
    """How many further messages became part of this incident."""
    query = select(func.count()).select_from(Signal)
    return session.scalars(
        query.where(Signal.incident_id == incident_id, Signal.state == "joined")
    ).one()


def find(session: Session, signal_id: int) -> Signal | None:
    """The signal as it is now. Whoever decides over it holds its incident's lock."""
    return session.scalars(
        select(Signal).where(Signal.id == signal_id).execution_options(populate_existing=True)
    ).one_or_none()


def teams(session: Session, integration: str, limit: int = 500) -> list[str]:
    """What the vendor has called our workspace lately, newest first: in a channel that is shared
    it is called by more than one name."""
    query = select(Signal.key).where(Signal.integration == integration, Signal.key != "")
    told = session.scalars(query.order_by(Signal.id.desc()).limit(limit))
    return list(dict.fromkeys(team for key in told if (team := key.partition(":")[0])))


def states(session: Session, integration: str, names: Collection[str]) -> dict[str, set[str]]:
    """What became of those of these that are kept: keys of things, or of deliveries."""
    found: dict[str, set[str]] = {}
    for column in (Signal.key, Signal.delivery_key):
        query = select(column, Signal.state).where(Signal.integration == integration)
        for name, state in session.execute(query.where(column.in_(names))):
            found.setdefault(name, set()).add(state)
    return found


def waiting(
    session: Session, *, leave_since: datetime, leave_until: datetime, limit: int = 10
) -> list[int]:
    """The ids of what was kept but not read yet, oldest first: not what came between these two.
    What is dated later than now came by a clock that was wrong, and has waited enough."""
    query = select(Signal.id).where(
        Signal.state == "new",
        or_(Signal.received_at <= leave_since, Signal.received_at > leave_until),
    )
    return list(session.scalars(query.order_by(Signal.id).limit(limit)))


def still_waiting(session: Session, signal_id: int) -> Signal | None:
    """The signal, locked, unless it was read or somebody else has it in hand."""
    return session.scalars(
        select(Signal)
        .where(Signal.id == signal_id, Signal.state == "new")
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()


def newest(session: Session, limit: int = 50) -> list[Signal]:
    """What came in lately, newest first."""
    return list(session.scalars(select(Signal).order_by(Signal.id.desc()).limit(limit)))


def last_told(session: Session, integration: str) -> datetime | None:
    """When this vendor last told something by itself; what a sweep had to find does not count."""
    query = select(Signal.received_at).where(
        Signal.integration.startswith(integration), Signal.delivery_key.not_like("sweep:%")
    )
    return session.scalars(query.order_by(Signal.id.desc()).limit(1)).one_or_none()


def oldest_unread(session: Session) -> datetime | None:
    """Since when something waits to be read."""
    query = select(func.min(Signal.received_at)).where(Signal.state == "new")
    return session.scalar(query)


def failed(session: Session, limit: int = 50) -> list[Signal]:
    """What we could not read, newest first: a human has to."""
    return list(
        session.scalars(
            select(Signal).where(Signal.state == "failed").order_by(Signal.id.desc()).limit(limit)
        )
    )


def rehearsed(session: Session, channel: str, since: datetime) -> list[Signal]:
    """For what a dry run of this Slack channel would have paged, newest first."""
    return list(
        session.scalars(
            select(Signal)
            .where(
                Signal.integration == "slack",
                Signal.state == "rehearsed",
                Signal.reason.like("opened%"),
                Signal.key.like(f"%:{channel}:%"),
                Signal.received_at >= since,
            )
            .order_by(Signal.id.desc())
            .limit(50)
        )
    )


def in_channel(
    session: Session, integration: str, channel: str, since: datetime, limit: int
) -> list[Signal]:
    """What was told of this channel's messages since then, oldest first, the newest `limit`."""
    query = select(Signal).where(
        Signal.integration == integration,
        Signal.key.like(f"%:{channel}:%"),
        Signal.received_at >= since,
    )
    return list(session.scalars(query.order_by(Signal.id.desc()).limit(limit)))[::-1]


def sweep(session: Session, before: datetime) -> None:
    """Forget what nobody called for help with: it is other people's conversation."""
    session.execute(delete(Signal).where(Signal.state == "ignored", Signal.received_at < before))


def nameless(session: Session, integration: str, limit: int = 20) -> list[Signal]:
    """Those whose vendor has to be asked which of our things they mean, oldest first."""
    return list(
        session.scalars(
            select(Signal)
            .where(Signal.integration == integration, Signal.state == "asked")
            .order_by(Signal.id)
            .limit(limit)
        )
    )
