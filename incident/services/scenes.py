"""What the rules need to know of an incident, taken from its row."""

from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules.hand import Hand
from incident.rules.permissions import Actor
from incident.rules.step_kinds.kind import Scene
from incident.storage import roles
from incident.storage.incidents import Incident


def scene_of(incident: Incident) -> Scene:
    """The incident as a value, for the words of pages and posts."""
    return Scene(key=incident.key, title=incident.title, severity=incident.severity)


def hand_of(
    session: Session,
    incident: Incident,
    actor: Actor,
    at: datetime,
    *,
    expected_seq: int | None = None,
) -> Hand:
    """Who acts, and whether they command the incident."""
    return Hand(
        actor=actor.name,
        at=at,
        is_lead=commands(session, incident.id, actor),
        expected_seq=expected_seq,
    )


def commands(session: Session, incident_id: int, actor: Actor) -> bool:
    """Whether this person holds command: by account, or by name where there is none."""
    return any(
        role.name == "commander"
        and (
            role.person_id == actor.person_id
            if role.person_id is not None
            else role.person == actor.name
        )
        for role in roles.held(session, incident_id)
    )
