"""Kept messages: what was said in Slack and put on a timeline, so that each is kept once."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class KeptMessage(Base):
    """One message on one incident's timeline, by its channel and moment.

    State: asked kept gone. `asked` until Slack has told what it says; `gone` when Slack knows no
    such message. `seq` is the timeline event that quotes it, `text` what it said last.
    """

    __tablename__ = "kept_messages"
    __table_args__ = (UniqueConstraint("incident_id", "channel", "ts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    channel: Mapped[str]
    ts: Mapped[str] = mapped_column(index=True)
    thread_ts: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="asked")
    kept_by: Mapped[str]
    way: Mapped[str]
    seq: Mapped[int | None]
    text: Mapped[str] = mapped_column(default="")
    kept_at: Mapped[datetime] = mapped_column(UTCDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def find(session: Session, incident_id: int, channel: str, ts: str) -> KeptMessage | None:
    return session.scalars(
        select(KeptMessage).where(
            KeptMessage.incident_id == incident_id,
            KeptMessage.channel == channel,
            KeptMessage.ts == ts,
        )
    ).one_or_none()


def everywhere(session: Session, channel: str, ts: str) -> list[KeptMessage]:
    """Every timeline that this message stands on."""
    return list(
        session.scalars(
            select(KeptMessage)
            .where(KeptMessage.channel == channel, KeptMessage.ts == ts)
            .order_by(KeptMessage.id)
        )
    )
