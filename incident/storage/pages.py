"""Pages: each time we ask for a person to be woken, and what became of it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.rules.ladder import base_of
from incident.storage.db import Base, UTCDateTime

LIVE = ("promised", "accepted", "seen", "notified")
# Nobody is left to page after it, yet whom it woke may still answer.
RINGING = (*LIVE, "exhausted")


class Page(Base):
    """State: promised accepted seen notified acknowledged, and the ends
    refused not_sent superseded exhausted resolved.

    `cause` and `generation` name it within the incident; `dedup_key` is what PagerDuty knows.
    `routing_key_id` is the key it was sent with: later words about it must use the same one.
    `rung` is its place on the ladder, `follows_id` the page it takes over from, `then` the target
    that takes over from it at `ack_due_at`. `everyone` names who all must answer (empty: anybody
    will do), `answers` who has, as [{"name", "at"}]. `alarm` is the newest sentence about a rung
    that is late. `held` counts the pages that the budget folded into this one, `held_by_id` is
    the page that this one was folded into. `pagerduty_id` and `pagerduty_url` name the incident
    that PagerDuty opened for it.
    """

    __tablename__ = "pages"
    __table_args__ = (UniqueConstraint("incident_id", "cause", "generation"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    cause: Mapped[str]
    generation: Mapped[int]
    step: Mapped[int | None]
    target: Mapped[str]
    routing_key_id: Mapped[int | None] = mapped_column(ForeignKey("routing_keys.id"))
    dedup_key: Mapped[str] = mapped_column(unique=True)
    summary: Mapped[str]
    state: Mapped[str] = mapped_column(default="promised")
    reason: Mapped[str | None]
    requested_by: Mapped[str]
    promised_at: Mapped[datetime] = mapped_column(UTCDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    acknowledged_by: Mapped[str | None]
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    rung: Mapped[int] = mapped_column(default=1, server_default="1")
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))
    then: Mapped[str] = mapped_column(default="", server_default="")
    ack_seconds: Mapped[int | None]
    ack_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    everyone: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    answers: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    notified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    notified_whom: Mapped[str] = mapped_column(default="", server_default="")
    pagerduty_id: Mapped[str | None] = mapped_column(index=True)
    pagerduty_url: Mapped[str | None]
    alarm: Mapped[str] = mapped_column(default="", server_default="")
    alarm_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    held: Mapped[int] = mapped_column(default=0, server_default="0")
    held_by_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))


def of_incident(session: Session, incident_id: int) -> list[Page]:
    """The pages of an incident, oldest first."""
    return list(
        session.scalars(select(Page).where(Page.incident_id == incident_id).order_by(Page.id))
    )


def of_incidents(session: Session, ids: Collection[int]) -> list[Page]:
    """The pages of several incidents at once."""
    if not ids:
        return []
    return list(session.scalars(select(Page).where(Page.incident_id.in_(ids)).order_by(Page.id)))


def of_cause(session: Session, incident_id: int, cause: str) -> list[Page]:
    """The pages of one cause and of every further rung of its ladder, oldest first."""
    base = base_of(cause)
    return [page for page in of_incident(session, incident_id) if base_of(page.cause) == base]


def last_generation(session: Session, incident_id: int, cause: str) -> int:
    """How often this cause has paged already, any rung of its ladder."""
    asked = of_cause(session, incident_id, cause)
    return max((page.generation for page in asked), default=0)


def count(session: Session, incident_id: int) -> int:
    """How many pages the incident ever asked for."""
    query = select(func.count()).select_from(Page).where(Page.incident_id == incident_id)
    return session.scalars(query).one()


def named(session: Session, incident_id: int, cause: str, generation: int) -> Page:
    """The page of this cause and generation."""
    return session.scalars(
        select(Page).where(
            Page.incident_id == incident_id, Page.cause == cause, Page.generation == generation
        )
    ).one()


def told_of(session: Session, dedup_key: str, pagerduty_id: str) -> Page | None:
    """The page that PagerDuty means: by our key, else by the number of its incident."""
    known = Page.dedup_key == dedup_key if dedup_key else Page.pagerduty_id == pagerduty_id
    if not dedup_key and not pagerduty_id:
        return None
    return session.scalars(select(Page).where(known).order_by(Page.id.desc())).first()


def listened_for(session: Session) -> list[Page]:
    """Those that PagerDuty may still tell us something about, the newest first."""
    asked_about = (*RINGING[1:], "acknowledged")
    return list(
        session.scalars(
            select(Page)
            .where(Page.state.in_(asked_about), Page.accepted_at.is_not(None))
            .order_by(Page.id.desc())
        )
    )
