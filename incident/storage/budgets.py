"""How often somebody has been woken lately, and what was folded into a page that rings."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from incident.storage.pages import LIVE, Page


def sent(
    session: Session,
    targets: Collection[str],
    *,
    since: datetime,
    incident_id: int | None = None,
) -> int:
    """How many pages went to these targets; what was held back or could not go out wakes nobody."""
    query = select(func.count(Page.id)).where(
        Page.target.in_(targets),
        Page.promised_at > since,
        Page.held_by_id.is_(None),
        Page.state != "not_sent",
    )
    if incident_id is not None:
        query = query.where(Page.incident_id == incident_id)
    return session.scalars(query).one()


def ringing(session: Session, incident_id: int, target: str) -> Page | None:
    """The newest page that wakes this target just now, if nothing is wrong with it."""
    query = select(Page).where(
        Page.incident_id == incident_id,
        Page.target == target,
        Page.state.in_(LIVE),
        Page.alarm == "",
    )
    return session.scalars(query.order_by(Page.id.desc()).limit(1)).one_or_none()


def folded(session: Session, page_id: int) -> list[Page]:
    """The pages that were folded into this one, oldest first."""
    return list(session.scalars(select(Page).where(Page.held_by_id == page_id).order_by(Page.id)))
