"""Posts to Slack that wait since long ago, as the outbox has them."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from incident.storage.outbox import SLACK, Delivery

_DUE = (Delivery.integration == SLACK, Delivery.state == "due")
_POSTS = (*_DUE, Delivery.action == "post", Delivery.step.is_(None), Delivery.drill.is_(False))


def incidents_with(session: Session, *, before: datetime) -> list[int]:
    """The incidents that have posts waiting that were promised before."""
    query = select(Delivery.incident_id).where(*_POSTS, Delivery.created_at < before)
    return list(session.scalars(query.distinct().order_by(Delivery.incident_id)))


def of_incident(session: Session, incident_id: int, *, before: datetime) -> list[Delivery]:
    """These posts, oldest first, locked. What somebody is just sending is left to them."""
    query = (
        select(Delivery)
        .where(*_POSTS, Delivery.incident_id == incident_id, Delivery.created_at < before)
        .order_by(Delivery.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def summaries(session: Session, incident_id: int, cause: str) -> list[Delivery]:
    """The summaries that were promised for this cause, oldest first."""
    query = select(Delivery).where(
        Delivery.incident_id == incident_id,
        Delivery.integration == SLACK,
        Delivery.dedup_key.contains(f"/{cause}/g", autoescape=True),
    )
    return list(session.scalars(query.order_by(Delivery.id)))


def summaries_after(
    session: Session, incident_id: int, cause: str, *, after: datetime
) -> list[Delivery]:
    """The summaries of any outage that were promised later than that, oldest first."""
    query = select(Delivery).where(
        Delivery.incident_id == incident_id,
        Delivery.integration == SLACK,
        Delivery.dedup_key.contains(f"/{cause}-", autoescape=True),
        Delivery.created_at > after,
    )
    return list(session.scalars(query.order_by(Delivery.id)))


def begin_anew(session: Session, *, now: datetime) -> None:
    """Whatever failed while Slack was away is due now, in the order in which it was promised."""
    failed = update(Delivery).where(*_DUE, Delivery.attempts > 0)
    session.execute(
        failed.values(due_at=now, attempts=1).execution_options(synchronize_session=False)
    )
