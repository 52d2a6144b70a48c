"""A member of Slack as its directory tells us of them, and whose account here that proves."""

from dataclasses import dataclass

from incident.rules import people
from incident.rules.words import shortened


@dataclass(frozen=True, slots=True)
class Member:
    """`stranger` says that Slack calls them one. `guest` has been let into a few channels only;
    `confirmed` is False where Slack says that nobody has proven the address."""

    id: str
    team: str = ""
    name: str = ""
    email: str = ""
    zone: str = ""
    bot: bool = False
    guest: bool = False
    stranger: bool = False
    gone: bool = False
    confirmed: bool = True


def name_of(*given: str) -> str:
    """The first of these names that says anything, on one line."""
    printable = ("".join(letter for letter in name if letter.isprintable()) for name in given)
    return next((shortened(name, people.NAME_LENGTH) for name in printable if name.strip()), "")


def is_stranger(member: Member, team: str) -> bool:
    """Whether they belong to another company than `team`, as far as anybody can tell."""
    return member.stranger or bool(team and member.team and member.team != team)


def proven_email(member: Member, team: str) -> str:
    """The address that tells whose account a member has here; empty where it proves nothing.

    A guest, a stranger and an unproven address could be somebody who only calls themselves so.
    """
    doubtful = member.bot or member.guest or member.gone or not member.confirmed
    if doubtful or not team or member.team != team or is_stranger(member, team):
        return ""
    email = people.email_of(member.email)
    return email if email and not people.email_problem(email) else ""
