"""What is typed after /inc in Slack: who may, which incident, and what comes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import slash as rules
from incident.rules import slash_words as words
from incident.rules.cord import HOW_TO_LINK
from incident.rules.dialogs import Reply
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import Actor
from incident.rules.slash import Said
from incident.services import members, slash_channels, slash_deeds, slash_opening, slash_reading
from incident.services.askings import Asking
from incident.services.meant import line_of, meant
from incident.storage.incidents import Incident

ANYBODY = ("open", "page", "status", "list", "help", "")


@dataclass(frozen=True, slots=True)
class Speaker:
    """A Slack member, where they type, and whether they are of another company."""

    member: str
    name: str = ""
    team: str = ""
    channel: str = ""
    external: bool = False


def run(session: Session, said: Said, speaker: Speaker, *, at: datetime) -> Reply:
    """Do it, or raise NotAllowed with a sentence for whoever typed it."""
    actor = heard(session, speaker)
    asking = Asking(session, said, actor, at, channel=speaker.channel, member=speaker.member)
    anywhere = ANYWHERE.get(said.word)
    if anywhere is not None:
        return anywhere(asking)
    deed = ABOUT_ONE.get(said.word)
    if deed is None:
        return words.unknown(said.word, rules.nearest(said.word), said)
    if actor.role == "reporter" and not _may_anybody(said):
        raise NotAllowed(needs_account(speaker.member))
    return _about_one(asking, deed)


def heard(session: Session, speaker: Speaker) -> Actor:
    """Who this is at the desk. People of another company are told that it does not listen."""
    actor = members.actor_for(session, speaker.member, speaker.name)
    if members.is_stranger(session, actor, speaker.member, external=speaker.external):
        raise NotAllowed(words.AT_HOME)
    return actor


def _may_anybody(said: Said) -> bool:
    """To open, to page, and to read."""
    return said.word in ANYBODY and not (said.word == "status" and said.rest)


def needs_account(member: str) -> str:
    """What somebody without an account is told, and how to have one."""
    return f"This needs an account here. {HOW_TO_LINK.format(member=member)}"


def _about_one(asking: Asking, deed: "Deed") -> Reply:
    said = asking.said
    found = meant(asking.session, asking.actor, key=said.key, channel=asking.channel)
    if found.incident is not None:
        return deed(asking, found.incident)
    if found.others:
        return words.which([line_of(one) for one in found.others], said, asking.at)
    return Reply(words.NOTHING_OPEN, buttons=(rules.button("Open an incident…", "open"),))


Deed = Callable[[Asking, Incident], Reply]
ANYWHERE: Mapping[str, Callable[[Asking], Reply]] = {
    "open": slash_opening.open_incident,
    "list": slash_reading.listed,
    "help": slash_reading.help_here,
    "": slash_reading.help_here,
}
ABOUT_ONE: Mapping[str, Deed] = {
    "page": slash_deeds.page,
    "status": slash_deeds.status,
    "severity": slash_deeds.severity,
    "note": slash_deeds.note,
    "effect": slash_deeds.effect,
    "effects": slash_reading.effects,
    "undo": slash_deeds.undo,
    "role": slash_deeds.role,
    "handover": slash_deeds.handover,
    "keep": slash_deeds.keep,
    "channel": slash_channels.channel,
}
