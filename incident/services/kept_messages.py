"""Messages from Slack on a timeline: kept once, with their own time, and followed afterwards."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from incident.integrations.notifier import Delivered, NotSent, Refused
from incident.integrations.slack import quotes
from incident.rules import quotes as rules
from incident.rules import spoken
from incident.rules.outcome import Event, Notice, Outcome
from incident.rules.permissions import Actor
from incident.rules.quotes import Quote
from incident.rules.signals import Signal as Said
from incident.services import slack_places
from incident.services.members import actor_for
from incident.services.record import record
from incident.storage import incidents, kept_messages, signals
from incident.storage.incidents import Incident
from incident.storage.kept_messages import KeptMessage
from incident.storage.outbox import Delivery

EMOJI = ("pushpin", "round_pushpin", "memo")
SLACK, FETCH = "slack", "fetch_message"
TOLD_ALREADY = ("opened", "joined", "asked", "noted")

Message = Mapping[str, Any]


def reacted(session: Session, payload: Message, at: datetime) -> str:
    """Somebody marked a message with one of our emoji. Says in a few words what came of it.

    Whoever is not of our company may not write on a timeline, unless an account is linked.
    """
    mark = quotes.read_reaction(payload)
    if mark is None or mark.emoji not in EMOJI:
        return "a reaction that means nothing here"
    by = actor_for(session, mark.by)
    if mark.external and by.person_id is None:
        return "somebody of another company put it there"
    message, known_in = _known(session, mark.team, mark.channel, mark.ts)
    thread_ts = str(message.get("thread_ts") or mark.ts) if message else mark.ts
    incident = slack_places.incident_in(session, mark.channel, thread_ts)
    if incident is None:
        return "no incident is worked on there"
    if known_in == incident.id:
        return "the message is on the timeline already"
    where = {"channel": mark.channel, "ts": mark.ts}
    return keep(session, incident.key, message=message, by=by, way="reaction", at=at, **where)


def keep(
    session: Session,
    incident_key: str,
    *,
    channel: str,
    ts: str,
    by: Actor,
    way: str,
    at: datetime,
    message: Message | None = None,
) -> str:
    """Put this message on the incident's timeline. Keeping it twice keeps it once.

    `way` is reaction, shortcut or command. Without the `message` itself Slack is asked for it.
    Says "kept", "asked", or "it is on the timeline already".
    """
    incident = incidents.lock(session, incident_key)
    if kept_messages.find(session, incident.id, channel, ts) is not None:
        return "it is on the timeline already"
    row = KeptMessage(
        incident_id=incident.id, channel=channel, ts=ts, kept_by=by.name, way=way, kept_at=at
    )
    session.add(row)
    session.flush()
    if message:
        _write(session, incident, row, quotes.quote(message, channel=channel, ts=ts), at=at)
        return "kept"
    notice = Notice(
        integration=SLACK,
        action=FETCH,
        target=f"reading {channel}",
        subject="A message for the timeline",
        cause=f"kept-{row.id}",
        settings={"channel": channel, "ts": ts},
    )
    record(session, incident, Outcome(notices=(notice,)), actor=by, at=at)
    return "asked"


def told(
    session: Session,
    incident: Incident,
    delivery: Delivery,
    result: Delivered | Refused | NotSent,
    at: datetime,
) -> None:
    """Slack has told what the message says, or that there is none, or will not say.

    `incident` is locked. Why Slack does not say it stands in the delivery's own line.
    """
    row = _asked_for(session, incident, delivery)
    if row is None:
        return
    if not isinstance(result, Delivered):
        row.state = "gone"
        return
    message = result.receipt.get("message")
    if isinstance(message, Mapping) and message:
        _write(session, incident, row, quotes.quote(message, channel=row.channel, ts=row.ts), at=at)
    else:
        _miss(session, incident, row, at=at)


def followed(session: Session, said: Said, at: datetime) -> None:
    """A message that was changed or deleted in Slack: every timeline that quotes it says so."""
    for kept in kept_messages.everywhere(session, said.channel, said.ts):
        incident = incidents.lock(session, incidents.key_of(kept.incident_id))
        if kept.state != "kept" or kept.deleted_at is not None:
            continue
        if said.kind == "deletion":
            kept.deleted_at = at
            _tell(session, incident, kept, said, "message_deleted", at=at)
        elif said.kind == "edit" and said.text != kept.text:
            kept.text = said.text
            _tell(session, incident, kept, said, "message_changed", at=at)


def _known(session: Session, team: str, channel: str, ts: str) -> tuple[Message | None, int | None]:
    """How the message reads by the last that Slack told us, and which incident it led to."""
    told = signals.by_key(session, SLACK, f"{team}:{channel}:{ts}")
    led_to = next((row.incident_id for row in told if row.state in TOLD_ALREADY), None)
    messages = [quotes.message_in(row.raw) for row in told]
    return next((message for message in reversed(messages) if message), None), led_to


def _asked_for(session: Session, incident: Incident, delivery: Delivery) -> KeptMessage | None:
    settings = delivery.settings
    channel, ts = str(settings["channel"]), str(settings["ts"])
    row = kept_messages.find(session, incident.id, channel, ts)
    return row if row is not None and row.state == "asked" else None


def _write(
    session: Session, incident: Incident, row: KeptMessage, quote: Quote, *, at: datetime
) -> None:
    author = actor_for(session, quote.said_by, quote.said_by_name)
    said_at = quote.said_at if quote.said_at is not None and quote.said_at <= at else at
    data = {
        "channel": quote.channel,
        "ts": quote.ts,
        "link": quote.link,
        "pictures": list(quote.pictures),
        "files": list(quote.files),
        "kept_by": row.kept_by,
        "way": row.way,
    }
    event = Event("message_kept", rules.line(author.name, quote), data, occurred_at=said_at)
    keeper = Actor(row.kept_by, source=SLACK)
    record(session, incident, Outcome((event,)), actor=keeper, at=at)
    row.state, row.seq, row.text = "kept", incident.last_seq, quote.text
    row.thread_ts = quote.thread_ts


def _miss(session: Session, incident: Incident, row: KeptMessage, *, at: datetime) -> None:
    row.state = "gone"
    keeper = Actor(row.kept_by, source=SLACK)
    event = Event("message_missing", rules.missing(row.kept_by), {"channel": row.channel})
    record(session, incident, Outcome((event,)), actor=keeper, at=at)


def _tell(
    session: Session, incident: Incident, kept: KeptMessage, said: Said, kind: str, *, at: datetime
) -> None:
    author = actor_for(session, said.said_by, said.said_by_name)
    moment = quotes.quote({}, channel=kept.channel, ts=kept.ts).said_at or kept.kept_at
    was_said = spoken.stamp(moment, incident.zone, beside=at)
    if kind == "message_deleted":
        text = rules.deleted(author.name, was_said)
    else:
        text = rules.changed(author.name, was_said, said.text)
    data = {"channel": kept.channel, "ts": kept.ts, "of": kept.seq, "link": said.link}
    event = Event(kind, text, data, occurred_at=said.occurred_at)
    record(session, incident, Outcome((event,)), actor=author, at=at)
