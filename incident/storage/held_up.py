"""What a clock that was set back would hold up: promises dated by the clock of before."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from incident.storage import outbox
from incident.storage.outbox import UNFINISHED, Delivery
from incident.storage.paces import Pace
from incident.storage.targets import RoutingKey

LONGEST_WAIT = timedelta(minutes=5)


def hasten(session: Session, process_now: datetime) -> None:
    """Nothing waits longer than it would have had to. Done twice, it changes nothing more."""
    now = outbox.database_now(session, process_now)
    waiting = update(Delivery).where(Delivery.state.in_(UNFINISHED))
    session.execute(waiting.where(Delivery.due_at > now + LONGEST_WAIT).values(due_at=now))
    claims = waiting.where(Delivery.lease_until > now + outbox.LEASE)
    session.execute(claims.values(lease_until=now + outbox.LEASE))
    keys = update(RoutingKey)
    paused = keys.where(RoutingKey.paused_until > now + LONGEST_WAIT)
    session.execute(paused.values(paused_until=None))
    session.execute(keys.where(RoutingKey.allowance_at > now).values(allowance_at=now))
    paces = update(Pace).where(Pace.free_at > now + LONGEST_WAIT)
    session.execute(paces.values(free_at=now))
