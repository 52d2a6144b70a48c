"""Commands that put the record right. Nothing is rewritten: a correction is a new fact."""

from datetime import datetime

from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from incident.rules import spoken
from incident.rules.outcome import Event, NotAllowed, Outcome
from incident.rules.permissions import Actor, require
from incident.rules.retros import writing as rules
from incident.rules.retros.facts import ABOUT_THE_RETRO
from incident.rules.retros.moments import MARKS
from incident.rules.words import shortened
from incident.services.record import record
from incident.storage import incidents, timeline
from incident.storage.incidents import Incident
from incident.storage.timeline import TimelineEvent

SOURCE_LENGTH = 200


def correct(
    session: Session,
    *,
    incident_key: str,
    seq: int,
    actor: Actor,
    at: datetime,
    occurred_at: datetime | None = None,
    moment: str = "",
) -> TimelineEvent:
    """When an event really happened, or which moment of the incident it was. Returns the event."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    event = _event(session, incident, seq)
    if moment and moment not in MARKS:
        raise NotAllowed(f"A moment is one of: {', '.join(MARKS)}.")
    if occurred_at is not None and occurred_at > at:
        raise NotAllowed("That time is still to come. Write down what has happened.")
    said = _said(incident, occurred_at, moment)
    if said:
        data = {"seq": seq, "at": occurred_at.isoformat() if occurred_at else "", "moment": moment}
        told = Event("event_corrected", f"{actor.name}: event {seq} {' and '.join(said)}", data)
        record(session, incident, Outcome(events=(told,)), actor=actor, at=at)
    return event


def record_figure(
    session: Session,
    *,
    incident_key: str,
    label: str,
    value: str,
    actor: Actor,
    at: datetime,
    source: str = "",
) -> None:
    """A figure and where it comes from. The last word on a label counts; empty takes it back."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    label, value = rules.figure(label, value)
    source = shortened(source, SOURCE_LENGTH)
    if value:
        origin = f" ({source})" if source else ""
        told = f"{actor.name} recorded {label}: {value}{origin}"
    else:
        told = f"{actor.name} took back the figure {label}"
    event = Event("figure_recorded", told, {"label": label, "value": value, "source": source})
    record(session, incident, Outcome(events=(event,)), actor=actor, at=at)


def _event(session: Session, incident: Incident, seq: int) -> TimelineEvent:
    found = timeline.since(session, incident.id, seq - 1, limit=1)
    if not found or found[0].seq != seq or found[0].kind in ABOUT_THE_RETRO:
        raise NoResultFound(f"{incident.key} has no event {seq}.")
    return found[0]


def _said(incident: Incident, occurred_at: datetime | None, moment: str) -> list[str]:
    """What the correction says, in words."""
    said = []
    if occurred_at is not None:
        said.append(f"happened {spoken.moment(occurred_at, incident.zone)}")
    if moment:
        said.append("is no moment of note" if moment == "none" else f"is when it was {moment}")
    return said
