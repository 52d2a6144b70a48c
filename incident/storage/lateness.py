"""How long a message may lie before somebody should be asked whether it is still wanted."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident.storage.outbox import PAGERDUTY, Delivery
from incident.storage.pages import Page
from incident.storage.targets import Target

STALE_SECONDS = 3600


def is_stale(session: Session, delivery: Delivery, owed_at: datetime, now: datetime) -> bool:
    """Whether nobody has tried to send it since it was owed, for longer than its target allows."""
    asked = select(Target.stale_seconds).where(Target.name == delivery.target)
    return _is_stale(owed_at, session.scalar(asked), now)


def postpone(session: Session, key_id: int, *, now: datetime, until: datetime) -> None:
    """What waits for a key that is paused was not forgotten, so it is due when the pause ends.

    What is stale already stays so. A row that somebody holds is left to them.
    """
    waiting = (
        select(Delivery, Target.stale_seconds)
        .join(Page, Page.id == Delivery.page_id)
        .outerjoin(Target, Target.name == Delivery.target)
        .where(Page.routing_key_id == key_id, Delivery.due_at < until)
        .where(Delivery.integration == PAGERDUTY, Delivery.state == "due")
        .with_for_update(of=Delivery, skip_locked=True)
    )
    for delivery, stale_seconds in session.execute(waiting):
        if not _is_stale(delivery.due_at, stale_seconds, now):
            delivery.due_at = until


def _is_stale(owed_at: datetime, stale_seconds: int | None, now: datetime) -> bool:
    return now - owed_at > timedelta(seconds=stale_seconds or STALE_SECONDS)
