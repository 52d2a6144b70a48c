"""Who may see which incident: asked by every door before it shows or does anything."""

from sqlalchemy import ColumnElement, exists, true
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from incident.rules import visibility as rules
from incident.rules.permissions import Actor
from incident.storage import incident_members, incidents
from incident.storage.incident_members import IncidentMember
from incident.storage.incidents import Incident


def may_see(session: Session, actor: Actor, incident: Incident) -> bool:
    """Whether this incident is there at all for whoever asks."""
    if not incident.private or rules.sees_all(actor):
        return True
    members = {one.person_id for one in incident_members.of_incident(session, incident.id)}
    return rules.may_see(actor, private=True, members=members)


def visible(session: Session, actor: Actor) -> ColumnElement[bool]:
    """What a list that is shown to `actor` asks of every incident in it."""
    if rules.sees_all(actor):
        return true()
    mine = exists().where(
        IncidentMember.incident_id == Incident.id, IncidentMember.person_id == actor.person_id
    )
    return ~Incident.private | mine if actor.person_id is not None else ~Incident.private


def require(session: Session, actor: Actor, key: str) -> Incident:
    """The incident of this key, or NoResultFound: hidden and missing are told in the same words."""
    incident = incidents.get(session, key)
    if not may_see(session, actor, incident):
        raise NoResultFound(f"There is no incident {key[:40]}.")
    return incident
