"""Slack members: who they are at the desk."""

from sqlalchemy.orm import Session

from incident.rules.permissions import Actor
from incident.storage import people


def actor_for(session: Session, member: str, name: str = "") -> Actor:
    """The person whose profile names this member; else somebody who may call for help."""
    person = people.by_slack_id(session, member)
    if person is not None:
        return Actor(person.name, role=person.role, person_id=person.id, source="slack")
    known = name or (f"Slack member {member}" if member else "Somebody in Slack")
    return Actor(known, role="reporter", source="slack")
