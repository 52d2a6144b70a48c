"""The dialogs of the pull-cord: why it was no emergency, and which other one it is the same as."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from incident.rules.dialogs import Asked, Dialog, Field, Reply
from incident.rules.incidents import TEXT_LENGTH
from incident.rules.outcome import Event, NotAllowed, Outcome
from incident.rules.pages import PRIVATE
from incident.rules.permissions import Actor
from incident.rules.words import shortened
from incident.services import hands, incidents, visibility
from incident.services.hands import Hand, Press
from incident.services.record import record
from incident.storage import incidents as incident_rows
from incident.storage.incidents import Incident

SAME_AS, WHY = "same_as", "why_false_alarm"
CHOICES = 100

Context = Mapping[str, str]
Values = Mapping[str, Any]


def ask_why(hand: Hand) -> Asked:
    return Asked(WHY, "What was it?", _context(hand))


def ask_which(hand: Hand) -> Asked:
    return Asked(SAME_AS, "Same as…", _context(hand))


def fill_why(session: Session, context: Context, _actor: Actor, _at: datetime) -> Dialog:
    """It is stood down already: closing this changes nothing."""
    incident = incident_rows.get(session, str(context.get("incident")))
    return Dialog(
        WHY,
        "What was it?",
        fields=(Field("reason", "What was it, in a few words?", kind="text", longest=1_000),),
        text=f"{incident.key} is stood down. Whoever reads it later will want to know why.",
        context=context,
    )


def submit_why(
    session: Session, context: Context, values: Values, actor: Actor, at: datetime
) -> Reply:
    reason = shortened(str(values.get("reason") or "").strip(), TEXT_LENGTH)
    if not reason:
        return Reply(errors={"reason": "A few words are enough. Or close this."})
    hand = _hand(session, context, actor, at)
    if hand.incident.status != "declined":
        raise NotAllowed(
            f"{hand.incident.key} is {hand.incident.status} again. Write a note there."
        )
    hands.require_may_stand_down(session, hand)
    event = Event("reason_given", f"{actor.name} on why it was no emergency: {reason}")
    record(session, hand.incident, Outcome((event,)), actor=actor, at=at)
    return Reply()


def fill_same_as(session: Session, context: Context, actor: Actor, _at: datetime) -> Dialog:
    incident = incident_rows.get(session, str(context.get("incident")))
    others = _others(session, incident, actor)
    if not others:
        raise NotAllowed("No other incident is open that it could be the same as.")
    options = tuple((one.key, f"{one.key} {one.title}") for one in others)
    return Dialog(
        SAME_AS,
        "Same as…",
        fields=(Field("into", "Which one?", kind="choice", options=options),),
        submit="It is the same",
        text=f"{incident.key} becomes part of it, and nobody is paged for {incident.key} any more.",
        context=context,
    )


def submit_same_as(
    session: Session, context: Context, values: Values, actor: Actor, at: datetime
) -> Reply:
    """One emergency from now on. The page of the one that goes is resolved."""
    key, into = str(context.get("incident")), str(values.get("into") or "")
    for each in sorted({key, into} - {""}, key=incident_rows.id_of):
        incident_rows.lock(session, each)
    hand = _hand(session, context, actor, at)
    others = {one.key: one for one in _others(session, hand.incident, actor)}
    if hand.incident.status == "merged":
        return Reply(f"{key} was merged already.")
    if into not in others:
        return Reply(errors={"into": "That one is over by now. Choose another."})
    hands.require_open(hand)
    hands.require_may_stand_down(session, hand)
    hands.cancel_grace(session, hand)
    incidents.move_locked(session, hand.incident, action="merge", actor=actor, at=at, into=into)
    title = PRIVATE if hand.incident.private else hand.incident.title
    event = Event("report_joined", f"{actor.name}: {key} is the same. {title}")
    record(session, others[into], Outcome((event,)), actor=actor, at=at)
    return Reply(f"{key} is part of {into} now.")


def _context(hand: Hand) -> dict[str, str]:
    return {"incident": hand.incident.key, "member": hand.press.member}


def _hand(session: Session, context: Context, actor: Actor, at: datetime) -> Hand:
    key = str(context.get("incident"))
    incident = incident_rows.lock(session, key)
    press = Press(action="", value=incident.key, member=str(context.get("member") or ""))
    return Hand(press, incident, actor, at)


def _others(session: Session, incident: Incident, actor: Actor) -> list[Incident]:
    """What else is open, as far as whoever asks may see it. Newest first."""
    seen = visibility.visible(session, actor)
    found = incident_rows.unfinished(session, CHOICES + 1, among=seen)
    return [one for one in found if one.id != incident.id and one.mode == incident.mode][:CHOICES]
