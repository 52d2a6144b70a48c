"""The same emergency, or another one? What people answer below a second cry."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import cord as rules
from incident.rules.outcome import Event, NotAllowed, Outcome
from incident.rules.permissions import RANK, Actor
from incident.services import cord, pulls, receipts
from incident.services.hands import Hand, has_it
from incident.services.record import record
from incident.storage import incidents, signals, timers
from incident.storage.incidents import Incident
from incident.storage.signals import Signal

SLACK = "slack"
UNDECIDED = ("asked", "joined")


def same_incident(session: Session, hand: Hand) -> None:
    """It is about the incident that is open. A responder says so of every message in question,
    its author of the one message."""
    signal = _signal(session, hand)
    if signal is None or signal.state == "joined":
        return
    if signal.state != "asked":
        raise NotAllowed("That message has opened an incident of its own already.")
    rules.require_may_stand_down(
        hand.actor,
        member=hand.press.member,
        is_author=cord.cry_in(signal).said_by == hand.press.member != "",
        paged=False,
        has_it=has_it(session, hand),
    )
    is_responder = RANK[hand.actor.role] >= RANK["responder"]
    in_question = signals.of_incident(session, hand.incident.id, "asked")
    for asked in in_question if is_responder else [signal]:
        _call_same(session, hand, asked)


def _call_same(session: Session, hand: Hand, signal: Signal) -> None:
    _cancel_question(session, signal, hand.at)
    signal.state = "joined"
    title = cord.cry_in(signal).title
    event = Event("report_joined", f"{hand.actor.name}: the same emergency. {title}")
    record(session, hand.incident, Outcome((event,)), actor=hand.actor, at=hand.at)
    text = f"Same as {hand.incident.key}, said {hand.actor.name}."
    value = f"{hand.incident.key}:{signal.id}"
    cord.close_question(session, hand.incident, signal, text, at=hand.at, value=value)


def new_emergency(session: Session, hand: Hand) -> None:
    """It is another emergency after all: open it, and page at once."""
    signal = _signal(session, hand)
    if signal is None or signal.state == "opened":
        return
    pull, said = pulls.pull_for(session, hand.incident), cord.cry_in(signal)
    opened = pulls.open_at_once(
        session, pull, said, actor=hand.actor, why="said in Slack that it is new", at=hand.at
    )
    _separate(session, hand.incident, signal, opened, actor=hand.actor, at=hand.at)


def told_of(session: Session, key: str) -> list[tuple[Incident, Signal]]:
    """The incidents that the message of this key was asked about or joined, locked."""
    found = []
    for row in signals.by_key(session, SLACK, key):
        if row.state not in UNDECIDED or row.incident_id is None:
            continue
        incident = incidents.lock(session, incidents.key_of(row.incident_id))
        signal = signals.find(session, row.id)
        if signal and signal.state in UNDECIDED and signal.incident_id == incident.id:
            found.append((incident, signal))
    return found


def opened_by_hand(
    session: Session,
    told: Sequence[tuple[Incident, Signal]],
    opened: Incident,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Somebody opened an incident from the message itself: it opens no other by its silence.
    `told` is what it was before, by `told_of`."""
    for incident, signal in told:
        _separate(session, incident, signal, opened, actor=actor, at=at)
        receipts.follow(session, incident, at)


def _separate(
    session: Session,
    incident: Incident,
    signal: Signal,
    opened: Incident,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    _cancel_question(session, signal, at)
    signal.state, signal.incident_id = "opened", opened.id
    text = f"{actor.name}: another emergency, {opened.key}"
    event = Event("report_separated", text, {"incident": opened.key})
    record(session, incident, Outcome((event,)), actor=actor, at=at)
    told = f"Opened {opened.key}, asked for by {actor.name}."
    cord.close_question(session, incident, signal, told, at=at)


def _cancel_question(session: Session, signal: Signal, at: datetime) -> None:
    question = timers.find(session, f"{cord.SECOND_CRY}-{signal.id}")
    if question is not None and question.state == "due":
        question.state, question.settled_at = "cancelled", at


def _signal(session: Session, hand: Hand) -> Signal | None:
    """The message that the button is about, if it is one of this incident's."""
    found = signals.find(session, hand.press.number)
    if found is None or found.incident_id is None:
        return None
    is_this_ones = found.incident_id == hand.incident.id or found.state == "opened"
    return found if is_this_ones else None
