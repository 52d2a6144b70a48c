"""Slack members: who they are at the desk."""

from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules.permissions import Actor
from incident.storage import people, slack_members


def actor_for(session: Session, member: str, name: str = "") -> Actor:
    """The person whose profile names this member; else somebody who may call for help.

    Their name is what Slack's directory says; else `name`, which Slack told beside what they did.
    """
    person = people.by_slack_id(session, member)
    if person is not None:
        return Actor(person.name, role=person.role, person_id=person.id, source="slack")
    known = slack_members.names(session, [member]).get(member) if member else ""
    return Actor(known or name or nameless(member), role="reporter", source="slack")


def nameless(member: str) -> str:
    """What we call somebody until Slack has told who it is."""
    return f"Slack member {member}" if member else "Somebody in Slack"


def meet(session: Session, member: str, *, name: str = "", team: str = "", at: datetime) -> None:
    """Remember that this member exists: Slack is asked who it is within seconds."""
    if not member:
        return
    known = slack_members.find(session, member) or slack_members.find_or_make(session, member, at)
    if known.asked_at is None:
        known.name, known.team = name or known.name, team or known.team
