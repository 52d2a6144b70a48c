"""Timers: what must happen at a time, as rows, so that a restart of any length loses none."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, and_, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime

# Written out, not bound: only so do both databases see that the partial index serves.
_IS_DUE = text("timers.state = 'due'")


class Timer(Base):
    """State: due fired cancelled failed. `name` is unique: the same timer is never set twice.

    `set_at` is by the clock of whoever set it. `data["owed_at"]` is there once it fired, if the
    clock had jumped over `due_at`.
    """

    __tablename__ = "timers"
    __table_args__ = (
        Index(
            "ix_timers_due",
            "due_at",
            sqlite_where=text("state = 'due'"),
            postgresql_where=text("state = 'due'"),
        ),
        # A timer set anew is never taken for the one before it: no number comes twice.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="due")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    set_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def owed_at(self) -> datetime:
        """When it really came due. What is late because the clock was set forward is not late."""
        owed = self.data.get("owed_at")
        return datetime.fromisoformat(owed) if owed else self.due_at


def find(session: Session, name: str) -> Timer | None:
    return session.scalars(select(Timer).where(Timer.name == name)).one_or_none()


def set_anew(session: Session, timer: Timer) -> Timer:
    """One of this name that was set before counts no more.

    It is always a new row: while a clock that was set back catches up, old rows go by the clock
    of before.
    """
    before = find(session, timer.name)
    if before is not None:
        session.delete(before)
        session.flush()
    session.add(timer)
    session.flush()
    return timer


@dataclass(frozen=True, slots=True)
class Ahead:
    """Timers from the id `first` up to `last` were set by a clock that was later set back `by` so
    much."""

    first: int
    last: int
    by: timedelta

    def covers(self, timer_id: int) -> bool:
        return self.first <= timer_id <= self.last


def next_due(
    session: Session,
    now: datetime,
    *,
    first: Collection[str] = (),
    but_not: Collection[int] = (),
    ahead: Sequence[Ahead] = (),
) -> Timer | None:
    """The oldest timer that is due, the kinds `first` before all others. It is unlocked: lock its
    incident first, then look again."""
    by_then = [and_(Timer.id.between(a.first, a.last), Timer.due_at <= now + a.by) for a in ahead]
    return session.scalars(
        select(Timer)
        .where(_IS_DUE, or_(Timer.due_at <= now, *by_then), Timer.id.not_in(but_not))
        .order_by(Timer.kind.not_in(first), Timer.due_at, Timer.id)
        .limit(1)
    ).one_or_none()


def still_due(session: Session, timer_id: int) -> Timer | None:
    """The timer, unless it fired or was cancelled meanwhile. Its incident must be locked."""
    return session.scalars(
        select(Timer)
        .where(Timer.id == timer_id, Timer.state == "due")
        .execution_options(populate_existing=True)
    ).one_or_none()


def of_incident(session: Session, incident_id: int) -> list[Timer]:
    """The timers of an incident that have not fired yet."""
    return list(
        session.scalars(
            select(Timer)
            .where(Timer.incident_id == incident_id, Timer.state == "due")
            .order_by(Timer.due_at)
        )
    )


def next_at(session: Session) -> datetime | None:
    """When the next timer is due."""
    return session.scalar(select(func.min(Timer.due_at)).where(_IS_DUE))


def newest_id(session: Session) -> int:
    """The id of the timer that was set last."""
    return session.scalar(select(func.max(Timer.id))) or 0


def strays(session: Session, after: datetime) -> dict[int, datetime]:
    """Those that were set later than `after`, by their own clock, and when: none, as long as no
    clock was set back."""
    rows = session.execute(select(Timer.id, Timer.set_at).where(_IS_DUE, Timer.set_at > after))
    return {row.id: row.set_at for row in rows}


def overdue(session: Session, now: datetime) -> tuple[int, datetime | None]:
    """How many should have fired by `now`, and since when the oldest of them."""
    query = select(func.count(), func.min(Timer.due_at)).where(_IS_DUE, Timer.due_at <= now)
    count, oldest = session.execute(query).one()
    return count, oldest
