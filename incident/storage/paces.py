"""Paces: when the next message may go to a place, and until when a vendor wants to hear none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.rules.paces import ALL, Gap
from incident.storage.db import Base, UTCDateTime, find_or_add

CROWDED = "crowded"


class Pace(Base):
    """One per place that takes only so much: "slack/C024BE91L" for a channel, "slack/*" for the
    whole workspace. Nothing is sent there before `free_at`. Of a place that is known by a name,
    `stands_for` is the place behind it, once Slack told."""

    __tablename__ = "paces"

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(unique=True)
    free_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(default="")
    stands_for: Mapped[str] = mapped_column(default="", server_default="")


@dataclass(frozen=True, slots=True)
class Taken:
    """The places that take nothing just now, and from when on they do again."""

    until: Mapping[str, datetime] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def everything(self) -> bool:
        return ALL in self.until

    @property
    def lines(self) -> list[str]:
        """Posts to a channel by its name wait for those by its id, and the other way round."""
        known = [name for name, place in self.names.items() if place in self.until]
        return [place for place in self.until if not place.startswith(ALL)] + known

    @property
    def actions(self) -> list[str]:
        methods = f"{ALL}/"
        return [place.removeprefix(methods) for place in self.until if place.startswith(methods)]

    def not_before(self, line: str, action: str, moment: datetime) -> datetime:
        places = (line, self.names.get(line, line), f"{ALL}/{action}", ALL)
        return max(moment, *(self.until.get(place, moment) for place in places))


def taken(session: Session, now: datetime) -> Taken:
    """One question."""
    rows = session.execute(
        select(Pace.place, Pace.free_at, Pace.stands_for).where(
            or_(Pace.free_at > now, Pace.stands_for != "")
        )
    ).all()
    return Taken(
        {row.place: row.free_at for row in rows if row.free_at > now},
        {row.place: row.stands_for for row in rows if row.stands_for},
    )


def take(session: Session, gaps: Sequence[Gap], names: Mapping[str, str], now: datetime) -> bool:
    """Make room for one more in all of these places, or in none and say so."""
    asked = sorted(gaps, key=lambda gap: gap.place)
    rows = [_find_or_make(session, names.get(gap.place, gap.place), now) for gap in asked]
    if any(row.free_at > now for row in rows):
        return False
    for gap, row in zip(asked, rows, strict=True):
        row.free_at = max(row.free_at, now - gap.burst * gap.length) + gap.length
        row.reason = ""
    return True


def hold(session: Session, place: str, *, until: datetime, now: datetime, reason: str) -> None:
    """Send nothing there before `until`."""
    row = _find_or_make(session, place, now)
    row.free_at, row.reason = max(row.free_at, until), reason


def held(session: Session, now: datetime, *, reason: str) -> list[str]:
    """The places that are held for this reason."""
    query = select(Pace.place).where(Pace.free_at > now, Pace.reason == reason)
    return list(session.scalars(query))


def learn(session: Session, name: str, place: str, *, until: datetime, now: datetime) -> None:
    """Slack told what stands behind a name. What went there by its name went to the place."""
    row = _find_or_make(session, name, now)
    if row.stands_for != place:
        row.stands_for = place
        hold(session, place, until=until, now=now, reason="")


def sweep(session: Session, before: datetime) -> None:
    """Places where nothing was sent for long."""
    session.execute(delete(Pace).where(Pace.free_at < before, func.length(Pace.stands_for) == 0))


def _find_or_make(session: Session, place: str, now: datetime) -> Pace:
    fresh = Pace(place=place, free_at=now - timedelta(days=1), reason="")
    return find_or_add(session, select(Pace).where(Pace.place == place), fresh)
