"""A button pressed in Slack: below the receipt or on the live card, and by whom at all."""

from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules.dialogs import NOTHING, Reply
from incident.rules.outcome import NotAllowed
from incident.rules.slash_words import AT_HOME
from incident.services import card_presses, members, presses
from incident.services.presses import Press
from incident.services.slash import Speaker
from incident.storage import slack_rules

# Whoever may call for help may call it off again, and say what the call was about.
STRANGERS_MAY = (*presses.CALLS, "not_an_emergency", "false_alarm", "same_incident")


def press(session: Session, pressed: Press, speaker: Speaker, *, at: datetime) -> Reply:
    """Do what the button says, or raise NotAllowed with a sentence for whoever pressed it."""
    reply = _pressed(session, pressed, speaker, at)
    # Last, as with a message: two at once lock the incident and the member in the same order.
    members.meet(session, speaker.member, name=speaker.name, team=speaker.team, at=at)
    return reply


def _pressed(session: Session, pressed: Press, speaker: Speaker, at: datetime) -> Reply:
    actor = members.actor_for(session, speaker.member, speaker.name)
    if members.is_stranger(session, actor, speaker.member, external=speaker.external):
        return _of_a_stranger(session, pressed, speaker.channel, at)
    if pressed.action in presses.DEEDS:
        return presses.press(session, pressed, at=at) or NOTHING
    return card_presses.press(session, pressed, at=at)


def _of_a_stranger(session: Session, pressed: Press, channel: str, at: datetime) -> Reply:
    """People of another company press only where the channel's rule lets them call, and see
    nothing of the desk beside the channel: no dialog opens for them."""
    rule = slack_rules.find(session, channel)
    if rule is None or not rule.strangers or pressed.action not in STRANGERS_MAY:
        raise NotAllowed(AT_HOME)
    presses.press(session, pressed, at=at)
    return NOTHING
