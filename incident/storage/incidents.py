"""Incidents: the table, and what we ask of it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, false, select, true
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime

ENDED = ("resolved", "closed", "declined", "merged")
ALL = true()


class Incident(Base):
    """One emergency, from the first report to the retro.

    `last_seq` and `last_number` are the highest timeline sequence and step number given so far.
    The many times are moments of its life: null until they happen. A `private` one is seen only
    by its members and the admins. `update_due_at` is when everybody who waits is owed news, and
    `update_owed_by` the role that owes it.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        Index("ix_incidents_status_id", "status", "id"),
        Index("ix_incidents_slack_channel_status", "slack_channel", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="investigating")
    severity: Mapped[str] = mapped_column(default="unset")
    mode: Mapped[str] = mapped_column(default="live")
    service: Mapped[str] = mapped_column(default="")
    zone: Mapped[str] = mapped_column(default="UTC")
    source: Mapped[str] = mapped_column(default="web")
    reporter: Mapped[str] = mapped_column(default="")
    slack_channel: Mapped[str | None]
    slack_thread: Mapped[str | None]
    slack_link: Mapped[str | None]
    last_seq: Mapped[int] = mapped_column(default=0)
    last_number: Mapped[int] = mapped_column(default=0)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    retro_waived: Mapped[str | None]
    private: Mapped[bool] = mapped_column(default=False, server_default=false())
    update_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    update_owed_by: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    first_signal_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    declared_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    paged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    acked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    engaged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    identified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    mitigated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def key(self) -> str:
        """What people call it: INC-42."""
        return key_of(self.id)

    @property
    def open(self) -> bool:
        return self.status not in ENDED

    def next_seq(self) -> int:
        self.last_seq += 1
        return self.last_seq

    def next_number(self) -> int:
        self.last_number += 1
        return self.last_number


def key_of(incident_id: int) -> str:
    return f"INC-{incident_id}"


def id_of(key: str) -> int:
    """The row id in a key such as INC-42 (or inc-42); anything else is no incident."""
    prefix, _, digits = key.partition("-")
    if prefix.upper() != "INC" or not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise NoResultFound(f"There is no incident {key[:40]}.")
    return int(digits)


def get(session: Session, key: str) -> Incident:
    """An incident to look at."""
    return session.scalars(select(Incident).where(Incident.id == id_of(key))).one()


def lock(session: Session, key: str) -> Incident:
    """Fetch an incident for change. Commands on one incident happen one at a time."""
    return session.scalars(
        select(Incident)
        .where(Incident.id == id_of(key))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def share(session: Session, key: str) -> Incident:
    """An incident to write beside of. Whoever writes a row that belongs to it, without a lock on
    it, waits here for a command to end, and never halfway through, where each waits for the other.
    """
    return session.scalars(
        select(Incident)
        .where(Incident.id == id_of(key))
        .with_for_update(read=True, key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def lock_newest_from(session: Session, channel: str) -> Incident | None:
    """The newest live incident that is open and came from this Slack channel, for change.

    Never a private one: what is said of it below another message would tell that it is there.
    """
    return session.scalars(
        select(Incident)
        .where(
            Incident.slack_channel == channel,
            ~Incident.private,
            Incident.status.not_in(ENDED),
            Incident.mode == "live",
        )
        .order_by(Incident.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def of_thread(session: Session, channel: str, thread_ts: str) -> int | None:
    """The id of the newest incident whose receipt stands in this Slack thread."""
    return session.scalar(
        select(Incident.id)
        .where(Incident.slack_channel == channel, Incident.slack_thread == thread_ts)
        .order_by(Incident.id.desc())
        .limit(1)
    )


def newest(
    session: Session,
    *,
    statuses: Collection[str] = (),
    severities: Collection[str] = (),
    words: str = "",
    before: int | None = None,
    limit: int = 50,
    among: ColumnElement[bool] = ALL,
) -> list[Incident]:
    """Newest first, `limit` of them, below the id `before`, `among` those that may be seen."""
    query = select(Incident).where(among).order_by(Incident.id.desc()).limit(limit)
    if statuses:
        query = query.where(Incident.status.in_(statuses))
    if severities:
        query = query.where(Incident.severity.in_(severities))
    if words:
        query = query.where(Incident.title.icontains(words, autoescape=True))
    if before is not None:
        query = query.where(Incident.id < before)
    return list(session.scalars(query))


def unfinished(
    session: Session, limit: int = 100, *, among: ColumnElement[bool] = ALL
) -> list[Incident]:
    """Every incident that somebody still works on, newest first, `among` those to be seen."""
    return list(
        session.scalars(
            select(Incident)
            .where(among, Incident.status.not_in(ENDED))
            .order_by(Incident.id.desc())
            .limit(limit)
        )
    )


def last_seqs(session: Session, ids: Collection[int]) -> dict[int, int]:
    """The newest timeline number of each of these incidents."""
    rows = session.execute(select(Incident.id, Incident.last_seq).where(Incident.id.in_(ids)))
    return {row.id: row.last_seq for row in rows}
