"""The outbox: messages we have promised to send, written with the change that caused them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from incident.storage.db import Base, UTCDateTime

PAGERDUTY, SLACK = "pagerduty", "slack"
PAGING = ("trigger", "escalate", "acknowledge", "resolve")
LEASE = timedelta(seconds=10)
SEND_DEADLINE = timedelta(seconds=8)
UNFINISHED = ("due", "sending")
_STILL_TO_SEND = text("state IN ('due', 'sending')")
PATIENCE = 6


class Delivery(Base):
    """One message to the outside. State: due sending sent refused not_sent superseded.

    `intent_key` is unique: one intent, one row. `fifo_key` orders what must not overtake:
    the dedup_key of a page, the channel of a post. `fence` grows with every claim, so that a
    worker whose claim lapsed can be told apart from the one that took over.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_incident_id", "incident_id"),
        Index(
            "ix_deliveries_fifo",
            "fifo_key",
            "id",
            sqlite_where=_STILL_TO_SEND,
            postgresql_where=_STILL_TO_SEND,
        ),
        Index(
            "ix_deliveries_unfinished",
            "integration",
            "due_at",
            sqlite_where=_STILL_TO_SEND,
            postgresql_where=_STILL_TO_SEND,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"), index=True)
    step: Mapped[int | None]
    integration: Mapped[str]
    action: Mapped[str]
    target: Mapped[str]
    subject: Mapped[str]
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    drill: Mapped[bool] = mapped_column(default=False)
    intent_key: Mapped[str] = mapped_column(unique=True)
    dedup_key: Mapped[str]
    fifo_key: Mapped[str]
    state: Mapped[str] = mapped_column(default="due")
    attempts: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str | None]
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    maybe_sent: Mapped[bool] = mapped_column(default=False)
    last_error: Mapped[str | None]
    receipt: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def database_now(session: Session, process_now: datetime) -> datetime:
    """The clock that leases go by: PostgreSQL's own, so that workers' clocks may differ."""
    if session.get_bind().dialect.name == "postgresql":
        return session.scalars(select(func.clock_timestamp(type_=UTCDateTime))).one()
    return process_now


def claimed(session: Session, delivery_id: int, *, owner: str, fence: int) -> Delivery | None:
    """The row we claimed, unless the claim lapsed and someone else took it."""
    return session.scalars(_claimed(delivery_id, owner, fence)).one_or_none()


def still_ours(session: Session, delivery_id: int, *, owner: str, fence: int) -> Delivery | None:
    """The same, locked, so that it stays ours while we settle it."""
    return session.scalars(
        _claimed(delivery_id, owner, fence)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def of_incident(session: Session, incident_id: int) -> list[Delivery]:
    """The deliveries of an incident, oldest first."""
    return list(
        session.scalars(
            select(Delivery).where(Delivery.incident_id == incident_id).order_by(Delivery.id)
        )
    )


def of_page(session: Session, page_id: int) -> list[Delivery]:
    """What was sent about one page, oldest first."""
    return list(
        session.scalars(select(Delivery).where(Delivery.page_id == page_id).order_by(Delivery.id))
    )


def of_page_locked(session: Session, page_id: int) -> list[Delivery]:
    """The same, locked: no worker claims one of them before we are done."""
    return list(
        session.scalars(
            select(Delivery)
            .where(Delivery.page_id == page_id)
            .order_by(Delivery.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def by_intents(session: Session, intents: Collection[str]) -> dict[str, Delivery]:
    """Deliveries already promised for these intents."""
    found = session.scalars(select(Delivery).where(Delivery.intent_key.in_(intents)))
    return {delivery.intent_key: delivery for delivery in found}


def by_dedup_keys(
    session: Session, incident_id: int, dedup_keys: Collection[str]
) -> dict[str, list[Delivery]]:
    """Everything an incident promised for these causes, oldest first, turn by turn."""
    found: dict[str, list[Delivery]] = {}
    for delivery in session.scalars(
        select(Delivery)
        .where(Delivery.incident_id == incident_id, Delivery.dedup_key.in_(dedup_keys))
        .order_by(Delivery.id)
    ):
        found.setdefault(delivery.dedup_key, []).append(delivery)
    return found


def by_intent(session: Session, intent_key: str) -> Delivery | None:
    """The delivery of one intent: its receipt says where the message is that another edits."""
    return by_intents(session, [intent_key]).get(intent_key)


def oldest_due_page(session: Session) -> datetime | None:
    """Since when the longest-waiting page waits, or what ends one; a note may take its time."""
    return session.scalar(
        select(func.min(Delivery.created_at)).where(
            Delivery.integration == PAGERDUTY, unfinished(Delivery), ~is_note()
        )
    )


def _claimed(delivery_id: int, owner: str, fence: int) -> Select[Delivery]:
    return select(Delivery).where(
        Delivery.id == delivery_id,
        Delivery.state == "sending",
        Delivery.owner == owner,
        Delivery.fence == fence,
    )


def is_note() -> ColumnElement[bool]:
    """Whether a delivery only adds words to a page."""
    return Delivery.action.not_in(bindparam(None, PAGING, expanding=True, literal_execute=True))


def unfinished(row: type[Delivery]) -> ColumnElement[bool]:
    """Written out, not bound: only so do both databases see that a partial index serves."""
    return row.state.in_(bindparam(None, UNFINISHED, expanding=True, literal_execute=True))
