"""The outbox: messages we have promised to send, written with the change that caused them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from incident.storage import allowances
from incident.storage.db import Base, UTCDateTime
from incident.storage.pages import Page

PAGERDUTY = "pagerduty"
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


def claim(session: Session, *, integration: str, owner: str, now: datetime) -> Delivery | None:
    """Take the next delivery of `integration` that is due, or whose claim has lapsed.

    Pages first, then what ends them, then notes; of these the oldest due first. Never one whose
    elder with the same `fifo_key` is still unfinished, nor one whose routing key may send nothing
    just now. A post gives way once it has failed PATIENCE times: it must not silence its channel.
    A page never does: a resolve that overtook its trigger would leave somebody being woken.
    """
    now = database_now(session, now)
    held = allowances.held_back(session, now) if integration == PAGERDUTY else {}
    delivery = session.scalars(_next_due(integration, now, held)).one_or_none()
    if delivery is None or not _allowed(session, delivery, now):
        return None
    if delivery.state == "sending":
        delivery.maybe_sent = True
    delivery.state = "sending"
    delivery.attempts += 1
    delivery.fence += 1
    delivery.owner = owner
    delivery.lease_until = now + LEASE
    return delivery


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


def next_due_at(session: Session, integration: str, now: datetime) -> datetime | None:
    """When there will be something to do, if nothing else happens before."""
    next_at = case((Delivery.state == "due", Delivery.due_at), else_=Delivery.lease_until)
    waiting = select(func.min(next_at, type_=UTCDateTime)).where(
        Delivery.integration == integration, _unfinished(Delivery)
    )
    if integration != PAGERDUTY:
        moment: datetime | None = session.scalar(waiting)
        return moment
    held = allowances.held_back(session, now)
    by_key = waiting.add_columns(Page.routing_key_id, _is_note()).select_from(Delivery)
    by_key = by_key.outerjoin(Page, Page.id == Delivery.page_id)
    rows = session.execute(by_key.group_by(Page.routing_key_id, _is_note()))
    return min(
        (_not_before(held.get(key), moment, note) for moment, key, note in rows), default=None
    )


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


def by_intent(session: Session, intent_key: str) -> Delivery | None:
    """The delivery of one intent: its receipt says where the message is that another edits."""
    return by_intents(session, [intent_key]).get(intent_key)


def oldest_due_page(session: Session) -> datetime | None:
    """Since when the longest-waiting page waits, or what ends one; a note may take its time."""
    return session.scalar(
        select(func.min(Delivery.created_at)).where(
            Delivery.integration == PAGERDUTY, _unfinished(Delivery), ~_is_note()
        )
    )


def _claimed(delivery_id: int, owner: str, fence: int) -> Select[Delivery]:
    return select(Delivery).where(
        Delivery.id == delivery_id,
        Delivery.state == "sending",
        Delivery.owner == owner,
        Delivery.fence == fence,
    )


def _next_due(
    integration: str, now: datetime, held: Mapping[int, allowances.Free]
) -> Select[Delivery]:
    elder = aliased(Delivery)
    elder_unfinished = (
        select(elder.id)
        .where(
            elder.fifo_key == Delivery.fifo_key,
            elder.id < Delivery.id,
            _unfinished(elder),
            or_(elder.integration == PAGERDUTY, elder.attempts < PATIENCE),
        )
        .exists()
    )
    ready = or_(
        and_(Delivery.state == "due", Delivery.due_at <= now),
        and_(Delivery.state == "sending", Delivery.lease_until < now),
    )
    return (
        select(Delivery)
        .where(Delivery.integration == integration, _unfinished(Delivery), ready, ~elder_unfinished)
        .where(*_not_held(held, now))
        .order_by(_rank(), Delivery.due_at, Delivery.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _rank() -> ColumnElement[int]:
    """Pages, and of these the worst; then what ends them; then notes."""
    worst = Delivery.settings["severity"].as_string().in_(("sev1", "unset"))
    return case(
        (and_(Delivery.action == "trigger", worst), 0),
        (Delivery.action == "trigger", 1),
        (~_is_note(), 2),
        else_=3,
    )


def _is_note() -> ColumnElement[bool]:
    return Delivery.action.not_in(bindparam(None, PAGING, expanding=True, literal_execute=True))


def _not_held(held: Mapping[int, allowances.Free], now: datetime) -> Iterator[ColumnElement[bool]]:
    """Leaves out what goes out with a key that may not send it now."""
    silent = [key for key, free in held.items() if free.pages > now]
    if silent:
        yield Delivery.page_id.not_in(_pages_of(silent))
    if held:
        yield or_(~_is_note(), Delivery.page_id.not_in(_pages_of(held)))


def _pages_of(keys: Iterable[int]) -> Select[int]:
    return select(Page.id).where(Page.routing_key_id.in_(list(keys)))


def _not_before(free: allowances.Free | None, moment: datetime, note: bool) -> datetime:
    if free is None:
        return moment
    return max(moment, free.notes if note else free.pages)


def _allowed(session: Session, delivery: Delivery, now: datetime) -> bool:
    """Counts it against its key, if it goes out with one. A drill's goes nowhere."""
    if delivery.page_id is None or delivery.drill:
        return True
    key = session.get_one(Page, delivery.page_id).routing_key_id
    return key is None or allowances.take(session, key, now, until=now + LEASE)


def _unfinished(row: type[Delivery]) -> ColumnElement[bool]:
    """Written out, not bound: only so do both databases see that a partial index serves."""
    return row.state.in_(bindparam(None, UNFINISHED, expanding=True, literal_execute=True))
