"""Commands on private incidents: hide one, open it up, let somebody in, leave somebody out."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import visibility as rules
from incident.rules.outcome import Event, NotAllowed, Outcome
from incident.rules.permissions import Actor, require
from incident.services import announcements, channels
from incident.services.hush import hush
from incident.services.record import record
from incident.services.scenes import commands
from incident.storage import (
    incident_channels,
    incident_members,
    incidents,
    outbox,
    pages,
    people,
    roles,
    targets,
    timeline,
)
from incident.storage.incident_members import IncidentMember
from incident.storage.incidents import Incident
from incident.storage.pages import Page
from incident.storage.people import Person


def hide(session: Session, *, incident_key: str, actor: Actor, at: datetime) -> Incident:
    """From now on only its members and the admins see it: whoever has to do with it until now."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    if incident.private:
        return incident
    _require_command(session, incident, actor)
    begin(session, incident, actor=actor, at=at)
    channels.move_out(session, incident, actor=actor, at=at)
    return incident


def begin(session: Session, incident: Incident, *, actor: Actor, at: datetime) -> None:
    """The same for an incident that is locked already, or that nobody else has seen yet."""
    incident.private = True
    inside = _people_of(session, incident, actor)
    for person in inside:
        _add(session, incident, person, actor=actor, at=at)
    names = ", ".join(person.name for person in inside)
    seen_by = f" It is seen by {names} and the admins." if names else ""
    text = f"{actor.name} made the incident private.{seen_by}"
    event = Event("incident_made_private", text, key_moment=True)
    record(session, incident, Outcome((event,)), actor=actor, at=at)
    hush(session, incident, actor=actor, at=at)


def open_up(session: Session, *, incident_key: str, actor: Actor, at: datetime) -> Incident:
    """Everybody may see it again, and all that was written meanwhile."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    if not incident.private:
        return incident
    incident.private = False
    text = f"{actor.name} opened the incident to everybody"
    event = Event("incident_made_public", text, key_moment=True)
    record(session, incident, Outcome((event,)), actor=actor, at=at)
    promised = outbox.of_incident(session, incident.id)
    announcements.tell_again(session, incident, promised, actor=actor, at=at)
    return incident


def add(
    session: Session, *, incident_key: str, person_id: int, actor: Actor, at: datetime
) -> Incident:
    """Let somebody in. Twice changes nothing."""
    require(actor, "responder")
    incident, person = incidents.lock(session, incident_key), people.get(session, person_id)
    if not incident.private:
        raise NotAllowed(f"{incident.key} is not private: everybody may see it.")
    if person.disabled_at is not None:
        raise NotAllowed(f"{person.name} is shut out of the desk. An admin can let them in again.")
    let_in(session, incident, [person], actor=actor, at=at)
    return incident


def remove(
    session: Session, *, incident_key: str, person_id: int, actor: Actor, at: datetime
) -> Incident:
    """Leave somebody out. Whoever holds a role hands it over first."""
    require(actor, "responder")
    incident, person = incidents.lock(session, incident_key), people.get(session, person_id)
    row = incident_members.find(session, incident.id, person.id)
    if row is None:
        return incident
    held = next((r.name for r in roles.held(session, incident.id) if r.person_id == person.id), "")
    if held:
        raise NotAllowed(f"{person.name} is {held}. Give that role to somebody else first.")
    session.delete(row)
    text = f"{actor.name} left {person.name} out of it"
    text += _still_there(session, incident, person)
    event = Event("member_removed", text, {"person": person.id})
    record(session, incident, Outcome((event,)), actor=actor, at=at)
    return incident


def let_in(
    session: Session, incident: Incident, those: Iterable[Person], *, actor: Actor, at: datetime
) -> None:
    """Whoever is not a member yet, with a line for each. `incident` is locked and private."""
    for person in those:
        if incident_members.find(session, incident.id, person.id) is None:
            _add(session, incident, person, actor=actor, at=at)
            event = Event("member_added", f"{actor.name} let {person.name} in")
            record(session, incident, Outcome((event,)), actor=actor, at=at)


def let_in_seated(
    session: Session, incident: Incident, person_id: int | None, *, actor: Actor, at: datetime
) -> None:
    """Whoever is given a role of a private incident has to see it."""
    person = people.find(session, person_id) if person_id is not None else None
    if incident.private and person is not None:
        let_in(session, incident, [person], actor=actor, at=at)


def let_in_answerer(session: Session, incident: Incident, by: Actor, *, at: datetime) -> None:
    """Whoever says “I have it”, in PagerDuty too, has to see what they have."""
    if incident.private:
        let_in(session, incident, _known(session, [by]), actor=by, at=at)


def let_in_paged(
    session: Session, incident: Incident, page: Page, names: Iterable[str], *, actor: Actor,
    at: datetime,
) -> None:  # fmt: skip
    """Whoever is being woken has to see what for, before they have said anything. Whom a person
    left out stays out. A vendor tells names; with whoever is on call it told an address too."""
    if not incident.private:
        return
    removed = timeline.of_kinds(session, incident.id, ["member_removed"])
    left_out = {line.data.get("person") for line in removed}
    found = (_behind(session, page, name) for name in names if name)
    those = [one for one in found if one is not None and one.id not in left_out]
    let_in(session, incident, those, actor=actor, at=at)


def _still_there(session: Session, incident: Incident, person: Person) -> str:
    """The desk puts nobody out of a channel: that somebody still reads it has to be said."""
    own = incident_channels.of_incident(session, incident.id)
    if own is None or own.state != "open" or person.slack_id not in own.invited:
        return ""
    return f". They may still read {own.shown}: put them out there, in Slack"


def _behind(session: Session, page: Page, name: str) -> Person | None:
    target = targets.find(session, page.target)
    on_call = target.on_call if target is not None else []
    address = next((str(p.get("email") or "") for p in on_call if p.get("name") == name), "")
    by_address = people.by_email(session, address.lower()) if address else None
    person = by_address or people.by_name(session, name)
    return person if person is not None and person.disabled_at is None else None


def _require_command(session: Session, incident: Incident, actor: Actor) -> None:
    leads = [role for role in roles.held(session, incident.id) if role.name == "commander"]
    if leads and not rules.sees_all(actor) and not commands(session, incident.id, actor):
        who = leads[0].person
        raise NotAllowed(
            f"{who} commands {incident.key}. Ask {who} or an admin to make it private."
        )


def _people_of(session: Session, incident: Incident, actor: Actor) -> list[Person]:
    """The actor, whoever holds a role, and whoever answered a page."""
    held = [Actor(r.person, person_id=r.person_id) for r in roles.held(session, incident.id)]
    answers = [one for page in pages.of_incident(session, incident.id) for one in page.answers]
    return _known(session, [actor, *held, *(Actor(str(one.get("name"))) for one in answers)])


def _known(session: Session, those: Iterable[Actor]) -> list[Person]:
    """Those of them who have an account, each once. PagerDuty tells us names only."""
    found = {}
    for one in those:
        if one.role == "reporter" or one.source in ("api", "worker"):
            continue
        by_id = people.find(session, one.person_id) if one.person_id is not None else None
        person = by_id or people.by_name(session, one.name)
        if person is not None and person.disabled_at is None:
            found[person.id] = person
    return list(found.values())


def _add(
    session: Session, incident: Incident, person: Person, *, actor: Actor, at: datetime
) -> None:
    if incident_members.find(session, incident.id, person.id) is None:
        session.add(
            IncidentMember(
                incident_id=incident.id, person_id=person.id, added_by=actor.name, added_at=at
            )
        )
        session.flush()
