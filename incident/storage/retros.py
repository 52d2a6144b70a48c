"""Retros: what people write about an incident afterwards, and what they promise to change."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ColumnElement, Date, ForeignKey, UniqueConstraint, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime
from incident.storage.incidents import Incident

OWING = ("sev1", "sev2")
OVER = ("resolved", "closed")


class Retro(Base):
    """The words about one incident. State: draft published."""

    __tablename__ = "retros"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), unique=True)
    state: Mapped[str] = mapped_column(default="draft", index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    published_by: Mapped[str | None]


class RetroSection(Base):
    """A section somebody wrote in. `version` counts the saves; a section without a row is at 0.

    `drawn` is what the record itself would have said there when they last saved: once it would
    say something else, there are new facts since they wrote.
    """

    __tablename__ = "retro_sections"
    __table_args__ = (UniqueConstraint("retro_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    retro_id: Mapped[int] = mapped_column(ForeignKey("retros.id"))
    name: Mapped[str]
    position: Mapped[int]
    text: Mapped[str]
    drawn: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_by: Mapped[str]


class RetroEdit(Base):
    """A text that is not in its section: what stood there before, or what arrived too late.

    Fate: replaced refused. `version` is the one it was, or the one its writer had on screen.
    """

    __tablename__ = "retro_edits"

    id: Mapped[int] = mapped_column(primary_key=True)
    retro_id: Mapped[int] = mapped_column(ForeignKey("retros.id"), index=True)
    section: Mapped[str]
    version: Mapped[int]
    text: Mapped[str]
    fate: Mapped[str] = mapped_column(default="replaced")
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)
    written_by: Mapped[str]


class ActionItem(Base):
    """What somebody will change. Kind: detect prevent mitigate process checklist.

    State: open done dropped. `step` is the step of the incident that it came from, if any.
    """

    __tablename__ = "action_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    retro_id: Mapped[int] = mapped_column(ForeignKey("retros.id"), index=True)
    text: Mapped[str]
    kind: Mapped[str]
    step: Mapped[int | None]
    owner: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(default="open")
    link: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[str]
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def of_incident(session: Session, incident_id: int) -> Retro | None:
    return session.scalars(select(Retro).where(Retro.incident_id == incident_id)).one_or_none()


def begin(session: Session, incident: Incident, *, at: datetime) -> Retro:
    """The retro of an incident that is locked, made when there is none yet."""
    retro = of_incident(session, incident.id)
    if retro is None:
        retro = Retro(incident_id=incident.id, state="draft", created_at=at)
        session.add(retro)
        session.flush()
    return retro


def of_incidents(session: Session, ids: Collection[int]) -> list[Retro]:
    """The retros of several incidents at once."""
    if not ids:
        return []
    return list(session.scalars(select(Retro).where(Retro.incident_id.in_(ids))))


def is_owed(session: Session, incident: Incident) -> bool:
    """Whether someone must still publish a retro for it, or say why there will be none."""
    if incident.mode != "live" or incident.severity not in OWING:
        return False
    return incident.retro_waived is None and not session.scalar(
        select(exists().where(Retro.incident_id == incident.id, Retro.state == "published"))
    )


def incidents_owing(
    session: Session, limit: int = 200, *, among: ColumnElement[bool]
) -> list[Incident]:
    """The incidents that are over and still owe a retro, the longest waiting first."""
    published = exists().where(Retro.incident_id == Incident.id, Retro.state == "published")
    return list(
        session.scalars(
            select(Incident)
            .where(
                among,
                Incident.status.in_(OVER),
                Incident.mode == "live",
                Incident.severity.in_(OWING),
                Incident.retro_waived.is_(None),
                ~published,
            )
            .order_by(Incident.id)
            .limit(limit)
        )
    )


def incidents_begun(
    session: Session, limit: int = 200, *, among: ColumnElement[bool]
) -> list[Incident]:
    """The incidents whose retro somebody has begun or waived, newest first."""
    begun = exists().where(Retro.incident_id == Incident.id)
    return list(
        session.scalars(
            select(Incident)
            .where(among, begun | Incident.retro_waived.is_not(None))
            .order_by(Incident.id.desc())
            .limit(limit)
        )
    )


def sections(session: Session, retro_id: int) -> list[RetroSection]:
    """What somebody has written, in the order of the document."""
    return list(
        session.scalars(
            select(RetroSection)
            .where(RetroSection.retro_id == retro_id)
            .order_by(RetroSection.position)
        )
    )


def section(session: Session, retro_id: int, name: str) -> RetroSection | None:
    """One section, if somebody has written in it."""
    return session.scalars(
        select(RetroSection).where(RetroSection.retro_id == retro_id, RetroSection.name == name)
    ).one_or_none()


def edits(session: Session, retro_id: int, section: str, limit: int = 200) -> list[RetroEdit]:
    """The former and the refused texts of a section, newest first."""
    return list(
        session.scalars(
            select(RetroEdit)
            .where(RetroEdit.retro_id == retro_id, RetroEdit.section == section)
            .order_by(RetroEdit.id.desc())
            .limit(limit)
        )
    )


def action_item(session: Session, retro_id: int, item_id: int) -> ActionItem:
    return session.scalars(
        select(ActionItem).where(ActionItem.retro_id == retro_id, ActionItem.id == item_id)
    ).one()


def action_items(session: Session, retro_id: int) -> list[ActionItem]:
    """The action items in the order in which they were written down."""
    return list(
        session.scalars(
            select(ActionItem).where(ActionItem.retro_id == retro_id).order_by(ActionItem.id)
        )
    )


def action_items_of(session: Session, retro_ids: Collection[int]) -> list[ActionItem]:
    """The action items of several retros at once."""
    if not retro_ids:
        return []
    return list(
        session.scalars(
            select(ActionItem).where(ActionItem.retro_id.in_(retro_ids)).order_by(ActionItem.id)
        )
    )
