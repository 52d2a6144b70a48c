"""Commands on effects: put a temporary measure in force, and undo it."""

from datetime import datetime

from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from incident.rules.outcome import Event, Measure, NotAllowed, Outcome
from incident.rules.permissions import Actor, require
from incident.rules.words import shortened
from incident.services.record import record
from incident.storage import incidents
from incident.storage.effects import Effect

TEXT_LENGTH = 300


def put_in_force(
    session: Session,
    *,
    incident_key: str,
    text: str,
    actor: Actor,
    at: datetime,
    undo: str = "",
    max_seconds: int | None = None,
) -> None:
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    text = shortened(text, TEXT_LENGTH)
    if not text:
        raise NotAllowed("Say what is in effect now.")
    measure = Measure(text, undo=shortened(undo, TEXT_LENGTH), max_seconds=max_seconds)
    event = Event("effect_began", f"In effect: {text}", {"undo": measure.undo})
    outcome = Outcome(events=(event,), measures=(measure,))
    record(session, incident, outcome, actor=actor, at=at)


def end(
    session: Session, *, incident_key: str, effect_id: int, actor: Actor, at: datetime
) -> Effect:
    """It is undone. Ending it twice changes nothing."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    effect = session.get(Effect, effect_id)
    if effect is None or effect.incident_id != incident.id:
        raise NoResultFound("There is no such effect.")
    if effect.ended_at is not None:
        return effect
    effect.ended_at, effect.ended_by = at, actor.name
    event = Event("effect_ended", f"No longer in effect: {effect.text}", step=effect.step)
    record(session, incident, Outcome(events=(event,)), actor=actor, at=at)
    return effect
