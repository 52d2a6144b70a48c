"""Steps: one checklist item, live in an incident."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime


class Step(Base):
    """`number` is its name in the incident for ever; `position` is its place in the run.

    `parent` is the number of the step it hangs under; `branch` the answer that makes it count.
    `changed_seq` is the timeline's number when it last looked different on screen,
    `outcome_seq` when somebody last settled, answered, reopened or reached it. `claimed_by` is
    whoever is on it since `claimed_at`, and last gave a sign of that at `claim_active_at`.
    """

    __tablename__ = "steps"
    __table_args__ = (UniqueConstraint("incident_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), index=True)
    number: Mapped[int]
    position: Mapped[int]
    kind: Mapped[str]
    title: Mapped[str]
    body: Mapped[str] = mapped_column(default="")
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    section: Mapped[str] = mapped_column(default="")
    section_slug: Mapped[str] = mapped_column(default="")
    depth: Mapped[int] = mapped_column(default=0)
    parent: Mapped[int | None]
    branch: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="pending")
    value: Mapped[str | None]
    reason: Mapped[str | None]
    settled_by: Mapped[str | None]
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reached_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    current_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    claimed_by: Mapped[str | None]
    claimed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    claim_active_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    changed_seq: Mapped[int] = mapped_column(default=0)
    outcome_seq: Mapped[int] = mapped_column(default=0)


def of_incident(session: Session, incident_id: int) -> list[Step]:
    """Every step of an incident: run after run, each in its own order."""
    return list(
        session.scalars(
            select(Step).where(Step.incident_id == incident_id).order_by(Step.run_id, Step.position)
        )
    )


def of_run_with(session: Session, incident_id: int, number: int) -> list[Step]:
    """The steps of the run that holds step `number`, in order."""
    run_id = (
        select(Step.run_id)
        .where(Step.incident_id == incident_id, Step.number == number)
        .scalar_subquery()
    )
    found = session.scalars(
        select(Step)
        .where(Step.run_id == run_id)
        .order_by(Step.position)
        .execution_options(populate_existing=True)
    )
    steps = list(found)
    if not steps:
        raise NoResultFound(f"INC-{incident_id} has no step {number}.")
    return steps


def of_incidents(session: Session, ids: Collection[int]) -> list[Step]:
    """The steps of several incidents at once, for a list that draws their progress."""
    if not ids:
        return []
    return list(
        session.scalars(
            select(Step)
            .where(Step.incident_id.in_(ids))
            .order_by(Step.incident_id, Step.run_id, Step.position)
        )
    )


def changed_after(session: Session, incident_id: int, seq: int) -> list[Step]:
    """The steps that look different since the timeline's number `seq`, in order."""
    return list(
        session.scalars(
            select(Step)
            .where(Step.incident_id == incident_id, Step.changed_seq > seq)
            .order_by(Step.run_id, Step.position)
        )
    )


def claimed(session: Session, incident_id: int) -> list[Step]:
    """The steps that somebody is on."""
    found = select(Step).where(Step.incident_id == incident_id, Step.claimed_by.is_not(None))
    return list(session.scalars(found))


def of_run(session: Session, run_id: int) -> list[Step]:
    """The steps of one run, in order."""
    return list(session.scalars(select(Step).where(Step.run_id == run_id).order_by(Step.position)))


def first_current(session: Session, incident_id: int) -> int | None:
    """The number of the step that a page puts in hand."""
    found = select(Step.number).where(Step.incident_id == incident_id, Step.state == "current")
    return session.scalars(found.order_by(Step.run_id).limit(1)).first()
