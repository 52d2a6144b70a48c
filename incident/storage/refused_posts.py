"""What Slack would not take: posts of ours, and changes of them, that may go out after all."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from incident.rules.deliveries import FAILED
from incident.storage.incidents import ENDED, Incident
from incident.storage.outbox import SLACK, Delivery

_FAILED = (
    Delivery.integration == SLACK,
    Delivery.state.in_(FAILED),
    Delivery.action.in_(("post", "update")),
    Delivery.step.is_(None),
    Delivery.drill.is_(False),
)


def incidents_with(session: Session, *, since: datetime) -> list[int]:
    """The incidents that have some, and are not over, or only `since` then."""
    ended = or_(Incident.resolved_at >= since, Incident.closed_at >= since)
    is_young = or_(Incident.status.not_in(ENDED), ended, Incident.created_at >= since)
    among = Delivery.incident_id.in_(select(Incident.id).where(is_young))
    query = select(Delivery.incident_id).where(among, *_FAILED)
    return list(session.scalars(query.distinct().order_by(Delivery.incident_id)))


def of_incident(session: Session, incident_id: int) -> list[Delivery]:
    """These, oldest first."""
    query = select(Delivery).where(*_FAILED, Delivery.incident_id == incident_id)
    return list(session.scalars(query.order_by(Delivery.id)))
