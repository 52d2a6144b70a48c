"""Commands on posts: say something in Slack, with the incident's own record of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import pages as page_rules
from incident.rules.outcome import Event, NotAllowed, Notice, Outcome
from incident.rules.permissions import Actor, require
from incident.rules.words import shortened
from incident.services.record import record
from incident.storage import incidents, installs, outbox
from incident.storage.outbox import Delivery

TEXT_LENGTH = 3000
CHANNEL_LENGTH = 80


def post(
    session: Session, *, incident_key: str, channel: str, text: str, actor: Actor, at: datetime
) -> Delivery:
    """Post a text to a channel. Asking twice posts twice."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    channel, text = shortened(channel, CHANNEL_LENGTH), shortened(text, TEXT_LENGTH)
    if not channel or not text:
        raise NotAllowed("Say what to post, and in which channel.")
    notice = Notice(
        integration="slack",
        action="post",
        target=channel,
        subject=shortened(text, 120),
        cause=f"post-{incident.last_seq + 1}",
        settings={"channel": channel, "text": text, "path": f"/incidents/{incident.key}"},
    )
    event = Event(
        "post_requested",
        f"{actor.name} posts to {channel}: {text}",
        {"channel": channel, "text": text},
    )
    record(session, incident, Outcome((event,), (notice,)), actor=actor, at=at)
    return _promised(session, incident.id, notice)


def _promised(session: Session, incident_id: int, notice: Notice) -> Delivery:
    key = page_rules.dedup_key(
        install=installs.code(session),
        incident_id=incident_id,
        cause=notice.cause,
        generation=notice.generation,
    )
    return outbox.by_intents(session, [f"{key}/{notice.action}"])[f"{key}/{notice.action}"]
