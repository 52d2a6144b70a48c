"""Slack members: who they are at the desk."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import members as rules
from incident.rules.members import Member
from incident.rules.permissions import Actor
from incident.storage import people, slack_members
from incident.storage.slack_members import SlackMember


def actor_for(session: Session, member: str, name: str = "") -> Actor:
    """The person whose profile names this member; else somebody who may call for help.

    Their name is what Slack's directory says; else `name`, which Slack told beside what they did.
    """
    person = people.by_slack_id(session, member)
    if person is not None:
        return Actor(person.name, role=person.role, person_id=person.id, source="slack")
    known = slack_members.names(session, [member]).get(member) if member else ""
    return Actor(known or name or nameless(member), role="reporter", source="slack")


def is_stranger(session: Session, actor: Actor, member: str, *, external: bool) -> bool:
    """Somebody of another company and without an account here, by the word of what they sent
    (`external`) or of Slack's directory."""
    known = slack_members.find(session, member)
    return actor.person_id is None and (external or (known is not None and known.stranger))


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


def learn(session: Session, told: Iterable[Member], *, team: str, at: datetime) -> None:
    """Keep what Slack's directory says of these; `team` is our own workspace.

    Of those who are gone only whoever we have met is remembered.
    """
    found = {member.id: member for member in told}
    known = slack_members.of_ids(session, found)
    for number, member in sorted(found.items()):
        row = known.get(number)
        if row is None and not member.gone:
            row = slack_members.find_or_make(session, number, at)
        if row is not None:
            _write(row, member, team, at)


def nobody(session: Session, member: str, *, at: datetime) -> None:
    """Slack knows nobody of this id: it is not asked again."""
    slack_members.find_or_make(session, member, at).asked_at = at


def link_by_address(session: Session) -> list[str]:
    """Whoever has the same address here and in Slack is the same person; says who was linked.

    An id that anybody typed is never changed, and nobody is two people.
    """
    taken, linked = people.slack_ids(session), []
    for person, member in slack_members.linkable(session, lock=True):
        if member.member not in taken and not person.slack_id:
            person.slack_id, person.slack_link = member.member, "email"
            taken.add(member.member)
            linked.append(person.name)
    return linked


def _write(row: SlackMember, member: Member, team: str, at: datetime) -> None:
    row.name, row.zone = member.name or row.name, member.zone
    row.team = member.team or row.team
    row.email = rules.proven_email(member, team)
    row.bot, row.gone = member.bot, member.gone
    row.stranger = rules.is_stranger(member, team)
    row.asked_at = at
