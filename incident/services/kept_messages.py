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
SLACK, FETCH, MARK = "slack", "fetch_message", "mark_message"
KEPT_MARK = "white_check_mark"
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
    return keep(
        session,
        incident.key,
        channel=mark.channel,
        ts=mark.ts,
        by=by,
        way="reaction",
        at=at,
        message=message,
    )


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
    open_to_all: bool = False,
) -> str:
    """Put this message on the incident's timeline. Keeping it twice keeps it once.

    `way` is reaction, shortcut or command. Without the `message` itself Slack is asked for it;
    `open_to_all` says that it is kept only if everybody may read its channel.
    Says "kept", "asked", or "it is on the timeline already".
    """
    incident = incidents.lock(session, incident_key)
    row = kept_messages.find(session, incident.id, channel, ts)
    if row is not None and row.state != "gone":
        return "it is on the timeline already"
    if row is None:
        row = KeptMessage(incident_id=incident.id, channel=channel, ts=ts)
        session.add(row)
    row.kept_by, row.way, row.kept_at, row.state = by.name, way, at, "asked"
    session.flush()
    if message:
        _write(session, incident, row, quotes.quote(message, channel=channel, ts=ts), at=at)
        return "kept"
    _ask(session, incident, row, by=by, open_to_all=open_to_all, at=at)
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
        words = rules.hidden if result.receipt.get("hidden") else rules.missing
        _miss(session, incident, row, words(row.kept_by), at=at)


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


def _ask(
    session: Session,
    incident: Incident,
    row: KeptMessage,
    *,
    by: Actor,
    open_to_all: bool,
    at: datetime,
) -> None:
    """Each time anew: a message that was hidden may have been shown since."""
    settings = {"channel": row.channel, "ts": row.ts, "open_to_all": open_to_all, "in_drill": True}
    notice = Notice(
        integration=SLACK,
        action=FETCH,
        target=f"reading {row.channel}",
        subject="A message for the timeline",
        cause=f"kept-{row.id}-{at.timestamp():.0f}",
        settings=settings,
    )
    record(session, incident, Outcome(notices=(notice,)), actor=by, at=at)


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
    record(session, incident, Outcome((event,), (_mark(row),)), actor=keeper, at=at)
    row.state, row.seq, row.text = "kept", incident.last_seq, quote.text
    row.thread_ts = quote.thread_ts


def _mark(row: KeptMessage) -> Notice:
    """A reaction below the message shows everybody in Slack that it is kept."""
    return Notice(
        integration=SLACK,
        action=MARK,
        target=f"marking {row.channel}",
        subject="A message that is kept",
        cause=f"marked-{row.id}",
        settings={"channel": row.channel, "ts": row.ts, "emoji": KEPT_MARK, "in_drill": True},
    )


def _miss(
    session: Session, incident: Incident, row: KeptMessage, text: str, *, at: datetime
) -> None:
    row.state = "gone"
    keeper = Actor(row.kept_by, source=SLACK)
    event = Event("message_missing", text, {"channel": row.channel})
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
