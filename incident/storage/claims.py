"""Who sends what next: the one delivery that is due, may go, and that nobody else holds."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from incident.rules.paces import gaps
from incident.storage import allowances, outbox, paces
from incident.storage.db import UTCDateTime
from incident.storage.outbox import (
    PAGERDUTY,
    PATIENCE,
    SLACK,
    Delivery,
    is_note,
    unfinished,
)
from incident.storage.paces import Taken
from incident.storage.pages import Page


def claim(session: Session, *, integration: str, owner: str, now: datetime) -> Delivery | None:
    """Take the next delivery of `integration` that is due, or whose claim has lapsed.

    Pages first, then what ends them, then notes; of these the oldest due first. Never one whose
    elder with the same `fifo_key` is still unfinished, nor one whose routing key or channel may
    take nothing just now. A post gives way once it has failed PATIENCE times: it must not silence
    its channel. Not if it never reached anybody: then the next one would not either. A page never
    does: a resolve that overtook its trigger would leave somebody being woken. Slack's come in the
    order in which they were promised.
    """
    now = outbox.database_now(session, now)
    held = allowances.held_back(session, now) if integration == PAGERDUTY else {}
    taken = paces.taken(session, now) if integration == SLACK else Taken()
    if taken.everything:
        return None
    delivery = session.scalars(_next_due(integration, now, held, taken)).one_or_none()
    if delivery is None or not _allowed(session, delivery, taken, now):
        return None
    if delivery.state == "sending":
        delivery.maybe_sent = True
    delivery.state = "sending"
    delivery.attempts += 1
    delivery.fence += 1
    delivery.owner = owner
    delivery.lease_until = now + outbox.LEASE
    return delivery


def next_due_at(session: Session, integration: str, now: datetime) -> datetime | None:
    """When there will be something to do, if nothing else happens before."""
    next_at = case((Delivery.state == "due", Delivery.due_at), else_=Delivery.lease_until)
    waiting = select(func.min(next_at, type_=UTCDateTime)).where(
        Delivery.integration == integration, unfinished(Delivery)
    )
    if integration == SLACK:
        return _next_to_slack(session, waiting, now)
    if integration != PAGERDUTY:
        moment: datetime | None = session.scalar(waiting)
        return moment
    held = allowances.held_back(session, now)
    by_key = waiting.add_columns(Page.routing_key_id, is_note()).select_from(Delivery)
    by_key = by_key.outerjoin(Page, Page.id == Delivery.page_id)
    rows = session.execute(by_key.group_by(Page.routing_key_id, is_note()))
    return min(
        (_not_before(held.get(key), moment, note) for moment, key, note in rows), default=None
    )


def _next_to_slack(session: Session, waiting: Select[datetime], now: datetime) -> datetime | None:
    taken = paces.taken(session, now)
    by_line = waiting.add_columns(Delivery.fifo_key, Delivery.action)
    rows = session.execute(by_line.group_by(Delivery.fifo_key, Delivery.action))
    return min(
        (taken.not_before(line, action, moment) for moment, line, action in rows), default=None
    )


def _next_due(
    integration: str, now: datetime, held: Mapping[int, allowances.Free], taken: Taken
) -> Select[Delivery]:
    elder = aliased(Delivery)
    elder_unfinished = (
        select(elder.id)
        .where(
            elder.fifo_key == Delivery.fifo_key,
            elder.id < Delivery.id,
            unfinished(elder),
            or_(
                elder.integration == PAGERDUTY,
                elder.attempts < PATIENCE,
                elder.maybe_sent.is_(False),
            ),
        )
        .exists()
    )
    ready = or_(
        and_(Delivery.state == "due", Delivery.due_at <= now),
        and_(Delivery.state == "sending", Delivery.lease_until < now),
    )
    return (
        select(Delivery)
        .where(Delivery.integration == integration, unfinished(Delivery), ready, ~elder_unfinished)
        .where(*_not_held(held, now), *_not_taken(integration, taken))
        .order_by(*_order(integration))
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _order(integration: str) -> tuple[ColumnElement[Any], ...]:
    if integration == SLACK:
        return (Delivery.id.expression,)
    return _rank(), Delivery.due_at.expression, Delivery.id.expression


def _not_taken(integration: str, taken: Taken) -> Iterator[ColumnElement[bool]]:
    """Leaves out what would come too soon for Slack, and edits of what is not posted yet."""
    if integration != SLACK:
        return
    original = aliased(Delivery)
    edited = Delivery.settings["update_of"].as_string()
    yield ~select(original.id).where(original.intent_key == edited, unfinished(original)).exists()
    if taken.lines:
        yield Delivery.fifo_key.not_in(taken.lines)
    if taken.actions:
        yield Delivery.action.not_in(taken.actions)


def _rank() -> ColumnElement[int]:
    """Pages, and of these the worst; then what ends them; then notes."""
    worst = Delivery.settings["severity"].as_string().in_(("sev1", "unset"))
    return case(
        (and_(Delivery.action == "trigger", worst), 0),
        (Delivery.action == "trigger", 1),
        (~is_note(), 2),
        else_=3,
    )


def _not_held(held: Mapping[int, allowances.Free], now: datetime) -> Iterator[ColumnElement[bool]]:
    """Leaves out what goes out with a key that may not send it now."""
    silent = [key for key, free in held.items() if free.pages > now]
    if silent:
        yield Delivery.page_id.not_in(_pages_of(silent))
    if held:
        yield or_(~is_note(), Delivery.page_id.not_in(_pages_of(held)))


def _pages_of(keys: Iterable[int]) -> Select[int]:
    return select(Page.id).where(Page.routing_key_id.in_(list(keys)))


def _not_before(free: allowances.Free | None, moment: datetime, note: bool) -> datetime:
    if free is None:
        return moment
    return max(moment, free.notes if note else free.pages)


def _allowed(session: Session, delivery: Delivery, taken: Taken, now: datetime) -> bool:
    """Counts it against its key or its channel. A drill's goes nowhere, nor does a wording that
    another follows."""
    if delivery.integration == SLACK:
        if delivery.drill or _is_overtaken(session, delivery):
            return True
        return paces.take(session, gaps(delivery.action, delivery.fifo_key), taken.names, now)
    if delivery.page_id is None or delivery.drill:
        return True
    key = session.get_one(Page, delivery.page_id).routing_key_id
    return key is None or allowances.take(session, key, now, until=now + outbox.LEASE)


def _is_overtaken(session: Session, delivery: Delivery) -> bool:
    if delivery.action != "update":
        return False
    later = select(Delivery.id).where(
        Delivery.fifo_key == delivery.fifo_key, Delivery.id > delivery.id, unfinished(Delivery)
    )
    return session.scalar(later.limit(1)) is not None
