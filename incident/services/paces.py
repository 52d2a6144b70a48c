"""What Slack's answers teach about how fast it may be asked."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from incident.rules import paces as rules
from incident.storage import paces
from incident.storage.outbox import SLACK, Delivery
from incident.storage.paces import CROWDED


def pause(session: Session, delivery: Delivery, length: timedelta, *, now: datetime) -> str:
    """It takes no more of these just now. Whatever else there is goes on. Says at which place."""
    if delivery.integration != SLACK:
        return ""
    names = paces.taken(session, now).names
    line = names.get(delivery.fifo_key, delivery.fifo_key)
    held = paces.held(session, now, reason=CROWDED)
    others = [place for place in held if place != line and not place.startswith(rules.ALL)]
    place = rules.crowded(delivery.action, line, others=len(others))
    paces.hold(session, place, until=now + length, now=now, reason=CROWDED)
    return place


def learn(session: Session, delivery: Delivery, channel: str, *, now: datetime) -> None:
    """A post named its channel, and Slack told which one that is."""
    told = rules.line_of(SLACK, channel)
    if delivery.integration != SLACK or delivery.action != "post" or not channel:
        return
    if told != delivery.fifo_key:
        until = now + rules.BETWEEN_POSTS
        paces.learn(session, delivery.fifo_key, told, until=until, now=now)
