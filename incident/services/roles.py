"""Commands on roles: take one, give one, hand over command."""

from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules.outcome import Event, NotAllowed, Outcome
from incident.rules.permissions import Actor, require
from incident.services import privacy
from incident.services.record import record
from incident.storage import incidents, roles
from incident.storage.incidents import Incident
from incident.storage.roles import Role

NAMES = ("commander", "deputy", "scribe", "comms", "expert", "observer")
SHARED = ("expert", "observer")


def take(
    session: Session,
    *,
    incident_key: str,
    name: str,
    actor: Actor,
    at: datetime,
    person: str | None = None,
    person_id: int | None = None,
) -> Role:
    """`person` holds the role from now on (the actor, when nobody is named)."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    if name not in NAMES:
        raise NotAllowed(f"A role is one of: {', '.join(NAMES)}.")
    holder = person or actor.name
    holder_id = person_id if person else actor.person_id
    before = [r for r in roles.held(session, incident.id) if r.name == name]
    for role in before:
        if role.person == holder:
            return role
    if name not in SHARED:
        _end(before, at)
    role = Role(incident_id=incident.id, name=name, person=holder, person_id=holder_id, taken_at=at)
    session.add(role)
    privacy.let_in_seated(session, incident, holder_id, actor=actor, at=at)
    event = _taken(name, holder, actor, [] if name in SHARED else before)
    record(session, incident, Outcome(events=(event,)), actor=actor, at=at)
    return role


def renounce(
    session: Session, *, incident_key: str, name: str, actor: Actor, at: datetime
) -> Incident:
    """Nobody holds the role any more, or in a shared one: the actor does not."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    held = [r for r in roles.held(session, incident.id) if r.name == name]
    if name in SHARED:
        held = [r for r in held if r.person == actor.name]
    if not held:
        raise NotAllowed(f"Nobody is {name} now.")
    _end(held, at)
    who = held[0].person
    event = Event("role_ended", f"{who} is no longer {name}", {"role": name, "person": who})
    record(session, incident, Outcome(events=(event,)), actor=actor, at=at)
    return incident


def _end(held: list[Role], at: datetime) -> None:
    for role in held:
        role.ended_at = at


def _taken(name: str, holder: str, actor: Actor, before: list[Role]) -> Event:
    data = {"role": name, "person": holder, "before": before[0].person if before else None}
    if before:
        text = f"{holder} has {_as_duty(name)} from {before[0].person}"
        return Event("role_handed_over", text, data, key_moment=name == "commander")
    by = "" if holder == actor.name else f" (given by {actor.name})"
    text = f"{holder} has {_as_duty(name)}{by}"
    return Event("role_taken", text, data, key_moment=name == "commander")


def _as_duty(name: str) -> str:
    return "command" if name == "commander" else f"the role {name}"
