"""Checklists and their revisions. A revision is never edited; only a published one can run."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class Checklist(Base):
    """The written procedure. `published` is the number of the revision that runs, if any."""

    __tablename__ = "checklists"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    owner: Mapped[str] = mapped_column(default="")
    published: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Revision(Base):
    """One version, as written (`source`) and as its `lines`, ready to be copied into a run."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("checklist_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklists.id"))
    number: Mapped[int]
    title: Mapped[str]
    source: Mapped[str]
    front: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    message: Mapped[str] = mapped_column(default="")
    author: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    published_by: Mapped[str | None]


def find(session: Session, slug: str) -> Checklist | None:
    return session.scalars(select(Checklist).where(Checklist.slug == slug)).one_or_none()


def get(session: Session, slug: str, *, lock: bool = False) -> Checklist:
    """The checklist of this slug; `lock` when it is about to change."""
    query = select(Checklist).where(Checklist.slug == slug)
    return session.scalars(query.with_for_update() if lock else query).one()


def every(session: Session) -> list[Checklist]:
    """All checklists in use, by title."""
    return list(
        session.scalars(
            select(Checklist).where(Checklist.archived_at.is_(None)).order_by(Checklist.title)
        )
    )


def revision(session: Session, checklist_id: int, number: int) -> Revision:
    return session.scalars(
        select(Revision).where(Revision.checklist_id == checklist_id, Revision.number == number)
    ).one()


def revisions(session: Session, checklist_id: int) -> list[Revision]:
    """Newest first."""
    return list(
        session.scalars(
            select(Revision)
            .where(Revision.checklist_id == checklist_id)
            .order_by(Revision.number.desc())
        )
    )


def last_number(session: Session, checklist_id: int) -> int:
    query = select(func.max(Revision.number)).where(Revision.checklist_id == checklist_id)
    return session.scalar(query) or 0


def published(session: Session, slug: str) -> Revision | None:
    """The revision that runs under this slug now."""
    return session.scalars(
        select(Revision)
        .join(Checklist, Checklist.id == Revision.checklist_id)
        .where(Checklist.slug == slug, Revision.number == Checklist.published)
    ).one_or_none()


def all_published(session: Session) -> list[tuple[Checklist, Revision]]:
    """Every checklist in use with the revision that runs, by title."""
    rows = session.execute(
        select(Checklist, Revision)
        .join(
            Revision,
            (Revision.checklist_id == Checklist.id) & (Revision.number == Checklist.published),
        )
        .where(Checklist.archived_at.is_(None))
        .order_by(Checklist.title)
    )
    return [(row[0], row[1]) for row in rows]
